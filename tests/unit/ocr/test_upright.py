"""A page is turned upright by what its lines show, and what is found there is told where it stood before."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels, blank, generated, image_of, slanted, with_ground, write
from hypothesis import given
from hypothesis import strategies as st

from docflow.ocr.upright import MOST_SKEW, find_skew, turn
from docflow.synth import generate, words
from docflow.types import Box, Line, Word

DPI = 100
RESIDUAL = 0.3


def line_with(*boxes: Box) -> Line:
    return Line(tuple(Word("x", box, 1.0) for box in boxes))


def ink_box(pixels: Pixels) -> Box:
    ys, xs = np.nonzero(pixels < 128)
    return Box(int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)


def middle_of(pixels: Pixels, shape: tuple[int, ...]) -> Pixels:
    """So many rows and columns in the middle of a larger picture."""
    top, left = ((long - short) // 2 for long, short in zip(pixels.shape, shape, strict=True))
    return pixels[top : top + shape[0], left : left + shape[1]]


@pytest.mark.parametrize("degrees", [-15, -11.4, -3.2, -1, 0, 0.8, 5, 9.7, 15])
@pytest.mark.parametrize(("kind", "language"), [("letter", "eng"), ("invoice", "rus"), ("receipt", "eng")])
def test_lines_of_a_slanted_page_come_out_level(kind: str, language: str, degrees: float) -> None:
    page = slanted(with_ground(generated(kind, language, dpi=DPI)), degrees)
    assert abs(find_skew(page) - degrees) < RESIDUAL


def test_a_turned_page_has_no_skew_left() -> None:
    page = image_of(slanted(with_ground(generated("letter", "eng", dpi=DPI)), 6.5))
    assert find_skew(turn(page, skew=find_skew(page.pixels)).image.pixels) == 0.0


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_quarters_and_skew_are_turned_back_together(quarters: int) -> None:
    flat = with_ground(generated("letter", "eng", dpi=DPI))
    came = image_of(np.ascontiguousarray(np.rot90(slanted(flat, 4.0), quarters)))
    skew = find_skew(turn(came, quarters=quarters).image.pixels)
    upright = turn(came, quarters=quarters, skew=skew)
    assert upright.rotation == pytest.approx(90 * quarters + 4.0, abs=RESIDUAL)
    different = np.abs(middle_of(upright.image.pixels, flat.shape).astype(int) - flat)
    assert different.mean() < 0.5 * np.abs(came.pixels.mean() - 255)


@pytest.mark.parametrize(("quarters", "degrees"), [(0, -12.0), (0, 2.0), (1, 5.0), (2, -7.0), (3, 14.0)])
def test_boxes_of_the_upright_page_lie_on_the_ink_of_the_page_as_it_came(quarters: int, degrees: float) -> None:
    flat = with_ground(generated("letter", "eng", dpi=DPI))
    came = image_of(np.ascontiguousarray(np.rot90(slanted(flat, degrees), quarters)))
    skew = find_skew(turn(came, quarters=quarters).image.pixels)
    upright = turn(came, quarters=quarters, skew=skew)
    margin = (flat.shape[0] - generated("letter", "eng", dpi=DPI).shape[0]) / 2
    for word in words(generate("letter", "eng", seed=3), 1, dpi=DPI)[::25]:
        x0, y0, x1, y1 = (round(side + margin) for side in (word.box.x0, word.box.y0, word.box.x1, word.box.y1))
        alone = blank(*flat.shape)
        alone[y0:y1, x0:x1] = flat[y0:y1, x0:x1]
        true = ink_box(np.ascontiguousarray(np.rot90(slanted(alone, degrees), quarters)))
        left, top = (upright.image.width - flat.shape[1]) / 2, (upright.image.height - flat.shape[0]) / 2
        (mapped,) = upright.lines_as_they_came((line_with(Box(x0 + left, y0 + top, x1 + left, y1 + top)),))
        # A tenth of a degree that is not found moves the page's edge by this much.
        slack = 2 + 0.002 * max(flat.shape)
        assert mapped.box.x0 - slack <= true.x0 <= true.x1 <= mapped.box.x1 + slack
        assert mapped.box.y0 - slack <= true.y0 <= true.y1 <= mapped.box.y1 + slack


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("degrees", [-9.0, 4.0])
def test_what_stands_in_the_corners_of_a_tall_page_is_still_there_when_it_is_turned(
    quarters: int, degrees: float
) -> None:
    page = blank(1500, 300)
    corners = [(5, 5), (285, 5), (5, 1485), (285, 1485)]
    for x, y in corners:
        page[y : y + 10, x : x + 10] = 0
    upright = turn(image_of(page), quarters=quarters, skew=degrees)
    count, _, marks, _ = cv2.connectedComponentsWithStats((upright.image.pixels < 128).astype(np.uint8))
    assert count == 1 + len(corners)
    (line,) = upright.lines_as_they_came(
        (line_with(*(Box(x, y, x + width, y + height) for x, y, width, height, _ in marks[1:].tolist())),)
    )
    for word in line.words:
        assert min(abs(word.box.x0 - x) + abs(word.box.y0 - y) for x, y in corners) < 8
        assert 0 <= word.box.x0 < word.box.x1 <= 300
        assert 0 <= word.box.y0 < word.box.y1 <= 1500


@given(data=st.data(), quarters=st.integers(-4, 7), height=st.integers(2, 60), width=st.integers(2, 60))
def test_quarter_turns_map_boxes_exactly(data: st.DataObject, quarters: int, height: int, width: int) -> None:
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    x1, y1 = data.draw(st.integers(x0 + 1, width)), data.draw(st.integers(y0 + 1, height))
    pixels = blank(height, width)
    pixels[y0:y1, x0:x1] = 0
    upright = turn(image_of(pixels), quarters=quarters)
    (line,) = upright.lines_as_they_came((line_with(ink_box(upright.image.pixels)),))
    assert line.box == Box(x0, y0, x1, y1)
    assert upright.rotation == 90 * (quarters % 4)


def test_colours_are_turned_too() -> None:
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[0, 0] = (250, 120, 10)
    turned = turn(image_of(pixels), quarters=1).image.pixels
    assert turned.shape == (6, 4, 3)
    assert turned[0, 3].tolist() == [250, 120, 10]


def test_mapped_boxes_stay_on_the_page() -> None:
    upright = turn(image_of(blank(300, 200)), skew=10)
    (line,) = upright.lines_as_they_came((line_with(Box(0, 0, upright.image.width, upright.image.height)),))
    assert line.box == Box(0, 0, 200, 300)


def test_the_corners_of_a_turned_page_are_filled_from_its_edge() -> None:
    grey = np.full((300, 200), 180, np.uint8)
    assert (turn(image_of(grey), skew=12).image.pixels == 180).all()


def test_a_page_with_one_word_is_not_turned() -> None:
    page = blank(800, 600)
    write(page, "Invoice", x=200, y=300, size=1.4)
    assert find_skew(page) == 0.0


@pytest.mark.parametrize("softness", [0, 1, 3, 5, 9])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_picture_without_lines_is_not_turned(seed: int, softness: float) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (800, 600), dtype=np.uint8)
    picture = cv2.GaussianBlur(noise, (0, 0), softness) if softness else noise
    stretched = cv2.normalize(picture, np.empty_like(picture), 0, 255, cv2.NORM_MINMAX)
    assert find_skew(np.asarray(stretched, np.uint8)) == 0.0


@pytest.mark.parametrize("shape", [(1, 1), (400, 300), (1, 5000), (5000, 1), (2, 3000)])
def test_a_blank_page_of_any_shape_is_not_turned(shape: tuple[int, int]) -> None:
    assert find_skew(blank(*shape)) == 0.0


def test_a_stroke_is_not_taken_for_a_line_and_nothing_is_turned_beyond_the_bound() -> None:
    page = blank(800, 900)
    page[np.arange(200, 600), np.arange(200, 600) // 4] = 0
    page[np.arange(200, 600), np.arange(200, 600) // 4 + 1] = 0
    assert find_skew(page) == 0.0
    steep = slanted(with_ground(generated("letter", "eng", dpi=DPI)), 15.8)
    assert abs(find_skew(steep)) <= MOST_SKEW
