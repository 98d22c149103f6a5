"""What the network takes: ink whatever the light was, and n-grams even where there are none."""

import numpy as np
import pytest

from docflow.classify.features import count_features
from docflow.classify.neural.inputs import ink_of, ngrams_of
from docflow.thumbnail import SIDE, thumbnail_of


def written_page(*, paper: int, ink: int) -> bytes:
    pixels = np.full((1000, 700), paper, np.uint8)
    pixels[100:200, 100:600] = ink
    return thumbnail_of(pixels)


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (200, 90), (120, 10)])
def test_ink_is_dark_and_paper_is_not_in_any_light(paper: int, ink: int) -> None:
    field = ink_of(written_page(paper=paper, ink=ink))
    assert field.shape == (SIDE, SIDE)
    assert field[12:17, 15:50].min() > 0.9
    assert field[40:, :].max() < 0.05


def test_faint_grain_is_not_blown_up_to_ink() -> None:
    rng = np.random.default_rng(0)
    assert ink_of(thumbnail_of(rng.integers(245, 255, (96, 96), dtype=np.uint8))).max() < 0.3


@pytest.mark.parametrize("thumbnail", [b"", b"no picture"])
def test_without_a_picture_there_is_no_ink(thumbnail: bytes) -> None:
    assert not ink_of(thumbnail).any()


def test_a_texts_ngrams_are_those_of_its_row_and_none_stand_in_for_an_empty_one() -> None:
    counts = count_features(["invoice", "", "invoice invoice"])
    once, twice = ngrams_of(counts, 0), ngrams_of(counts, 2)
    assert set(once[0]) <= set(twice[0])
    assert twice[1].max() == 2
    indices, occurrences = ngrams_of(counts, 1)
    assert (indices.tolist(), occurrences.tolist()) == ([0], [0.0])
