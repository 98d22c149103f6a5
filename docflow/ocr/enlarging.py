"""Small pictures of pages enlarged before lines are looked for: what finds lines misses letters of a few pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from docflow.ocr.perspective import Straight
from docflow.ocr.pixels import scaled
from docflow.types import Box, PageImage

SMALL = 1000
"""Pixels of the longer side under which a page may be enlarged: a sheet of A4 has fewer than 85 to the inch there."""

ENLARGED = 1400
"""Pixels of the longer side that it then has; chosen, as `LOW` is, on the tuning half (docs/decisions/0027)."""

LOW = 12.0
"""Pixels of height under which lines are low: short receipts have few pixels, too, but letters that are clear."""

SMALL_PRINT = 0.15
"""Share of the lines that may be lower than the height that a page goes by, here and for the picture that lines are
looked for on. By the median of all lines, small print among large was lost there: in the same time on receipts, the
tuning half's receipts have a word F1 of 0.945 for 0.941, forms 0.886 for 0.876, and letters 0.985 for 0.980."""

FEW_LINES = 8
"""Of fewer lines than this, as of a page that Tesseract's layout takes for a picture, no height is believed."""


def is_small(image: PageImage) -> bool:
    """Whether the page may have letters of a few pixels."""
    return max(image.width, image.height) < SMALL


def has_low_lines(boxes: Sequence[Box]) -> bool:
    """Whether lines in these boxes are low, or too few to tell."""
    return len(boxes) < FEW_LINES or line_height(boxes) < LOW


def line_height(boxes: Sequence[Box]) -> float:
    """The height, in pixels, that `SMALL_PRINT` of the lines in these boxes stay under."""
    return float(np.quantile([box.y1 - box.y0 for box in boxes], SMALL_PRINT))


def enlarged(straight: Straight) -> Straight:
    """The page with `ENLARGED` pixels on its longer side."""
    image = straight.image
    scale = ENLARGED / max(image.width, image.height)
    pixels = scaled(image.pixels, scale)
    # The sides were rounded each for itself.
    to_small = np.diag([image.width / pixels.shape[1], image.height / pixels.shape[0], 1.0])
    larger = replace(image, pixels=pixels, dpi=image.dpi and image.dpi * scale)
    return replace(straight, image=larger, inverse=straight.inverse @ to_small)
