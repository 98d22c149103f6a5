"""Pages become grey, and as large as their lines are read best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.ocr.pixels import LARGEST, LINE_HEIGHT, NEAR_ENOUGH, SMALLEST, grey, scale_for, scaled

PAGE = (1000, 800)


def test_grey_pages_are_taken_as_they_are() -> None:
    pixels = np.zeros((3, 4), np.uint8)
    assert grey(pixels) is pixels


def test_colours_become_as_light_as_they_look() -> None:
    red_green_blue = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    red, green, blue = grey(red_green_blue)[0].tolist()
    assert green > red > blue > 0


@pytest.mark.parametrize("height", [LINE_HEIGHT / 2, LINE_HEIGHT * 2, 20.0])
def test_lines_are_scaled_to_the_height_that_is_read_best(height: float) -> None:
    assert scale_for(PAGE, line_height=height) * height == pytest.approx(LINE_HEIGHT)


def test_lines_of_nearly_that_height_stay_as_they_are() -> None:
    assert scale_for(PAGE, line_height=LINE_HEIGHT / (1 + NEAR_ENOUGH / 2)) == 1.0


@given(height=st.floats(0.5, 5000))
def test_the_scale_has_bounds(height: float) -> None:
    assert SMALLEST <= scale_for(PAGE, line_height=height) <= LARGEST


@pytest.mark.parametrize(("shape", "scale"), [((3000, 2400), 1.0), ((900, 1600), 4 / 3), ((100, 100), 2.0)])
def test_without_lines_small_pages_are_enlarged(shape: tuple[int, int], scale: float) -> None:
    assert scale_for(shape, line_height=None) == pytest.approx(scale)


def test_what_needs_no_scaling_is_not_copied() -> None:
    pixels = np.zeros((3, 4), np.uint8)
    assert scaled(pixels, 1.0) is pixels


def test_colours_are_scaled_as_grey_is() -> None:
    assert scaled(np.zeros((1, 6000, 3), np.uint8), 0.1).shape == (1, 600, 3)


@given(height=st.integers(1, 300), width=st.integers(1, 300), scale=st.floats(0.01, LARGEST))
def test_scaled_pixels_have_the_size_and_never_none(height: int, width: int, scale: float) -> None:
    shape = scaled(np.zeros((height, width), np.uint8), scale).shape
    assert shape[0] >= 1
    assert shape[1] >= 1
    assert abs(shape[0] - height * scale) <= 1
    assert abs(shape[1] - width * scale) <= 1


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_scaling_keeps_what_is_light_and_what_is_dark(scale: float) -> None:
    pixels = np.zeros((40, 40), np.uint8)
    pixels[:, 20:] = 255
    bigger = scaled(pixels, scale)
    half = bigger.shape[1] // 2
    assert bigger[:, : half - 4].max() < 30
    assert bigger[:, half + 4 :].min() > 225
