"""How much of a line's letters is left in its worn picture: what nobody can read teaches nothing and measures nothing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FINE, COARSE = 0.05, 0.18
"""Blurs, in ems, whose difference keeps the strokes: people tell letters by about 3 cycles a letter, and by neither finer
nor coarser detail (Solomon and Pelli 1994, "The visual filter mediating letter identification", Nature 369)."""

WINDOW = 1.0
"""Width, in ems, of the pieces that are compared: about two letters."""

WORST = 0.1
"""A line is as legible as its pieces of this quantile: two letters of twenty decide."""

STROKE = 0.25
"""Detail of at least this share of the strongest is part of a letter."""

FAINTEST = 0.01
"""Detail under this share of the way from white to black is none."""

LOUDEST = 2.0
"""Detail this many times as strong as the letters' own counts as no stronger: a black speck hides little of faint print."""

INKED = 0.15
"""Pieces with less of strokes than this share of the line's mean are gaps between words."""


def legibility(ink: NDArray[np.uint8], worn: NDArray[np.uint8], em: float) -> float:
    """How alike the strokes of both pictures are where the line is at its worst: 1 the same, 0 nothing left.

    Both are grey, uint8, of one shape: the line as it was set, and what became of it; `em` is its letters' size in
    pixels. It is the correlation of the strokes over pieces of `WINDOW`; 0 for a line without ink.
    """
    size = max(3, round(WINDOW * em))
    drawn, left = _strokes(ink, em), _strokes(worn, em)
    of_letters = np.abs(drawn) > max(FAINTEST, STROKE * np.abs(drawn).max())
    if not of_letters.any():
        return 0.0
    loudest = LOUDEST * float(np.median(np.abs(left[of_letters])))
    left = np.clip(left, -loudest, loudest)
    together, of_drawn, of_left = (_summed(product, size) for product in (drawn * left, drawn * drawn, left * left))
    inked = of_drawn > INKED * of_drawn.mean()
    alike = together[inked] / np.sqrt(of_drawn[inked] * of_left[inked] + 1e-9)
    return float(max(0.0, np.quantile(alike, WORST)))


def _strokes(picture: NDArray[np.uint8], em: float) -> NDArray[np.float32]:
    """The picture without shades broader than strokes and without grain finer than they are."""
    grey = picture.astype(np.float32) / 255
    fine, coarse = (cv2.GaussianBlur(grey, (0, 0), max(0.3, share * em)) for share in (FINE, COARSE))
    return np.asarray(fine - coarse, np.float32)


def _summed(picture: NDArray[np.float32], size: int) -> NDArray[np.float64]:
    """For each column the sum of the piece around it, full height and about `size` wide."""
    columns = np.concatenate(([0.0], np.cumsum(picture.sum(axis=0, dtype=np.float64))))
    places = np.arange(picture.shape[1])
    ends = np.minimum(places + size // 2 + 1, len(places))
    return np.asarray(columns[ends] - columns[np.maximum(places - size // 2, 0)], np.float64)
