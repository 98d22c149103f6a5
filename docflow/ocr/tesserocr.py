"""Tesseract in this process, through tesserocr: no child process, no PNG, one model load per thread."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.errors import EngineUnavailable, RecognitionFailed
from docflow.ocr.countdown import LEAST_SECONDS, countdown, out_of_time, page_limit
from docflow.ocr.engine import ReadLine, ReadWord
from docflow.ocr.languages import tessdata_dir, unreadable
from docflow.ocr.margins import placed, widened
from docflow.ocr.pixels import DEFAULT_DPI, Grey, grey, scale_for, scaled
from docflow.ocr.rapidocr import crop_of, lines_in_rows
from docflow.ocr.tiles import found_in_tiles
from docflow.ocr.tsv import parse_tsv
from docflow.settings import OcrSettings
from docflow.types import Box, Line, PageImage, PageText, TextSource

MOST_LOADED = 3
"""Language sets kept loaded per thread: one takes about 20 MB and 40 ms to load."""

LAYOUT_SIDE = 1600
"""Pixels of the longer side, of a page or a tile, at which lines are looked for: 20 to 80 ms, whatever they had."""

NARROW = 1.7
"""Height over width from which a page is a strip such as a receipt, which Tesseract reads best as one block."""

MOST_SIDE = 32_767
"""Pixels of a side that Tesseract takes; of a page with more, it is given line by line."""

LEAST_LINE = 6
"""Pixels: what is lower is no line of text, but a rule or a speck."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where lines of text seem to be, from top to bottom; nothing was recognised yet."""

    boxes: tuple[Box, ...]

    @property
    def line_height(self) -> float | None:
        """The median height of lines that are longer than high, in pixels; None without one."""
        heights = [b.y1 - b.y0 for b in self.boxes if b.x1 - b.x0 > 2 * (b.y1 - b.y0)]
        return statistics.median(heights) if heights else None


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
        """What the page says; see `OcrEngine.read_page`. The page is scaled to the line height that suits Tesseract."""
        started = time.perf_counter()
        pixels = grey(image.pixels)
        layout = self.layout(pixels)
        scale = scale_for(pixels.shape, line_height=layout.line_height)
        if round(max(pixels.shape) * scale) > MOST_SIDE:
            lines = self._line_by_line(image, layout.boxes, languages=languages, timeout=timeout)
        else:
            psm = self._tesserocr.PSM
            lines = self._lines(
                pixels,
                scale=scale,
                mode=psm.SINGLE_BLOCK if image.height >= NARROW * image.width else psm.SINGLE_COLUMN,
                dpi=image.dpi or DEFAULT_DPI,
                languages=languages,
                timeout=timeout,
                page=image.number,
            )
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

    def detect(self, image: PageImage, *, timeout: float) -> tuple[Box, ...]:
        """The box of each line; see `LineDetector.detect`. It takes under a tenth of a second."""
        return self.layout(grey(image.pixels)).boxes

    def layout(self, pixels: Grey) -> Layout:
        """Where lines of text seem to be on the page, from Tesseract's analysis of its layout."""
        return Layout(tuple(sorted(found_in_tiles(pixels, self._boxes_on), key=lambda box: box.y0)))

    def _boxes_on(self, pixels: Grey) -> list[Box]:
        """The box of each line of a page, or of a tile of one."""
        scale = min(1.0, LAYOUT_SIDE / max(pixels.shape))
        small = scaled(pixels, scale)
        # Tesseract finds lines beyond the edge of what is lower than any.
        if min(small.shape) < LEAST_LINE:
            return []
        api = self._layout_api()
        api.SetPageSegMode(self._tesserocr.PSM.SINGLE_BLOCK)
        try:
            set_image(api, small, dpi=DEFAULT_DPI)
            found = api.AnalyseLayout()
            boxes = [] if found is None else list(self._line_boxes(found))
        except RuntimeError:
            boxes = []
        finally:
            api.Clear()
        return [Box(*(side / scale for side in box)) for box in boxes if box[3] - box[1] >= LEAST_LINE]

    def _line_boxes(self, found: Any) -> Any:
        level = self._tesserocr.RIL.TEXTLINE
        for item in self._tesserocr.iterate_level(found, level):
            box = item.BoundingBox(level)
            if box is not None:
                yield box

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        """What each line says; see `LineRecogniser.recognise`."""
        left = countdown(timeout)
        read = []
        for crop in crops:
            # Tesseract looks at its clock between words, and a line is read in less than a look.
            if left() <= LEAST_SECONDS:
                raise RecognitionFailed(
                    f"{len(crops)} lines were not recognised within {timeout:g} seconds", detail={"engine": self.name}
                )
            height, width = crop.shape[:2]
            lines = self._lines(
                crop,
                scale=scale_for(crop.shape, line_height=float(max(LEAST_LINE, height))),
                mode=self._tesserocr.PSM.SINGLE_LINE,
                dpi=DEFAULT_DPI,
                languages=languages,
                timeout=left(),
                page=0,
            )
            words = (word for line in lines for word in line.words)
            read.append(
                tuple(ReadWord(w.text, w.box.x0 / width, min(1.0, w.box.x1 / width), w.confidence) for w in words)
            )
        return read

    def _line_by_line(
        self, image: PageImage, boxes: Sequence[Box], *, languages: str, timeout: float
    ) -> tuple[Line, ...]:
        """The lines of a page that is too long to be recognised as one."""
        cut, left = [widened(box, image) for box in boxes], countdown(timeout)
        crops = [crop_of(image.pixels, crop) for crop in cut]
        with page_limit(image.number, timeout, left):
            read = self.recognise(crops, languages=languages, timeout=left())
        found = [placed(line, crop=crop, box=box) for line, crop, box in zip(read, cut, boxes, strict=True) if line]
        return tuple(lines_in_rows(found))

    def _lines(
        self,
        pixels: NDArray[np.uint8],
        *,
        scale: float,
        mode: Any,
        dpi: float,
        languages: str,
        timeout: float,
        page: int,
    ) -> tuple[Line, ...]:
        """The lines of a page or a crop, recognised at this scale; none where it is lower than any line."""
        # The process dies of some pictures that are a few pixels high and thousands wide.
        if min(pixels.shape[:2]) < LEAST_LINE:
            return ()
        api = self._api(languages)
        detail = {"page": page, "engine": self.name}
        api.SetPageSegMode(mode)
        picture = scaled(grey(pixels), scale)
        # Tesseract would say of it what it says where the time is over.
        if max(picture.shape) > MOST_SIDE:
            raise RecognitionFailed(
                f"page {page} is too long for Tesseract, which takes {MOST_SIDE:,} pixels a side",
                detail=detail,
                next_step="Scan the page at a lower resolution, or in parts.",
            )
        try:
            set_image(api, picture, dpi=dpi * scale)
            if not api.Recognize(max(1, round(timeout * 1000))):
                raise out_of_time(page, timeout, detail=detail)
            return parse_tsv(api.GetTSVText(0), scale=scale)
        except RuntimeError as error:
            raise RecognitionFailed(f"Tesseract gave up on page {page}", detail=detail) from error
        finally:
            api.Clear()

    def _layout_api(self) -> Any:
        # Layout is a matter of shapes: without a language it is the same, and none that is damaged is in its way.
        if not hasattr(self._local, "layout"):
            api = self._tesserocr.PyTessBaseAPI(init=False)
            api.InitForAnalysePage()
            silence(api)
            self._local.layout = api
        return self._local.layout

    def _loaded(self) -> dict[str, Any]:
        loaded: dict[str, Any] = self._local.__dict__.setdefault("loaded", {})
        return loaded

    def _api(self, languages: str) -> Any:
        loaded = self._loaded()
        if languages not in loaded:
            if len(loaded) >= MOST_LOADED:
                loaded.pop(next(iter(loaded))).End()
            loaded[languages] = self._open(languages)
        return loaded[languages]

    def _open(self, languages: str) -> Any:
        """Tesseract with these languages, all of them: `LanguageMissing` names those that do not load."""
        codes = languages.split("+")
        try:
            api = self._tesserocr.PyTessBaseAPI(
                path=str(self._tessdata),
                lang=languages,
                psm=self._tesserocr.PSM.AUTO,
                oem=self._tesserocr.OEM.LSTM_ONLY,
            )
        except RuntimeError as error:
            raise unreadable(codes) from error
        # Of several languages, Tesseract leaves out what it cannot load, and reads on without it.
        if left_out := [code for code in codes if code not in api.GetLoadedLanguages()]:
            api.End()
            raise unreadable(left_out)
        silence(api)
        return api


def silence(api: Any) -> None:
    """Keep Tesseract from writing guesses about resolution to standard error, which nobody can act on."""
    api.SetVariable("debug_file", "/dev/null")


def set_image(api: Any, pixels: Grey, *, dpi: float) -> None:
    """Hand Tesseract grey pixels, with the resolution that it should take them for."""
    height, width = pixels.shape
    api.SetImageBytes(pixels.tobytes(), width, height, 1, width)
    api.SetSourceResolution(round(dpi))


def installed() -> bool:
    """Whether tesserocr can be imported."""
    return find_spec("tesserocr") is not None
