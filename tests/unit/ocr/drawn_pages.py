"""Pages to read: drawn with a few words of our own, or generated, and turned and slanted by a known amount."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.ocr.pixels import grey
from docflow.synth import generate, render_images
from docflow.types import PageImage

Pixels = NDArray[np.uint8]


def blank(height: int = 400, width: int = 600) -> Pixels:
    return np.full((height, width), 255, np.uint8)


def write(pixels: Pixels, text: str, *, x: int, y: int, size: float = 1.0) -> None:
    """Write dark text whose baseline begins at (x, y)."""
    cv2.putText(pixels, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, 0, 2, cv2.LINE_AA)


def lines_of(*texts: str, width: int = 700) -> Pixels:
    pixels = blank(60 + 60 * len(texts), width)
    for row, text in enumerate(texts):
        write(pixels, text, x=40, y=60 + 60 * row)
    return pixels


@cache
def generated(kind: str, language: str, *, seed: int = 3, dpi: int = 150) -> Pixels:
    """The first page of a generated document, in grey."""
    pixels = grey(render_images(generate(kind, language, seed=seed), dpi=dpi)[0])
    pixels.flags.writeable = False
    return pixels


def image_of(pixels: Pixels, *, dpi: float | None = None) -> PageImage:
    return PageImage(1, pixels, dpi=dpi)


def with_ground(pixels: Pixels) -> Pixels:
    """The page on white ground that is large enough for it to be slanted on."""
    side = max(pixels.shape) // 6
    return np.pad(pixels, side, constant_values=255)


def slanted(pixels: Pixels, degrees: float) -> Pixels:
    """The picture turned counterclockwise about its middle, as it comes from a scanner that was fed askew."""
    height, width = pixels.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    return np.asarray(turned, dtype=np.uint8)


def turned_counterclockwise(pixels: Pixels, *, quarters: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(pixels, quarters))
