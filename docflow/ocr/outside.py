"""Writing in a picture outside of the part that is to be kept, as on a dark band along a sheet's edge."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.ocr.ink import letters_on
from docflow.ocr.pixels import grey, scaled

LOOKED_AT = 1200, 400
"""Pixels of the longer side at which letters are looked for, small ones and large ones."""

HEIGHT = 15.0
"""Height of lines there; letters are looked for from 0.4 to 1.6 times as high."""

REACH = 5.0
"""To either side along a row, in heights of a line, within which letters are of one word."""

OFF = 0.5
"""How far from the row's middle they may be, in those heights."""

FEWEST = 4
"""Letters within that reach that are writing: the grain of drawn wood makes three look so, lone words five and more."""

Points = NDArray[np.float64]


def has_writing_outside(pixels: NDArray[np.uint8], matrix: Points, size: tuple[int, int]) -> bool:
    """Whether a few letters stand in a row, darker or lighter than what they are on, where this mapping shows nothing.

    The 3 x 3 matrix maps the picture to one of this width and height, in which rows run level or on end.
    """
    plain = grey(pixels)
    for side in LOOKED_AT:
        scale = min(1.0, side / max(plain.shape))
        small = scaled(plain, scale)
        for seen in (small, np.bitwise_not(small)):
            letters = letters_on(seen, height=HEIGHT) / scale
            if stands_in_row(outside_of(letters, matrix, size), height=HEIGHT / scale):
                return True
    return False


def outside_of(points: Points, matrix: Points, size: tuple[int, int]) -> Points:
    """Where those of the points come to lie under the mapping that leave a picture of this width and height."""
    if not len(points):
        return points
    mapped = np.asarray(cv2.perspectiveTransform(points[None], matrix)[0], np.float64)
    return np.asarray(mapped[((mapped < 0) | (mapped >= size)).any(axis=1)])


def stands_in_row(letters: Points, *, height: float) -> bool:
    """Whether enough of the letters stand beside one of them, or above and below it, to be writing."""
    away = np.abs(letters[:, None] - letters[None]) / height
    return any(
        ((away[..., along] <= REACH) & (away[..., 1 - along] <= OFF)).sum(axis=1).max(initial=0) >= FEWEST
        for along in (0, 1)
    )
