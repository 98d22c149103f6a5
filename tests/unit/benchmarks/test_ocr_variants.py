import numpy as np
import pytest

from benchmarks.ocr_sets import keep, pixels_of
from benchmarks.ocr_variants import LOW_DPI, VARIANTS, variant_samples


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("variants")
    return {s.group: s for s in variant_samples(folder, half="tune", count=1, languages=("eng",))}


def test_every_variant_shows_the_same_receipt(samples):
    assert list(samples) == [f"{name} eng" for name in VARIANTS]
    assert len({s.truth for s in samples.values()}) == 1


def test_every_variant_but_the_clean_one_looks_otherwise(samples):
    clean = pixels_of(samples["clean eng"].path)
    for group, sample in samples.items():
        assert np.array_equal(pixels_of(sample.path), clean) == (group == "clean eng")


@pytest.mark.parametrize(("name", "quarters"), [("turned 90°", 1), ("turned 180°", 2), ("turned 270°", 3)])
def test_a_turned_page_turned_back_is_the_clean_one(samples, name, quarters):
    turned = pixels_of(samples[f"{name} eng"].path)
    assert np.array_equal(np.rot90(turned, quarters), pixels_of(samples["clean eng"].path))


def test_the_coarse_page_has_half_the_dots(samples):
    coarse, clean = (samples[f"{name} eng"] for name in ("100 dpi", "clean"))
    assert coarse.dpi == LOW_DPI
    assert pixels_of(coarse.path).shape[0] == pytest.approx(pixels_of(clean.path).shape[0] / 2, abs=2)


def test_the_halves_share_no_receipt(tmp_path):
    tune, report = (
        {s.truth for s in variant_samples(tmp_path, half=half, count=2, languages=("rus",))}
        for half in ("tune", "report")
    )
    assert not tune & report


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 3)])
def test_pixels_come_back_as_they_were_kept(tmp_path, shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(pixels_of(keep(pixels, tmp_path / "page.png")), pixels)
