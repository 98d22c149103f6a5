"""What an OCR engine is to the rest of DocFlow."""

from __future__ import annotations

from typing import Protocol

from docflow.types import PageImage, PageText


class OcrEngine(Protocol):
    """Reads page images. One instance serves many threads and any of its languages."""

    @property
    def name(self) -> str:
        """The engine's name, as in the setting `ocr.engine`."""
        ...

    @property
    def version(self) -> str:
        """The version of what recognises; a result is kept under it."""
        ...

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """What the page says, with boxes in pixels of `image` and confidences from 0 to 1.

        Args:
            image: the page, upright.
            languages: codes that `check_languages` let through.
            timeout: seconds after which the page is given up with `RecognitionFailed`.
        """
        ...
