"""Words' boxes drawn in to their ink: who reads by columns knows only about where words begin and end."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.ocr.pixels import Grey
from docflow.types import Box, Line

REACH = 0.6
"""By how much, in heights of the line, a word's ink may lie outside of where it was read."""

SOLID = 0.8
"""Share of a line's height, from which ink at its outer end is no letter's: those have room above or below."""

LEAST_CONTRAST = 30
"""Grey levels between ink and paper, under which there is nothing to draw in to."""

Mask = NDArray[np.bool_]


def snapped(line: Line, pixels: Grey) -> Line:
    """The line with each word's box as its ink has it; a word without ink keeps the box that it has.

    Neighbours are parted in the middle of the widest gap between where they were read. `pixels` are the page's.
    """
    if not line.words:
        return line
    around = line.box
    reach = REACH * (around.y1 - around.y0)
    x0, x1 = max(0, math.floor(around.x0 - reach)), min(pixels.shape[1], math.ceil(around.x1 + reach))
    y0, y1 = max(0, math.floor(around.y0)), min(pixels.shape[0], math.ceil(around.y1))
    ink = ink_of(pixels[y0:y1, x0:x1])
    if ink is None:
        return line
    ink = without_surroundings(ink, around.x0 - x0, around.x1 - x0)
    inked = np.asarray(ink.any(axis=0))
    edges = [0.0]
    for before, after in zip(line.words, line.words[1:], strict=False):
        edges.append(parting(inked, before.box.x1 - x0, after.box.x0 - x0, reach=reach / 2))
    edges.append(float(x1 - x0))
    words = []
    for word, left, right in zip(line.words, edges, edges[1:], strict=False):
        left, right = max(left, word.box.x0 - x0 - reach), min(right, word.box.x1 - x0 + reach)
        top, bottom = max(y0, math.floor(word.box.y0)), math.ceil(word.box.y1)
        found = ink[top - y0 : bottom - y0, math.floor(left) : math.ceil(right)]
        columns, rows = np.flatnonzero(found.any(axis=0)), np.flatnonzero(found.any(axis=1))
        if len(columns):
            start = x0 + math.floor(left)
            across, down = (start + columns[[0, -1]]).tolist(), (top + rows[[0, -1]]).tolist()
            word = replace(word, box=Box(across[0], down[0], across[1] + 1, down[1] + 1))
        words.append(word)
    return Line(tuple(words))


def ink_of(strip: Grey) -> Mask | None:
    """Which pixels of a line are ink, dark or light: those of the rarer tone; None where there is but one tone."""
    if min(strip.shape) < 2:
        return None
    _, dark = cv2.threshold(strip, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    is_ink = dark.astype(bool)
    if is_ink.all() or not is_ink.any() or strip[~is_ink].mean() - strip[is_ink].mean() < LEAST_CONTRAST:
        return None
    return ~is_ink if is_ink.mean() > 0.5 else is_ink


def without_surroundings(ink: Mask, start: float, end: float) -> Mask:
    """The ink without what comes in from either side and ends before where the line was read, from `start` to `end`.

    There, and as high as the line, it is the table beyond the paper's edge, or a scan's black border.
    """
    bare = np.flatnonzero(~ink.any(axis=0))
    left, right = (int(bare[0]), int(bare[-1]) + 1) if len(bare) else (0, ink.shape[1])
    kept = ink.copy()
    if left <= start and ink[:, 0].mean() >= SOLID:
        kept[:, :left] = False
    if right >= end and ink[:, -1].mean() >= SOLID:
        kept[:, right:] = False
    return kept


def parting(inked: NDArray[np.bool_], end: float, start: float, *, reach: float) -> float:
    """The column that parts two words, of which one was read up to `end` and the other from `start` on."""
    low, high = max(0, math.floor(min(end, start) - reach)), min(len(inked), math.ceil(max(end, start) + reach))
    widest = widest_gap(inked[low:high])
    return (end + start) / 2 if widest is None else low + sum(widest) / 2


def widest_gap(inked: NDArray[np.bool_]) -> tuple[int, int] | None:
    """From where up to where the most columns in a row are without ink; None where all have some."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], inked, [True]]).astype(np.int8)))
    gaps = edges.reshape(-1, 2)
    if not len(gaps):
        return None
    start, end = gaps[np.argmax(gaps[:, 1] - gaps[:, 0])].tolist()
    return start, end
