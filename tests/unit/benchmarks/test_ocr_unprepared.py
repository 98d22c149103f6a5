"""`auto` without preprocessing reads what lies upright as `auto` does, and nothing that does not."""

import argparse

import pytest

from benchmarks.ocr import jobs_of
from benchmarks.ocr_readers import AUTO, BARE
from benchmarks.ocr_scores import score
from benchmarks.ocr_sets import pixels_of
from benchmarks.ocr_unprepared import UNPREPARED, UnpreparedEngine, read_apart
from benchmarks.ocr_variants import variant_samples
from docflow.ocr.countdown import countdown
from docflow.ocr.effort import AutoEngine
from docflow.settings import OcrSettings
from docflow.types import PageImage


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("variants")
    names = frozenset({"clean", "turned 180°", "photo, tilted much"})
    found = variant_samples(folder, half="tune", count=1, languages=("eng",), names=names)
    return {sample.group.removesuffix(" eng"): sample for sample in found}


def test_pages_are_read_as_they_come(samples):
    chosen = [samples["clean"], samples["turned 180°"]]
    readings = read_apart(UNPREPARED, chosen)
    clean, turned = (
        score(s.truth, page.text, is_ordered=False).f1 for s, page in zip(chosen, readings.pages, strict=True)
    )
    assert clean > 0.95
    assert turned < 0.3
    assert all(page.cpu_seconds > 0 for page in readings.pages)
    assert 20 < readings.peak_mib < 2000


@pytest.mark.parametrize(("engine", "is_prepared"), [(AutoEngine, True), (UnpreparedEngine, False)])
def test_a_tilted_photo_is_made_straight_by_auto_alone(samples, engine, is_prepared):
    image = PageImage(1, pixels_of(samples["photo, tilted much"].path))
    straight, look = engine(OcrSettings()).prepared(image, languages="eng+rus", left=countdown(60))
    assert (straight.image is not image) == is_prepared
    assert look.languages == "eng"


def test_auto_is_compared_with_itself_without_preprocessing(tmp_path):
    arguments = argparse.Namespace(sets=["variants"], engines=[BARE, AUTO], short=True, most=1, half="tune")
    jobs = list(jobs_of(arguments, tmp_path))
    assert [reader.name for reader, _ in jobs] == [BARE, UNPREPARED.name, AUTO]
    arguments.engines = [BARE]
    assert [reader.name for reader, _ in jobs_of(arguments, tmp_path)] == [BARE]
