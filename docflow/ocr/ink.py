"""How much of what looks like writing on a page no word was read from."""

from __future__ import annotations

import statistics
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.ocr.pixels import Grey, grey, scaled
from docflow.ocr.tiles import Tile, longer_side, tiles_of
from docflow.types import Box, PageImage, PageText

Mask = NDArray[np.bool_]

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

UNEVEN = 0.5
"""Share of a letter's contrast by which the paper around it may vary. Where paper ends and at its folds, it varies by
all of it: of the marks on 12 generated photos of which every word is known, 13 % lay there on average."""

PAPER_REACH = 1.5
"""Side of the square that is looked at for it, in heights of a line: ink of letters does not fill it."""

SMALLER = 0.25
"""Paper and dense blocks are looked for on a smaller picture, in a sixteenth of the time."""

DENSE = 0.46
"""Share of ink in a square from which it is of a QR code or a picture: of 60 generated pages, one heavy fax has words
that are as black."""

DENSE_SIDE = 3.0
"""Side of that square in heights of a line."""

SIZE_AND_AREA = (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA)

SEPARATOR_GAP = 1.5
"""Heights of a line that lie between two marks of one row, at most."""

SEPARATOR_MARKS = 8

ALIKE = 0.87
"""From which mean likeness on the marks of a row are one sign, 1 where all are the same to the pixel: separators on
generated receipts have 0.90 and more, rows of letters 0.81 at most."""

FEWEST_MARKS = 20
"""Marks that a share must rest on: specks and a logo make some on any page."""


def unread_share(image: PageImage, page: PageText) -> float:
    """The share of marks of a letter's size and shape that lie outside all words' boxes, 0…1; 0 where there are few.

    So a page without words has 0 where it is blank, and 1 where it is not. It takes 15 to 120 milliseconds, most on a
    full page, or that for each tile of a page that is much longer than broad. The page's boxes must be in pixels of the
    image.
    """
    pixels, boxes = grey(image.pixels), [word.box for word in page.words]
    if round(page.rotation / 90) % 2:
        # Mirrored, letters of a page on its side stand upright in rows, as high and as broad as they are.
        pixels = np.ascontiguousarray(pixels.T)
        boxes = [Box(box.y0, box.x0, box.y1, box.x1) for box in boxes]
    scale = min(1.0, LOOKED_AT_SIDE / longer_side(pixels.shape))
    heights = [(box.y1 - box.y0) * scale for box in boxes]
    usual = statistics.median(heights) if heights else UNKNOWN_HEIGHT
    tiles = tiles_of(pixels.shape)
    middles = np.concatenate([letters_in(tile, pixels, scale=scale, height=usual) for tile in tiles])
    if len(middles) < FEWEST_MARKS:
        return 0.0
    rows, columns = (max(1, round(side * scale)) for side in pixels.shape)
    read = np.zeros((rows, columns), np.uint8)
    for box in boxes:
        near = round(box.x0 * scale), round(box.y0 * scale)
        far = round(box.x1 * scale), round(box.y1 * scale)
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
    """The middles, as x and y, of marks that have a letter's shape where lines are about so many pixels high.

    Marks at the edges and folds of the paper are none, nor those in dense blocks, nor those of rows that part a
    receipt's sections.
    """
    ink = cast(
        Grey,
        cv2.adaptiveThreshold(
            pixels, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, PAPER_WINDOW, DARKER_THAN_PAPER
        ),
    )
    _, mark_at, marks, middles = cv2.connectedComponentsWithStats(ink)
    across, down, area = (marks[:, column].astype(np.float64) for column in SIZE_AND_AREA)
    filled = area / (across * down)
    columns, rows = middles.round().astype(int).T
    is_letter = (
        (down >= LETTER_HEIGHTS[0] * height)
        & (down <= LETTER_HEIGHTS[1] * height)
        & (across <= WIDEST_LETTER * down)
        & (filled >= FILLED[0])
        & (filled <= FILLED[1])
        & is_on_even_paper(pixels, height=height)[rows, columns]
        & ~is_dense(ink, height=height)[rows, columns]
    )
    # The first is the paper between the marks.
    is_letter[0] = False
    middles = middles[is_letter]
    return np.asarray(middles[~in_separator(pixels, is_letter[mark_at], middles, height=height)])


def is_on_even_paper(pixels: Grey, *, height: float) -> Mask:
    """For each pixel, whether the paper around it varies by little of what the darkest ink there differs from it."""
    small = scaled(pixels, SMALLER)
    side = round(PAPER_REACH * height * SMALLER) | 1
    near = np.ones((side, side), np.uint8)
    # What lies beside the paper goes on beyond the picture: a few dark pixels at its border are no ink.
    wide = cv2.copyMakeBorder(small, side, side, side, side, cv2.BORDER_REPLICATE)
    paper = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, near)
    varies = cv2.morphologyEx(paper, cv2.MORPH_GRADIENT, near).astype(np.float32)
    contrast = paper.astype(np.float32) - cv2.erode(wide, near)
    return as_large_as(pixels, (varies <= UNEVEN * contrast).astype(np.uint8)[side:-side, side:-side])


def is_dense(ink: Grey, *, height: float) -> Mask:
    """For each pixel, whether it is of a square of a few lines that is full of ink."""
    share = scaled(ink * np.uint8(255), SMALLER)
    side = round(DENSE_SIDE * height * SMALLER) | 1
    full = cv2.blur(share, (side, side)) >= 255 * DENSE
    return as_large_as(ink, cast(Grey, cv2.dilate(full.astype(np.uint8), np.ones((side, side), np.uint8))))


def as_large_as(pixels: Grey, mask: Grey) -> Mask:
    """The mask of a smaller picture as that of the picture itself."""
    return cv2.resize(mask, pixels.shape[::-1], interpolation=cv2.INTER_NEAREST).astype(bool)


def in_separator(pixels: Grey, letters: Mask, middles: NDArray[np.float64], *, height: float) -> Mask:
    """Which of the marks with these middles are of a row that repeats one sign, as those that part receipts do.

    `letters` are the pixels of all marks.
    """
    across = np.ones((1, round(SEPARATOR_GAP * height) | 1), np.uint8)
    _, row_at = cv2.connectedComponents(cv2.morphologyEx(letters.astype(np.uint8), cv2.MORPH_CLOSE, across))
    columns, rows = middles.round().astype(int).T
    row = row_at[rows, columns]
    looks = looks_at(pixels, rows, columns, side=height)
    is_one = np.zeros(len(middles), bool)
    for number in np.flatnonzero(np.bincount(row) >= SEPARATOR_MARKS):
        of_row = row == number
        # The mean of vectors of length 1 is as long where all are alike.
        is_one[of_row] = number > 0 and np.linalg.norm(looks[of_row].mean(axis=0)) >= ALIKE
    return is_one


def looks_at(pixels: Grey, rows: NDArray[np.int_], columns: NDArray[np.int_], *, side: float) -> NDArray[np.float64]:
    """What stands in the square around each of these points: n x 81 grey values, less their mean, of length 1."""
    steps = np.linspace(-side / 2, side / 2, 9).round().astype(int)
    down = np.clip(rows[:, None, None] + steps[:, None], 0, pixels.shape[0] - 1)
    across = np.clip(columns[:, None, None] + steps, 0, pixels.shape[1] - 1)
    seen = pixels[down, across].reshape(len(rows), steps.size**2).astype(np.float64)
    seen -= seen.mean(axis=1, keepdims=True)
    return np.asarray(seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1.0))
