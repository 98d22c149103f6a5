"""The pixels that recognition likes: grey, one byte each, and letters of the height that models were made for."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

DEFAULT_DPI = 200.0
"""Taken where a file names no resolution: a middle between phone photos and office scans."""

LINE_HEIGHT = 36.0
"""Pixels from the top of a line's tallest letter to the bottom of its lowest that Tesseract reads best: word F1 of
forms went from 0.78 to 0.88, and that of letters stayed the same in two thirds of the time (docs/benchmarks.md)."""

SMALLEST, LARGEST = 0.4, 3.0
"""Bounds of the scale: beyond them, what was measured were no lines of text."""

NEAR_ENOUGH = 0.15
"""Scaling by less costs more than it brings."""

SHORT_SIDE = 1200
"""Pixels that a page's shorter side should have where the height of its lines is not known."""

FAINT = 100
"""Grey levels between ink and paper under which RapidOCR's detector misses lines: of a generated invoice with 50 it
finds a quarter, with 35 hardly one. The corpus's photographs have 101 and more (docs/benchmarks.md)."""

BARE = 12
"""Grey levels that the grain of bare paper has; with fewer there is nothing to see."""

RARE = 0.005
"""Share of a page's pixels that may be darker than its ink, or lighter than its paper."""

MARGIN = 0.05
"""Share of a page at each of its sides that tells nothing of its ink: a scanner's black borders lie there, and print
hardly ever does (15 mm of a sheet of A4)."""


def grey(pixels: NDArray[np.uint8]) -> Grey:
    """The page as height x width grey values; Tesseract on RGB takes half as long again for the same words."""
    if pixels.ndim == 2:
        return pixels
    return cast(Grey, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def with_contrast(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels with their darkest made black and their lightest white; the very same where they are clear or bare.

    How dark and light they are is seen within the page's margins.
    """
    top, left = (round(MARGIN * side) for side in pixels.shape[:2])
    within = pixels[top : pixels.shape[0] - top, left : pixels.shape[1] - left]
    counts = np.bincount(grey(within).ravel(), minlength=256).cumsum()
    shares = np.array([RARE, 1 - RARE])
    darkest, lightest = (int(level) for level in np.searchsorted(counts, shares * counts[-1]))
    if not BARE < lightest - darkest < FAINT:
        return pixels
    spread = (np.arange(256) - darkest) * (255 / (lightest - darkest))
    levels = spread.round().clip(0, 255).astype(np.uint8)
    return levels[pixels]


def scale_for(shape: tuple[int, ...], *, line_height: float | None) -> float:
    """By how much a page of this shape is to be enlarged, or made smaller, for its lines to be read best."""
    if line_height is None:
        return max(1.0, min(2.0, SHORT_SIDE / min(shape)))
    scale = min(LARGEST, max(SMALLEST, LINE_HEIGHT / line_height))
    return 1.0 if abs(scale - 1) < NEAR_ENOUGH else scale


def scaled(pixels: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """The pixels, grey or RGB, `scale` times as high and wide, and one at least either way."""
    if scale == 1.0:
        return pixels
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    method = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return cast(NDArray[np.uint8], cv2.resize(nearly(pixels, scale), (width, height), interpolation=method))


def nearly(pixels: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """The pixels, as many times smaller as is a whole number, and not yet smaller than `scale` asks for.

    A mean of whole pixels takes a seventh of the time of one of parts of pixels. The last rows and columns, fewer than
    the whole number, may be left out.
    """
    times = min(int(1 / scale), *pixels.shape[:2])
    if times < 2:
        return pixels
    height, width = (side // times for side in pixels.shape[:2])
    whole = pixels[: height * times, : width * times]
    return cast(NDArray[np.uint8], cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))
