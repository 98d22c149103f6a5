"""What a line's crop holds around its box, and where on the page its words are then."""

from __future__ import annotations

from typing import NamedTuple

from docflow.ocr.engine import ReadLine
from docflow.ocr.rapidocr import line_at
from docflow.types import Box, Line, PageImage


class Margin(NamedTuple):
    """What a crop has at either side of its line, and above and below; in shares of the line's height."""

    x: float
    y: float


MARGIN = Margin(0.12, 0.12)
"""Detectors cut at the ink, or through it."""


def widened(box: Box, image: PageImage, *, margin: Margin = MARGIN) -> Box:
    """The box with a margin, as far as the page has room for it; it is narrowed where the margin is negative."""
    x, y = (share * (box.y1 - box.y0) for share in margin)
    return Box(
        max(0.0, box.x0 - x),
        max(0.0, box.y0 - y),
        min(float(image.width), box.x1 + x),
        min(float(image.height), box.y1 + y),
    )


def placed(line: ReadLine, *, crop: Box, box: Box) -> Line:
    """The line in pixels of the page: words lie across the crop that was read, and as high as the box found."""
    return line_at(Box(crop.x0, box.y0, crop.x1, box.y1), line)
