"""What an OCR engine is to the rest of DocFlow: it finds lines, says what lines say, or reads whole pages.

The three are apart so that engines can be combined: the lines that one finds may be read by another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from docflow.types import Box, PageImage, PageText


@dataclass(frozen=True, slots=True)
class ReadWord:
    """One word of a line crop: `start` and `end` are shares of the crop's width, `confidence` runs from 0 to 1."""

    text: str
    start: float
    end: float
    confidence: float


ReadLine = tuple[ReadWord, ...]
"""What one line crop says, its words from left to right; empty where nothing can be read."""


class Engine(Protocol):
    """What all engines have. One instance serves many threads and any of its languages."""

    @property
    def name(self) -> str:
        """The engine's name, as in the setting `ocr.engine`."""
        ...

    @property
    def version(self) -> str:
        """The version of what recognises; a result is kept under it."""
        ...


class OcrEngine(Engine, Protocol):
    """Reads page images."""

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """What the page says, with boxes in pixels of `image` and confidences from 0 to 1.

        Args:
            image: the page, upright.
            languages: codes that `check_languages` let through.
            timeout: seconds after which the page is given up with `RecognitionFailed`.
        """
        ...


class LineDetector(Engine, Protocol):
    """Finds where on a page lines of text are."""

    def detect(self, image: PageImage, *, timeout: float) -> tuple[Box, ...]:
        """The box of each line in pixels of `image`, in reading order.

        Raises `RecognitionFailed` where it takes longer than `timeout` seconds.
        """
        ...


class LineRecogniser(Engine, Protocol):
    """Reads line crops."""

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        """What each crop says, in the crops' order: one for each, always.

        Args:
            crops: one line each, upright, uint8, height x width (grey) or height x width x 3 (RGB).
            languages: codes that `check_languages` let through.
            timeout: seconds for all of them together, after which `RecognitionFailed` is raised.
        """
        ...
