"""A page's small picture: what a model that looks at pages sees of it, and what a person recognises it by."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 96
"""The longer side in pixels: headings, tables and blocks can be told apart, letters cannot."""

DRAWN_SIDE = 4 * SIDE
"""Pixels that the longer side of a page has which is drawn for its thumbnail only: at fewer, thin strokes are lost."""

SHORTEST = 4
"""Pixels that the shorter side has at least, of a page however long."""

LARGEST_BYTES = 4 * SIDE * SIDE
"""No thumbnail of ours has more bytes; a larger one is none."""


def thumbnail_of(pixels: NDArray[np.uint8], *, rotation: float = 0.0) -> bytes:
    """A PNG of the page in grey, its longer side `SIDE` pixels.

    `pixels` are uint8, height x width, or height x width x 3 in RGB. `rotation` is by how many degrees the page has to
    be turned clockwise to be upright; the picture is turned by the nearest quarter turn.
    """
    small = shrunk(pixels)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    upright = np.rot90(grey, -round(rotation / 90) % 4)
    return cv2.imencode(".png", np.ascontiguousarray(upright))[1].tobytes()


def shrunk(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels with their longer side at `SIDE`, each the mean of those in its place."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(SHORTEST, round(width * scale)), max(SHORTEST, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def thumbnail_pixels(thumbnail: bytes) -> NDArray[np.uint8] | None:
    """The thumbnail's pixels in grey, height x width; None where it is empty or no thumbnail of ours."""
    if not thumbnail or len(thumbnail) > LARGEST_BYTES:
        return None
    decoded = cv2.imdecode(np.frombuffer(thumbnail, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    if decoded is None or max(decoded.shape) > SIDE:
        return None
    return np.asarray(decoded, dtype=np.uint8)
