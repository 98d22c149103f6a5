"""A page photographed at a slant is seen straight on, and nothing else is touched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels, blank, generated, image_of
from hypothesis import given
from hypothesis import strategies as st

from docflow.ocr.effort import FastEngine
from docflow.ocr.perspective import in_order, sheet_in, slant_of, straightened, straightening
from docflow.settings import OcrSettings
from docflow.synth import generate, words
from docflow.types import Box, Line, Word

CORNERS = np.array([(190.0, 130.0), (820.0, 90.0), (930.0, 1060.0), (80.0, 1120.0)])
"""Of a sheet that leans away from the camera, in a picture of 1000 x 1200 pixels."""

NEAR = 10
"""Pixels that a corner may be off: four where the sheet is looked for."""


def photographed(page: Pixels, corners: np.ndarray = CORNERS, *, table: int = 60) -> Pixels:
    """The page with its corners there, on a table of this grey."""
    matrix = matrix_to(page, corners)
    picture = np.full((1200, 1000), table, np.uint8)
    cover = cv2.warpPerspective(np.ones_like(page), matrix, (1000, 1200))
    laid = cv2.warpPerspective(page, matrix, (1000, 1200), borderMode=cv2.BORDER_REPLICATE)
    return np.where(cover > 0, laid, picture).astype(np.uint8)


def matrix_to(page: Pixels, corners: np.ndarray) -> np.ndarray:
    height, width = page.shape[:2]
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    return cv2.getPerspectiveTransform(flat, corners.astype(np.float32))


@pytest.mark.parametrize("table", [0, 60, 200])
def test_the_corners_of_a_sheet_on_something_darker_are_found(table: int) -> None:
    sheet = sheet_in(photographed(generated("letter", "eng", dpi=100), table=table))
    assert sheet is not None
    assert np.abs(sheet.corners - CORNERS).max() < NEAR


def test_a_sheet_is_found_in_the_shadow_that_falls_across_it() -> None:
    lit = photographed(generated("letter", "eng", dpi=100)) * np.linspace(1, 0.5, 1200)[:, None]
    sheet = sheet_in(lit.astype(np.uint8))
    assert sheet is not None
    assert np.abs(sheet.corners - CORNERS).max() < NEAR


def test_a_sheet_with_writing_up_to_its_edge_is_found() -> None:
    page = np.array(generated("letter", "eng", dpi=100))
    for row in range(60, len(page) - 60, 40):
        page[row : row + 12, :60] = 0
    sheet = sheet_in(photographed(page))
    assert sheet is not None
    assert np.abs(sheet.corners - CORNERS).max() < NEAR


def test_white_paper_is_told_from_a_table_as_bright_in_another_colour() -> None:
    grey = photographed(generated("letter", "eng", dpi=100), table=0)
    coloured = np.repeat(grey[:, :, None], 3, axis=2)
    coloured[photographed(np.full((90, 60), 255, np.uint8), table=0) == 0] = (255, 255, 90)
    assert sheet_in(coloured) is not None


def test_a_slanted_sheet_comes_out_as_a_rectangle_that_fills_the_picture() -> None:
    page = generated("letter", "eng", dpi=100)
    straight = straightened(image_of(photographed(page)))
    pixels = straight.image.pixels
    assert slant_of(CORNERS) > 5
    rows, columns = (np.flatnonzero((pixels > 150).mean(axis=axis) > 0.5) for axis in (1, 0))
    assert len(rows) > 0.93 * pixels.shape[0]
    assert len(columns) > 0.93 * pixels.shape[1]
    flat = cv2.resize(pixels[rows[0] : rows[-1], columns[0] : columns[-1]], page.shape[::-1])
    assert np.corrcoef(cv2.blur(flat, (15, 15)).ravel(), cv2.blur(page, (15, 15)).ravel())[0, 1] > 0.8


def test_boxes_of_the_straight_page_lie_where_the_words_are_on_the_page_as_it_came() -> None:
    page = generated("letter", "eng", dpi=100)
    straight = straightened(image_of(photographed(page)))
    forth = np.linalg.inv(straight.inverse)
    for word in words(generate("letter", "eng", seed=3), 1, dpi=100)[::20]:
        corners = np.array([[[x, y] for x in (word.box.x0, word.box.x1) for y in (word.box.y0, word.box.y1)]])
        true = cv2.perspectiveTransform(corners, matrix_to(page, CORNERS))
        seen = cv2.perspectiveTransform(true, forth)[0]
        box = Box(*seen.min(axis=0).tolist(), *seen.max(axis=0).tolist())
        (mapped,) = straight.lines_as_they_came((Line((Word("x", box, 1.0),)),))
        sides = np.array([mapped.box.x0, mapped.box.y0, mapped.box.x1, mapped.box.y1])
        assert np.abs(sides - [*true[0].min(axis=0), *true[0].max(axis=0)]).max() < 4


def test_the_rotation_is_that_of_the_middle_of_the_page() -> None:
    page = generated("letter", "eng", dpi=100)
    turned = cv2.transform(CORNERS[None], cv2.getRotationMatrix2D((500, 600), -5, 0.9))[0]
    mirrored = np.array([(1000 - x, y) for x, y in turned])[[1, 0, 3, 2]]
    one, other = (straightened(image_of(photographed(page, corners))).rotation for corners in (turned, mirrored))
    assert 350 < one < 359
    assert other == pytest.approx(360 - one, abs=0.5)


def test_another_sheet_beside_it_is_not_cut_away() -> None:
    picture = photographed(generated("letter", "eng", dpi=100), CORNERS * (0.8, 1))
    picture[700:1100, 800:980] = 235
    straight = straightened(image_of(picture))
    corner = cv2.perspectiveTransform(np.array([[[960.0, 1080.0]]]), np.linalg.inv(straight.inverse))[0, 0]
    height, width = straight.image.pixels.shape
    assert straight.rotation
    assert 0 < corner[0] < width
    assert 0 < corner[1] < height


@pytest.mark.parametrize("is_above", [True, False])
@pytest.mark.parametrize("band", [(30, 50, 110), (255, 210, 40), (60, 170, 90)])
def test_writing_on_a_coloured_band_of_the_sheet_is_not_cut_away(band: tuple[int, int, int], is_above: bool) -> None:
    page = np.full((900, 700, 3), 255, np.uint8)
    rows = slice(0, 130) if is_above else slice(770, 900)
    page[rows] = band
    level = (0, 0, 0) if sum(band) > 450 else (255, 255, 255)
    cv2.putText(page, "INVOICE 48213", (60, rows.start + 80), cv2.FONT_HERSHEY_SIMPLEX, 1.5, level, 3, cv2.LINE_AA)
    matrix = matrix_to(page, CORNERS)
    picture = cv2.warpPerspective(
        page, matrix, (1000, 1200), borderMode=cv2.BORDER_CONSTANT, borderValue=(140, 120, 100)
    )
    straight = straightened(image_of(picture))
    assert straight.rotation
    ends = np.array([[(60.0, rows.start + 40.0), (480.0, rows.start + 80.0)]])
    seen = cv2.perspectiveTransform(cv2.perspectiveTransform(ends, matrix), np.linalg.inv(straight.inverse))[0]
    height, width = straight.image.pixels.shape[:2]
    assert (seen > 0).all()
    assert (seen < (width, height)).all()


def test_a_table_with_a_grain_is_cut_away() -> None:
    rng = np.random.default_rng(3)
    picture = photographed(generated("letter", "eng", dpi=100), table=0)
    grain = cv2.resize(rng.standard_normal((400, 5)).astype(np.float32), (1000, 1200), interpolation=cv2.INTER_CUBIC)
    wooden = np.where(picture > 0, picture, np.clip(110 + 20 * grain, 1, 255)).astype(np.uint8)
    straight = straightened(image_of(wooden))
    assert straight.rotation
    assert straight.image.pixels.shape[1] < 1.1 * (CORNERS[2, 0] - CORNERS[3, 0])


def same(pixels: Pixels) -> bool:
    return straightened(image_of(pixels)).image.pixels is pixels


@pytest.mark.parametrize("kind", ["letter", "invoice", "receipt"])
def test_a_scan_stays_as_it_is(kind: str) -> None:
    assert same(generated(kind, "eng"))


@pytest.mark.parametrize("table", [240, 255])
def test_a_sheet_on_something_as_bright_stays_as_it_is(table: int) -> None:
    assert same(photographed(generated("letter", "eng", dpi=100), table=table))


def test_a_sheet_that_lies_straight_stays_as_it_is() -> None:
    level = np.array([(100.0, 100.0), (900.0, 110.0), (905.0, 1100.0), (95.0, 1100.0)])
    picture = photographed(generated("letter", "eng", dpi=100), level)
    assert sheet_in(picture) is not None
    assert same(picture)


def test_a_sheet_that_is_cut_by_the_pictures_edge_stays_as_it_is() -> None:
    assert same(photographed(generated("letter", "eng", dpi=100), CORNERS - (250, 0)))


@pytest.mark.parametrize("tear", [(0, 440, 240, 760), (0, 560, 600, 680)])
def test_a_sheet_without_four_straight_sides_stays_as_it_is(tear: tuple[int, int, int, int]) -> None:
    picture = photographed(generated("letter", "eng", dpi=100))
    x0, y0, x1, y1 = tear
    picture[y0:y1, x0:x1] = 60
    assert same(picture)


def test_a_frame_that_is_drawn_on_the_page_is_no_sheet() -> None:
    page = blank(1200, 1000)
    cv2.polylines(page, [CORNERS.astype(np.int32)], isClosed=True, color=0, thickness=8)
    assert same(page)


def test_a_dark_picture_on_bright_paper_is_no_sheet() -> None:
    page = blank(1200, 1000)
    cv2.fillConvexPoly(page, CORNERS.astype(np.int32), 90)
    assert same(page)


@pytest.mark.parametrize("top", [250, 180])
def test_what_lies_far_behind_a_sheet_is_not_drawn_out(top: int) -> None:
    leaning = np.array([(500.0 - top / 2, 300.0), (500.0 + top / 2, 300.0), (960.0, 1150.0), (40.0, 1150.0)])
    picture = photographed(blank(900, 700), leaning)
    assert not same(picture)
    picture[20:200, 40:300] = 235
    assert sheet_in(picture) is not None
    assert same(picture)


def test_nothing_is_shown_that_lies_beyond_the_horizon_of_the_paper() -> None:
    leaning = np.array([(410.0, 300.0), (590.0, 300.0), (960.0, 1150.0), (40.0, 1150.0)])
    picture = np.array([(0.0, 0.0), (1000.0, 0.0), (1000.0, 1200.0), (0.0, 1200.0)])
    assert straightening(leaning, shown=picture)[1] == (0, 0)
    assert min(straightening(leaning, shown=leaning)[1]) > 0


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (40, 40, 3)])
def test_a_picture_of_any_shape_stays_as_it_is(shape: tuple[int, ...]) -> None:
    assert same(np.full(shape, 200, np.uint8))


@given(order=st.permutations(range(4)))
def test_corners_are_put_in_order_from_any(order: list[int]) -> None:
    assert np.array_equal(in_order(CORNERS[order]), CORNERS)


def test_a_page_at_a_strong_slant_is_read_and_its_words_are_told_where_they_were_seen() -> None:
    page = generated("receipt", "eng", dpi=200)
    large = np.array([(150.0, 330.0), (850.0, 90.0), (930.0, 1120.0), (80.0, 900.0)])
    read = FastEngine(OcrSettings()).read_page(image_of(photographed(page, large)), languages="eng", timeout=60)
    assert (read.width, read.height) == (1000, 1200)
    found = {word.text: word.box for word in read.words}
    true = [word for word in words(generate("receipt", "eng", seed=3), 1, dpi=200) if len(word.text) >= 4]
    once = [word for word in true if [w.text for w in true].count(word.text) == 1]
    seen = [word for word in once if word.text in found]
    assert len(seen) > 0.85 * len(once)
    for word in seen:
        middle = np.array([[[(word.box.x0 + word.box.x1) / 2, (word.box.y0 + word.box.y1) / 2]]])
        x, y = cv2.perspectiveTransform(middle, matrix_to(page, large))[0, 0]
        box = found[word.text]
        assert box.x0 - 5 < x < box.x1 + 5
        assert box.y0 - 5 < y < box.y1 + 5
