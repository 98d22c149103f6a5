"""Tesseract's command line, through pytesseract: a process a page, for systems without tesserocr."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import time

from PIL import Image

from docflow.errors import EngineUnavailable, RecognitionFailed
from docflow.ocr.countdown import out_of_time
from docflow.ocr.languages import tessdata_dir, unreadable
from docflow.ocr.pixels import DEFAULT_DPI, grey, scale_for, scaled
from docflow.ocr.tsv import parse_tsv
from docflow.settings import OcrSettings
from docflow.types import PageImage, PageText, TextSource

PAGE_SEGMENTATION_AUTO = 3
LSTM_ONLY = 1

NOT_LOADED = re.compile(r"Failed loading language '([^']+)'")
"""What Tesseract says of data that it cannot load."""


class PytesseractEngine:
    """Tesseract's LSTM recogniser as a child process for each page."""

    name = "pytesseract"

    def __init__(self, settings: OcrSettings) -> None:
        if not installed():
            raise EngineUnavailable(
                "the tesseract program is not installed",
                next_step="Install it: `apt-get install tesseract-ocr`.",
            )
        # Imported where it is used: it brings pandas along, half of what a worker process takes to start.
        import pytesseract

        self._pytesseract = pytesseract
        # One thread a process: pages run side by side already, and Tesseract's own threads cost 3 to 50 times
        # as much as they bring (tesseract-ocr/tesseract issue 3109). The child inherits this.
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        folder = shlex.quote(str(tessdata_dir(settings)))
        self._options = f"--tessdata-dir {folder} --psm {PAGE_SEGMENTATION_AUTO} --oem {LSTM_ONLY}"
        self.version = str(pytesseract.get_tesseract_version())

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """What the page says; see `OcrEngine.read_page`."""
        started = time.perf_counter()
        details = {"page": image.number, "engine": self.name}
        pixels = grey(image.pixels)
        scale = scale_for(pixels.shape, line_height=None)
        try:
            tsv = self._pytesseract.image_to_data(
                Image.fromarray(scaled(pixels, scale)),
                lang=languages,
                config=f"{self._options} --dpi {round((image.dpi or DEFAULT_DPI) * scale)}",
                timeout=timeout,
            )
        except self._pytesseract.TesseractError as error:
            if damaged := NOT_LOADED.findall(error.message):
                raise unreadable(damaged) from error
            raise RecognitionFailed(f"Tesseract gave up on page {image.number}", detail=details) from error
        except RuntimeError as error:
            raise out_of_time(image.number, timeout, detail=details) from error
        return PageText(
            number=image.number,
            width=image.width,
            height=image.height,
            lines=parse_tsv(tsv, scale=scale),
            source=TextSource.OCR,
            engine=self.name,
            engine_version=self.version,
            languages=languages,
            seconds=time.perf_counter() - started,
        )


def installed() -> bool:
    """Whether the tesseract program is on the PATH."""
    return shutil.which("tesseract") is not None
