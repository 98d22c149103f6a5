"""Pages much longer than broad, looked at in tiles: on one picture of them, made small, lines are too low to be seen.

Tiles overlap by a few lines, so that what one of them cuts another holds whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from docflow.ocr.pixels import Grey, grey
from docflow.ocr.snap import ink_of, widest_gap
from docflow.types import Box

SLIM = 3.0
"""Length over breadth up to which a page is looked at as one: on a picture of 800 pixels, lines of 28 pixels on a page
of 1080 x 3240 are 7 high, and found; on one of 1080 x 6000 they are 4, and lost."""

LENGTH = 1.5
"""Length of a tile in breadths of the page, a little more than that of paper."""

LEAST_LENGTH = 1280
"""Pixels up to which no page is parted: no detector makes so short a page smaller, or hardly."""

OVERLAP = 0.15
"""Share of a tile that the next one has, too: eight lines of a usual page."""

SAME = 0.5
"""Share of the higher one's height from which boxes of neighbouring tiles are of one line."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a page, from one point of its longer side to another, in pixels.

    The cores of all tiles cover the page once; where a core ends within the page, its tile goes on.
    """

    start: int
    end: int
    core_start: float
    core_end: float

    def tells_of(self, middle: float) -> bool:
        """Whether the tile tells of a line with its middle there: in its core, or close, as middles differ a little."""
        return (self.start + self.core_start) / 2 <= middle <= (self.end + self.core_end) / 2

    def of(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The tile's pixels among those of the page."""
        height, width = pixels.shape[:2]
        return pixels[:, self.start : self.end] if width > height else pixels[self.start : self.end]


def tiles_of(shape: Sequence[int]) -> tuple[Tile, ...]:
    """The tiles of a page of this height and width, all of one length; one where it is of usual proportions."""
    shorter, longer = sorted(shape[:2])
    if longer <= max(SLIM * shorter, LEAST_LENGTH):
        return (Tile(0, longer, 0, longer),)
    length = max(round(LENGTH * shorter), LEAST_LENGTH)
    overlap = OVERLAP * length
    count = math.ceil((longer - overlap) / (length - overlap))
    starts = [round(number * (longer - length) / (count - 1)) for number in range(count)]
    cuts = [(after + before + length) / 2 for before, after in pairwise(starts)]
    cores = zip([0, *cuts], [*cuts, longer], strict=True)
    return tuple(Tile(start, start + length, *core) for start, core in zip(starts, cores, strict=True))


def longer_side(shape: Sequence[int]) -> int:
    """Pixels of the longer side of what is looked at, at a time, of a page of this height and width."""
    first = tiles_of(shape)[0]
    return max(first.end - first.start, min(shape[:2]))


def found_in_tiles(pixels: NDArray[np.uint8], find: Callable[[NDArray[np.uint8]], Iterable[Box]]) -> tuple[Box, ...]:
    """The box of each line of the page, as `find` tells them of each of its tiles; each line once.

    On a page of usual proportions, it is what `find` says. Lines that run along the tiles come in pieces, parted
    between words: no recogniser takes lines of any length.
    """
    tiles = tiles_of(pixels.shape)
    if len(tiles) == 1:
        return tuple(find(pixels))
    is_wide = pixels.shape[1] > pixels.shape[0]
    # What follows is told of high pages: a wide one is a high one that was mirrored.
    page = grey(pixels).T if is_wide else grey(pixels)
    lines: list[Box] = []
    last: list[Box] = []
    for tile in tiles:
        boxes = [moved(mirrored(box) if is_wide else box, tile.start) for box in find(tile.of(pixels))]
        told = [box for box in boxes if tile.tells_of((box.y0 + box.y1) / 2)]
        done, last = joined(last, told, page)
        lines += done
    lines += last
    return tuple(sorted(map(mirrored, lines) if is_wide else lines, key=lambda box: box.y0))


def joined(before: Sequence[Box], after: Sequence[Box], page: Grey) -> tuple[list[Box], list[Box]]:
    """The lines of a tile and of the one below it, without those of the first that the second tells of, too."""
    first, second = list(before), []
    for box in after:
        for other in [line for line in first if is_same(line, box)]:
            first.remove(other)
            if runs_down(other, box) and other.y0 < box.y0 and other.y1 < box.y1:
                end, start = gap_between(other, box, page)
                first.append(Box(other.x0, other.y0, other.x1, end))
                box = Box(box.x0, start, box.x1, box.y1)
            else:
                box = Box.around((other, box))
        second.append(box)
    return first, second


def is_same(one: Box, other: Box) -> bool:
    """Whether two boxes are of one line: side by side for the most part, and of one place, at least in part."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    if runs_down(one, other):
        return down > 0 and across > SAME * max(one.x1 - one.x0, other.x1 - other.x0)
    return across > 0 and down > SAME * max(one.y1 - one.y0, other.y1 - other.y0)


def runs_down(one: Box, other: Box) -> bool:
    """Whether two boxes are of lines on end, by both together: a piece may be of a letter or two."""
    return one.y1 - one.y0 + other.y1 - other.y0 > one.x1 - one.x0 + other.x1 - other.x0


def gap_between(upper: Box, lower: Box, page: Grey) -> tuple[float, float]:
    """From where up to where a line on end, of which both boxes hold a part, is parted: the widest gap they share.

    Where there is none, it is cut in the middle of what they share.
    """
    start, end = math.floor(lower.y0), math.ceil(upper.y1)
    x0, x1 = math.floor(max(upper.x0, lower.x0)), math.ceil(min(upper.x1, lower.x1))
    ink = ink_of(np.ascontiguousarray(page[start:end, x0:x1]))
    gap = None if ink is None else widest_gap(np.asarray(ink.any(axis=1)))
    if gap is None:
        middle = (lower.y0 + upper.y1) / 2
        return middle, middle
    return max(upper.y0, min(start + gap[0], upper.y1)), min(lower.y1, max(start + gap[1], lower.y0))


def moved(box: Box, by: float) -> Box:
    """The box so much further down."""
    return Box(box.x0, box.y0 + by, box.x1, box.y1 + by)


def mirrored(box: Box) -> Box:
    """The box on the page with rows and columns exchanged."""
    return Box(box.y0, box.x0, box.y1, box.x1)
