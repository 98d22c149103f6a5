"""The pixels that Tesseract likes: grey, one byte each, and not too small."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

DEFAULT_DPI = 200.0
"""Taken where a file names no resolution: a middle between phone photos and office scans."""

SHORT_SIDE = 1200
"""Pixels that a page's shorter side should have: A4 at 145 dpi, where small print is 12 pixels high."""

MOST_ENLARGED = 2.0
"""More only blurs. Word F1 on 16 receipts went from 0.756 to 0.768 at twice their size (docs/benchmarks.md)."""


def grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page as height x width grey values; Tesseract on RGB takes half as long again for the same words."""
    if pixels.ndim == 2:
        return pixels
    return cast(NDArray[np.uint8], cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def enlarged(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """A small page made larger, and by how much; others as they are, with 1.0."""
    factor = min(MOST_ENLARGED, SHORT_SIDE / min(pixels.shape))
    if factor <= 1.0:
        return pixels, 1.0
    larger = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return cast(NDArray[np.uint8], larger), factor
