"""How much of what looks like writing on a page no word was read from."""

from __future__ import annotations

import statistics

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.ocr.pixels import Grey, grey, scaled
from docflow.ocr.tiles import Tile, longer_side, tiles_of
from docflow.types import PageImage, PageText

LOOKED_AT_SIDE = 1600
"""Pixels of the longer side, of a page or a tile, at which marks are looked for."""

PAPER_WINDOW = 31
"""Pixels around a point whose mean is taken for the paper there: larger than letters, smaller than shadows."""

DARKER_THAN_PAPER = 20

LETTER_HEIGHTS = (0.4, 1.6)
"""Heights of letters in median heights of the page's words."""

UNKNOWN_HEIGHT = 20.0
"""Taken for that median, in pixels, where no word was read."""

WIDEST_LETTER = 4.0
"""Width over height of two or three letters that touch; rules and frames are longer."""

FILLED = 0.15, 0.9
"""Shares of its box that a letter's ink fills."""

SIZE_AND_AREA = (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA)

FEWEST_MARKS = 20
"""Marks that a share must rest on: specks and a logo make some on any page."""


def unread_share(image: PageImage, page: PageText) -> float:
    """The share of marks of a letter's size and shape that lie outside all words' boxes, 0…1; 0 where there are few.

    So a page without words has 0 where it is blank, and 1 where it is not. It takes 10 to 30 milliseconds, or that for
    each tile of a page that is much longer than broad. The page's boxes must be in pixels of the image.
    """
    pixels = grey(image.pixels)
    scale = min(1.0, LOOKED_AT_SIDE / longer_side(pixels.shape))
    heights = [(word.box.y1 - word.box.y0) * scale for word in page.words]
    usual = statistics.median(heights) if heights else UNKNOWN_HEIGHT
    tiles = tiles_of(pixels.shape)
    middles = np.concatenate([letters_in(tile, pixels, scale=scale, height=usual) for tile in tiles])
    if len(middles) < FEWEST_MARKS:
        return 0.0
    rows, columns = (max(1, round(side * scale)) for side in pixels.shape)
    read = np.zeros((rows, columns), np.uint8)
    for word in page.words:
        near = round(word.box.x0 * scale), round(word.box.y0 * scale)
        far = round(word.box.x1 * scale), round(word.box.y1 * scale)
        cv2.rectangle(read, near, far, 1, cv2.FILLED)
    across, down = middles.round().astype(int).T
    return 1 - float(read[np.clip(down, 0, rows - 1), np.clip(across, 0, columns - 1)].sum()) / len(middles)


def letters_in(tile: Tile, pixels: Grey, *, scale: float, height: float) -> NDArray[np.float64]:
    """The middles, as x and y on the page made `scale` times as large, of what may be letters in the tile's core.

    Lines are about `height` pixels high there.
    """
    middles = letters_on(scaled(tile.of(pixels), scale), height=height)
    axis = 0 if pixels.shape[1] > pixels.shape[0] else 1
    middles[:, axis] += tile.start * scale
    along = middles[:, axis] / scale
    return middles[(along >= tile.core_start) & (along < tile.core_end)]


def letters_on(pixels: Grey, *, height: float) -> NDArray[np.float64]:
    """The middles, as x and y, of marks that have a letter's shape where lines are about so many pixels high."""
    ink = cv2.adaptiveThreshold(
        pixels, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, PAPER_WINDOW, DARKER_THAN_PAPER
    )
    _, _, marks, middles = cv2.connectedComponentsWithStats(ink)
    across, down, area = (marks[1:, column].astype(np.float64) for column in SIZE_AND_AREA)
    filled = area / (across * down)
    is_letter = (
        (down >= LETTER_HEIGHTS[0] * height)
        & (down <= LETTER_HEIGHTS[1] * height)
        & (across <= WIDEST_LETTER * down)
        & (filled >= FILLED[0])
        & (filled <= FILLED[1])
    )
    return np.asarray(middles[1:][is_letter])
