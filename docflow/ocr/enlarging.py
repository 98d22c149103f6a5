"""Small pictures of pages enlarged before lines are looked for: what finds lines misses letters of a few pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from docflow.ocr.perspective import Straight
from docflow.ocr.pixels import scaled
from docflow.types import PageImage

SMALL = 1000
"""Pixels of the longer side under which a page may be enlarged: a sheet of A4 has fewer than 85 to the inch there."""

ENLARGED = 1400
"""Pixels of the longer side that it then has: chosen on photographs of the tuning half (docs/decisions/0027)."""


def is_small(image: PageImage) -> bool:
    """Whether the page may have letters of a few pixels; short receipts have few pixels, too, but clear letters."""
    return max(image.width, image.height) < SMALL


def enlarged(straight: Straight) -> Straight:
    """The page with `ENLARGED` pixels on its longer side."""
    image = straight.image
    scale = ENLARGED / max(image.width, image.height)
    pixels = scaled(image.pixels, scale)
    # The sides were rounded each for itself.
    to_small = np.diag([image.width / pixels.shape[1], image.height / pixels.shape[0], 1.0])
    larger = replace(image, pixels=pixels, dpi=image.dpi and image.dpi * scale)
    return replace(straight, image=larger, inverse=straight.inverse @ to_small)
