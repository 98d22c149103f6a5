"""The pixels that Tesseract likes: grey, one byte each."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

DEFAULT_DPI = 200.0
"""Taken where a file names no resolution: a middle between phone photos and office scans."""


def grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The page as height x width grey values; Tesseract on RGB takes half as long again for the same words."""
    if pixels.ndim == 2:
        return pixels
    return cast(NDArray[np.uint8], cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
