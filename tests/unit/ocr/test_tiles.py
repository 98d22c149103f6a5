"""Long pages are parted into tiles that overlap, and what is found on them is told once."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels, blank, generated, turned_counterclockwise

from docflow.ocr.tiles import LEAST_LENGTH, SLIM, found_in_tiles, longer_side, tiles_of
from docflow.types import Box

USUAL = [(1, 1), (1, LEAST_LENGTH), (1000, 700), (700, 1000), (round(SLIM * 700), 700), (700, round(SLIM * 700), 3)]
SLIM_SHAPES = [(2101, 700), (700, 2101, 3), (12_000, 1080), (600, 33_500), (LEAST_LENGTH + 1, 300), (20_000, 1)]


def inked(pixels: Pixels) -> list[Box]:
    """The box of each dark mark of the picture."""
    _, _, marks, _ = cv2.connectedComponentsWithStats((pixels < 128).astype(np.uint8))
    return [Box(x, y, x + width, y + height) for x, y, width, height, _ in marks[1:].tolist()]


def stretches(pixels: Pixels) -> list[Box]:
    """The box of what stands in each row of dark marks; one, however long it is."""
    joined = cv2.erode(pixels, np.ones((1, 61), np.uint8))
    return [box for box in inked(np.asarray(joined, np.uint8)) if box.x1 - box.x0 > 1]


def ruled(*, height: int, width: int, line: int, gap: int) -> Pixels:
    """A page with a bar for each line, so high and so far from the next."""
    pixels = blank(height, width)
    for y in range(gap, height - line, line + gap):
        pixels[y : y + line, 40 : width - 40] = 0
    return pixels


@pytest.mark.parametrize("shape", USUAL)
def test_a_page_of_usual_proportions_is_one_tile(shape: tuple[int, ...]) -> None:
    (tile,) = tiles_of(shape)
    assert (tile.start, tile.end) == (0, max(shape[:2]))
    assert longer_side(shape) == max(shape[:2])


@pytest.mark.parametrize("page", [generated("receipt", "eng"), blank(round(SLIM * 500), 500), np.dstack([blank()] * 3)])
def test_what_is_found_on_a_page_of_usual_proportions_is_left_as_it_is(page: Pixels) -> None:
    seen: list[Pixels] = []
    boxes = (Box(5, 70, 90, 90), Box(0, 0, 100, 20), Box(0, 1, 100, 21), Box(0, 0, 3, 300))

    def find(pixels: Pixels) -> tuple[Box, ...]:
        seen.append(pixels)
        return boxes

    assert found_in_tiles(page, find) == boxes
    assert len(seen) == 1
    assert np.array_equal(seen[0], page)


@pytest.mark.parametrize("shape", SLIM_SHAPES)
def test_cores_cover_the_page_once_and_tiles_go_on_beyond_them(shape: tuple[int, ...]) -> None:
    tiles = tiles_of(shape)
    longer, length = max(shape[:2]), longer_side(shape)
    assert (tiles[0].start, tiles[-1].end) == (0, longer)
    assert (tiles[0].core_start, tiles[-1].core_end) == (0, longer)
    assert {tile.end - tile.start for tile in tiles} == {length}
    for before, after in itertools.pairwise(tiles):
        assert before.core_end == after.core_start
        assert before.end - before.core_end == after.core_start - after.start
        assert before.end - after.start >= 0.15 * length - 1


def test_what_is_looked_at_grows_as_the_page_does() -> None:
    for height in (6_000, 12_000, 24_000):
        shape = (height, 1000)
        assert height < len(tiles_of(shape)) * longer_side(shape) < 1.4 * height


@pytest.mark.parametrize("quarters", [0, 1])
@pytest.mark.parametrize(("line", "gap"), [(9, 4), (28, 3), (28, 32), (60, 30), (150, 40), (300, 50)])
def test_each_line_across_the_tiles_is_found_once_and_whole(line: int, gap: int, quarters: int) -> None:
    page = turned_counterclockwise(ruled(height=7000, width=500, line=line, gap=gap), quarters=quarters)
    assert sorted(found_in_tiles(page, inked), key=str) == sorted(inked(page), key=str)


def test_lines_that_two_tiles_see_a_little_otherwise_are_found_once() -> None:
    page = ruled(height=7000, width=500, line=28, gap=11)
    jitter = itertools.cycle((-2.0, 0.0, 1.5, 3.0, -1.0))

    def find(pixels: Pixels) -> list[Box]:
        by = next(jitter)
        return [Box(box.x0, max(0.0, box.y0 + by), box.x1, box.y1 + by) for box in inked(pixels)]

    assert len(found_in_tiles(page, find)) == len(inked(page))


@pytest.mark.parametrize("is_wide", [True, False])
def test_a_line_along_the_tiles_is_parted_between_its_words(is_wide: bool) -> None:
    page, words = blank(400, 7000), []
    for y, length in ((50, 91), (120, 133), (190, 42)):
        for x in range(30, 6900, length + 14):
            for letter in range(0, length, 7):
                page[y : y + 28, x + letter : x + letter + 3] = 0
            words.append(Box(x, y, x + length - 4, y + 28))

    def find(pixels: Pixels) -> list[Box]:
        if is_wide:
            return stretches(pixels)
        return [Box(b.y0, b.x0, b.y1, b.x1) for b in stretches(np.ascontiguousarray(pixels.T))]

    found = found_in_tiles(page if is_wide else np.ascontiguousarray(page.T), find)
    pieces = found if is_wide else [Box(b.y0, b.x0, b.y1, b.x1) for b in found]
    assert len(pieces) > 3 * 3
    for word in words:
        holders = [p for p in pieces if p.y0 < word.y1 and p.y1 > word.y0 and p.x0 < word.x1 and p.x1 > word.x0]
        assert len(holders) == 1
        assert holders[0].x0 <= word.x0
        assert holders[0].x1 >= word.x1
