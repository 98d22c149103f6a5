"""Whether a page shows writing that its text layer lacks, told from a small picture of the page.

A form that was scanned and then filled in by typing has a layer, too: what was typed, and nothing of the form.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.errors import CorruptDocument, DocumentTimeout
from docflow.intake.geometry import PageFrame
from docflow.intake.limits import Deadline
from docflow.intake.pdfium import render
from docflow.types import Box, Line, PageImage, PageText, Word

log = logging.getLogger(__name__)

UnreadShare = Callable[[PageImage, PageText], float]
"""What tells which share of a picture's writing lies outside all words of a text, as `docflow.ocr.ink` does."""

MOST_UNREAD = 0.25
"""Share of a page's writing above which its layer is not taken. Layers with every word leave 0.15 at most on 180
generated pages of all looks, and 0.20 on 50 real forms; those with what was filled in alone leave more than 0.25 on 49
of these."""

DRAWN_DPI = 100
"""Drawing a scanned page of A4 and looking at it takes 0.1 s at this resolution, and 0.3 s at 200, to the same end."""

PAGE_SECONDS = 2.0
"""A page that takes longer to draw is not compared with its layer: recognition would have to draw it, too."""


class LayerCheck:
    """Compares pages with their text layers, for so many `seconds` over all pages of a document."""

    def __init__(self, unread_share: UnreadShare, *, seconds: float) -> None:
        self._unread_share = unread_share
        self._left = seconds

    def unread(self, page: Any, read: PageText, deadline: Deadline, *, frame: PageFrame) -> float | None:
        """The share of the page's writing that `read` lacks, 0…1; None where the page is not drawn, or not in time."""
        started = time.monotonic()
        drawing = Deadline(min(PAGE_SECONDS, self._left, deadline.remaining()))
        small = replace(frame, dpi=min(DRAWN_DPI, frame.dpi))
        try:
            drawing.check()
            pixels = render(page, width=small.width, height=small.height, deadline=drawing)
            return self._unread_share(*_upright(pixels, read, small, scale=small.dpi / frame.dpi))
        except (CorruptDocument, DocumentTimeout) as error:
            log.info("a page is not compared with its text layer: %s", error)
            return None
        finally:
            self._left = max(0.0, self._left - (time.monotonic() - started))


def _upright(
    pixels: NDArray[np.uint8], read: PageText, frame: PageFrame, *, scale: float
) -> tuple[PageImage, PageText]:
    """The page's picture, and what is read on it, both turned so that the text is upright."""
    upright = frame.turned(int(read.rotation))
    back = -int(read.rotation) % 360

    def placed(word: Word) -> Word:
        box = word.box
        small = Box(box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale)
        return replace(word, box=upright.turned_back(small, rotation=back))

    turned = np.ascontiguousarray(np.rot90(pixels, -int(read.rotation) // 90))
    lines = tuple(Line(tuple(placed(word) for word in line.words)) for line in read.lines)
    text = replace(read, width=upright.width, height=upright.height, lines=lines, rotation=0.0)
    return PageImage(read.number, turned, dpi=frame.dpi), text
