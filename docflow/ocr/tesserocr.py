"""Tesseract in this process, through tesserocr: no child process, no PNG, one model load per thread."""

from __future__ import annotations

import threading
import time
from importlib.util import find_spec
from typing import Any

from docflow.errors import EngineUnavailable, RecognitionFailed
from docflow.ocr.languages import tessdata_dir
from docflow.ocr.pixels import DEFAULT_DPI, enlarged, grey
from docflow.ocr.tsv import parse_tsv
from docflow.settings import OcrSettings
from docflow.types import PageImage, PageText, TextSource

MOST_LOADED = 3
"""Language sets kept loaded per thread: one takes about 20 MB and 40 ms to load."""


class TesserocrEngine:
    """Tesseract's LSTM recogniser in this process; each thread has its own instance of it."""

    name = "tesserocr"

    def __init__(self, settings: OcrSettings) -> None:
        if not installed():
            raise EngineUnavailable(
                "tesserocr is not installed",
                next_step="Install it with `pip install tesserocr`, or use pytesseract.",
            )
        import tesserocr

        self._tesserocr = tesserocr
        self._tessdata = tessdata_dir(settings)
        self._local = threading.local()
        self.version = tesserocr.tesseract_version().split("\n")[0].removeprefix("tesseract ").strip()

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """What the page says; see `OcrEngine.read_page`."""
        started = time.perf_counter()
        api = self._api(languages)
        pixels, scale = enlarged(grey(image.pixels))
        height, width = pixels.shape
        buffer = pixels.tobytes()
        try:
            api.SetImageBytes(buffer, width, height, 1, width)
            api.SetSourceResolution(round((image.dpi or DEFAULT_DPI) * scale))
            if not api.Recognize(max(1, round(timeout * 1000))):
                raise RecognitionFailed(
                    f"page {image.number} was not recognised within {timeout:.0f} seconds",
                    detail={"page": image.number, "engine": self.name},
                    next_step="Raise the setting ocr.page_seconds, or scan the page at a lower resolution.",
                )
            lines = parse_tsv(api.GetTSVText(0), scale=scale)
        except RuntimeError as error:
            raise RecognitionFailed(
                f"Tesseract gave up on page {image.number}",
                detail={"page": image.number, "engine": self.name},
            ) from error
        finally:
            api.Clear()
        return PageText(
            number=image.number,
            width=image.width,
            height=image.height,
            lines=lines,
            source=TextSource.OCR,
            engine=self.name,
            engine_version=self.version,
            languages=languages,
            seconds=time.perf_counter() - started,
        )

    def _api(self, languages: str) -> Any:
        loaded: dict[str, Any] = self._local.__dict__.setdefault("loaded", {})
        if languages not in loaded:
            if len(loaded) >= MOST_LOADED:
                loaded.pop(next(iter(loaded))).End()
            api = self._tesserocr.PyTessBaseAPI(
                path=str(self._tessdata),
                lang=languages,
                psm=self._tesserocr.PSM.AUTO,
                oem=self._tesserocr.OEM.LSTM_ONLY,
            )
            # Tesseract writes guesses about resolution to standard error, which nobody can act on.
            api.SetVariable("debug_file", "/dev/null")
            loaded[languages] = api
        return loaded[languages]


def installed() -> bool:
    """Whether tesserocr can be imported."""
    return find_spec("tesserocr") is not None
