"""Writing outside of what is kept of a picture is seen, whatever it stands on; the grain of tables is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels

from docflow.ocr.outside import has_writing_outside

KEPT = np.array([[1.0, 0, 0], [0, 1.0, -200.0], [0, 0, 1.0]])
"""What shows a picture from 200 pixels down on."""


def is_seen(pixels: Pixels) -> bool:
    return has_writing_outside(pixels, KEPT, (pixels.shape[1], pixels.shape[0] - 200))


def table(level: int = 90) -> Pixels:
    return np.full((1000, 800), level, np.uint8)


def written(pixels: Pixels, text: str, *, y: int, level: int, size: float = 1.0) -> Pixels:
    cv2.putText(pixels, text, (60, y), cv2.FONT_HERSHEY_SIMPLEX, size, level, 2, cv2.LINE_AA)
    return pixels


@pytest.mark.parametrize(("ground", "level"), [(40, 255), (90, 20), (200, 0)])
@pytest.mark.parametrize("size", [0.6, 1.0, 2.0])
def test_a_word_is_seen_dark_or_light_small_or_large(ground: int, level: int, size: float) -> None:
    assert is_seen(written(table(ground), "Northwind", y=120, level=level, size=size))


def test_a_word_that_stands_on_end_is_seen() -> None:
    sideways = np.rot90(written(np.full((800, 1000), 90, np.uint8), "Northwind", y=100, level=255))
    assert has_writing_outside(
        np.ascontiguousarray(sideways), np.array([[1.0, 0, -200], [0, 1, 0], [0, 0, 1]]), (600, 1000)
    )


def test_a_word_within_what_is_kept_is_not_outside() -> None:
    assert not is_seen(written(table(), "Northwind", y=500, level=255))


def test_a_few_marks_that_stand_in_no_row_are_not_writing() -> None:
    pixels = table()
    for x, y in ((60, 40), (300, 90), (560, 150), (700, 60)):
        cv2.putText(pixels, "o", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2)
    assert not is_seen(pixels)


@pytest.mark.parametrize("seed", range(4))
def test_the_grain_of_wood_is_not_writing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    broad = cv2.resize(rng.standard_normal((330, 4)).astype(np.float32), (800, 1000), interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(rng.standard_normal((1000, 13)).astype(np.float32), (800, 1000))
    assert not is_seen(np.clip(120 + 25 * broad + 10 * fine, 0, 255).astype(np.uint8))
