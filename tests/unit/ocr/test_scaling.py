"""Pages become grey, clear where their ink is faint, and as large as their lines are read best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from docflow.ocr.pixels import (
    BARE,
    FAINT,
    LARGEST,
    LINE_HEIGHT,
    NEAR_ENOUGH,
    SMALLEST,
    grey,
    scale_for,
    scaled,
    with_contrast,
)

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


def inked(ink: int, paper: int, *, share: float = 0.1) -> NDArray[np.uint8]:
    """A page of which this share is ink."""
    pixels = np.full((100, 100), paper, np.uint8)
    pixels[: round(100 * share)] = ink
    return pixels


@pytest.mark.parametrize("paper", [120, 230])
def test_faint_ink_becomes_black_and_its_paper_white(paper: int) -> None:
    clear = with_contrast(inked(paper - FAINT // 2, paper))
    assert sorted(set(clear.ravel().tolist())) == [0, 255]


def test_faint_light_print_on_dark_ground_stays_lighter() -> None:
    clear = with_contrast(inked(90, 40))
    assert (clear[0, 0], clear[99, 99]) == (255, 0)


def test_grey_levels_between_stay_between() -> None:
    pixels = inked(180, 230)
    pixels[50:60] = 205
    assert with_contrast(pixels)[55, 5] == pytest.approx(127, abs=1)


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (230 - FAINT, 230), (230 - BARE, 230), (230, 230)])
def test_a_page_that_is_clear_or_bare_is_not_copied(ink: int, paper: int) -> None:
    pixels = inked(ink, paper)
    assert with_contrast(pixels) is pixels


def test_a_few_specks_do_not_make_faint_ink_clear() -> None:
    pixels = inked(200, 240)
    pixels[90, 10:30], pixels[89, 10:30] = 0, 255
    assert with_contrast(pixels)[0, 0] == 0
    assert with_contrast(pixels)[60, 0] == 255


def test_a_black_border_does_not_make_faint_ink_clear() -> None:
    pixels = inked(200, 240, share=0.3)
    for edge in (np.s_[:4], np.s_[-4:], np.s_[:, :4], np.s_[:, -4:]):
        pixels[edge] = 0
    assert sorted(set(with_contrast(pixels).ravel().tolist())) == [0, 255]


def test_colours_are_made_clear_by_how_light_they_look() -> None:
    pixels = np.full((10, 10, 3), (250, 240, 230), np.uint8)
    pixels[:2] = (210, 200, 190)
    clear = with_contrast(pixels)
    assert clear.shape == pixels.shape
    assert int(grey(clear)[9, 9]) - int(grey(clear)[0, 0]) > 200


def test_the_least_page_is_looked_at() -> None:
    assert with_contrast(np.zeros((1, 1), np.uint8)).shape == (1, 1)
