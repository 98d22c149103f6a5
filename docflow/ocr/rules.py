"""Lines' crops without a table's rules: between the cells of a row, a recogniser reads them as letters or brackets."""

from __future__ import annotations

import math
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.ocr.pixels import Grey, grey
from docflow.types import Box

Mask = NDArray[np.bool_]

BEYOND_EACH, BEYOND_BOTH = 0.1, 0.5
"""How far a rule goes on above the line and below it, and how far altogether, in heights of its crop: brackets and
letters end within the line."""

BEYOND_ONE, WITHIN = 1.0, 0.8
"""How far it goes on at one end, and through how much of the line, where it does not at the other: a table's first and
last rows lie between its outer rules, and a crop may go beyond these."""

THICKEST = 0.3
"""Breadth of a rule, in heights of the crop, at most."""

CLEAR = 0.2
"""Share of the crop's height on which there may be ink beside a rule that ends here: a letter's stem that touches one
has bars and bowls there."""

LEANS = 100
"""Pixels of its length on which a rule may lean over to either side by one, or miss one."""

LEAST_CONTRAST = 30
"""Grey levels that a rule is darker than the paper beside it."""


def crop_without_rules(pixels: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The pixels of a line's box, grey or RGB, with paper in the place of the upright rules that cross it."""
    height = box.y1 - box.y0
    beyond, side = math.ceil(BEYOND_ONE * height), round(THICKEST * height) | 1
    x0, y0, x1, y1 = math.floor(box.x0), math.floor(box.y0), math.ceil(box.x1), math.ceil(box.y1)
    crop = np.ascontiguousarray(pixels[y0:y1, x0:x1])
    if not crop.size:
        return crop
    top, left = max(0, y0 - beyond), max(0, x0 - side)
    around = pixels[top : y1 + beyond, left : x1 + side]
    # All that is thinner than a square of this side is filled with what lies beside it.
    paper = cast(Grey, cv2.morphologyEx(around, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)))
    ink = cv2.subtract(grey(paper), grey(around)) >= LEAST_CONTRAST
    columns = rules_in(ink, y0 - top, min(y1 - top, len(ink)))[x0 - left : x1 - left]
    if columns.any():
        crop = crop.copy()
        crop[:, columns] = paper[y0 - top : y1 - top, x0 - left : x1 - left][:, columns]
    return crop


def rules_in(ink: Mask, start: int, end: int) -> Mask:
    """Which columns are those of a rule that crosses the rows from `start` to `end`, its edges included."""
    height, middle = end - start, (start + end) // 2
    sides = 1 + 2 * (len(ink) // LEANS)
    whole = cv2.dilate(ink.astype(np.uint8), np.ones((1, sides), np.uint8))
    whole = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((1 + len(ink) // LEANS, 1), np.uint8))
    above, below = unbroken(whole[:middle][::-1]), unbroken(whole[middle:])
    up, down = above - (middle - start), below - (end - middle)
    within = height + np.minimum(up, 0) + np.minimum(down, 0)
    goes_on = (np.minimum(up, down) >= BEYOND_EACH * height) & (up + down >= BEYOND_BOTH * height)
    ends_here = (within >= WITHIN * height) & (np.maximum(up, down) >= BEYOND_ONE * height)
    return np.asarray(edged(goes_on) | standing_clear(edged(ends_here), ink[start:end].mean(axis=0)))


def edged(columns: Mask) -> Mask:
    """These columns and those beside them."""
    return np.asarray(cv2.dilate(columns.astype(np.uint8)[None], np.ones((1, 3), np.uint8))[0].astype(bool))


def standing_clear(columns: Mask, inked: NDArray[np.float64]) -> Mask:
    """Those of the columns beside which there is hardly any ink; `inked` is the share of it in each column."""
    clear = columns.copy()
    beside = np.pad(inked > CLEAR, 1)
    for first, after in np.flatnonzero(np.diff(np.pad(columns, 1).astype(np.int8))).reshape(-1, 2).tolist():
        # The padding shifts columns by one: these are the one before the first and the one after the last.
        clear[first:after] = not (beside[first] or beside[after + 1])
    return clear


def unbroken(whole: NDArray[Any]) -> NDArray[np.int64]:
    """How many rows of each column have ink, from the first one on."""
    return np.asarray(np.logical_and.accumulate(whole.astype(bool), axis=0).sum(axis=0), np.int64)
