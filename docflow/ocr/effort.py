"""How much is spent on a page: Tesseract first, and RapidOCR where the page's own evidence says that it pays.

`fast` reads again only the lines that Tesseract doubts most, `accurate` reads every page in Latin script with RapidOCR,
and `auto` decides page by page. All three turn the page upright first, and read it in the languages that it is in.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from docflow.errors import EngineUnavailable
from docflow.ocr.countdown import Countdown, countdown
from docflow.ocr.engine import OcrEngine
from docflow.ocr.look import MORE_LINES, Look, guess_languages, languages_at, look_around
from docflow.ocr.pixels import grey
from docflow.ocr.rapidocr import RapidOcrEngine, crop_of, line_at
from docflow.ocr.script import Script, script_of
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.ocr.upright import Upright, find_skew, turn
from docflow.settings import OcrSettings
from docflow.types import Box, PageImage, PageText, mean_confidence

log = logging.getLogger(__name__)

RECIPE = 1
"""Raised with every change of what these engines make of a page: stored recognitions are kept under it."""

DOUBTED = 0.80
"""Mean confidence under which a line is read a second time."""

MOST_DOUBTED = {"fast": 6, "auto": 40}
"""Lines of a page that are read a second time, the most doubtful first: 15 milliseconds each."""

MARGIN = 0.15
"""Share of a line's height that its crop has above and below: Tesseract's boxes are tight."""

GOOD = 0.92
"""Mean confidence from which `auto` takes what Tesseract read: on the corpus's letters and reports, RapidOCR then gains
nothing; below 0.90, it gained 0.02 to 0.30 of word F1 on every receipt and form (docs/benchmarks.md)."""

DOUBTFUL = 0.6
"""Mean confidence under which a page may be the wrong way up, or in another script than was guessed."""


class Effort(StrEnum):
    """How much is spent on a page."""

    FAST = "fast"
    AUTO = "auto"
    ACCURATE = "accurate"


@dataclass(frozen=True, slots=True)
class FirstReading:
    """A page turned upright, how surely Tesseract reads it, and what it read where that was all of the page.

    Only Tesseract's confidence tells whether a page is the right way up: RapidOCR is sure of what it makes of any.
    """

    languages: str
    upright: Upright
    confidence: float
    page: PageText | None


class EffortEngine:
    """Tesseract and RapidOCR together; an `OcrEngine`. Without rapidocr installed, it is Tesseract on upright pages."""

    effort: ClassVar[Effort]

    def __init__(self, settings: OcrSettings) -> None:
        self._tesseract = TesserocrEngine(settings)
        self._rapid: RapidOcrEngine | None = None
        try:
            self._rapid = RapidOcrEngine(settings)
        except EngineUnavailable:
            log.info("rapidocr is not installed: doubtful lines are not read a second time")
        members: list[OcrEngine] = [self._tesseract, self._rapid] if self._rapid else [self._tesseract]
        self.version = f"{RECIPE} ({', '.join(f'{m.name} {m.version}' for m in members)})"

    @property
    def name(self) -> str:
        """The effort's name."""
        return self.effort.value

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """What the page says; see `OcrEngine.read_page`. Its `languages` are those that it turned out to be in."""
        started, left = time.perf_counter(), countdown(timeout)
        pixels = grey(image.pixels)
        guessed = guess_languages(pixels, languages=languages, tesseract=self._tesseract, timeout=left())
        first = self._first_reading(image, Look(0, guessed, 0.0), left=left)
        if first.confidence < DOUBTFUL:
            look = look_around(pixels, languages=languages, tesseract=self._tesseract, timeout=left())
            if (look.quarters, look.languages) != (0, guessed):
                first = max(first, self._first_reading(image, look, left=left), key=lambda one: one.confidence)
        page = self._finished(first, left=left)
        return replace(
            page,
            width=image.width,
            height=image.height,
            lines=first.upright.lines_as_they_came(page.lines),
            rotation=first.upright.rotation,
            seconds=time.perf_counter() - started,
        )

    def _first_reading(self, image: PageImage, look: Look, *, left: Countdown) -> FirstReading:
        upright = turn(image, quarters=look.quarters)
        skew = find_skew(grey(upright.image.pixels))
        if skew:
            upright = turn(image, quarters=look.quarters, skew=skew)
        if self.effort is Effort.ACCURATE and self._rapid_for(look.languages):
            seen = languages_at(
                grey(upright.image.pixels),
                quarters=look.quarters,
                languages=look.languages,
                count=MORE_LINES,
                tesseract=self._tesseract,
                timeout=left(),
            )
            return FirstReading(look.languages, upright, seen.confidence, None)
        page = self._tesseract.read_page(upright.image, languages=look.languages, timeout=left())
        return FirstReading(look.languages, upright, page.confidence or 0.0, page)

    def _finished(self, first: FirstReading, *, left: Countdown) -> PageText:
        """What the upright page says, read with as much effort as this engine's."""
        rapid, page, image = self._rapid_for(first.languages), first.page, first.upright.image
        if page is not None and rapid is None:
            return page
        if page is None or rapid is None or (self.effort is Effort.AUTO and first.confidence < GOOD):
            return (rapid or self._tesseract).read_page(image, languages=first.languages, timeout=left())
        return self._reread_doubted(page, image, rapid=rapid, timeout=left())

    def _rapid_for(self, languages: str) -> RapidOcrEngine | None:
        """RapidOCR, where it is installed and can read these languages."""
        return self._rapid if all(script_of(code) is Script.LATIN for code in languages.split("+")) else None

    def _reread_doubted(self, page: PageText, image: PageImage, *, rapid: RapidOcrEngine, timeout: float) -> PageText:
        """The page with its most doubtful lines read by RapidOCR, where that is surer of them."""
        confidences = [mean_confidence(line.words) or 0.0 for line in page.lines]
        order = sorted((i for i, c in enumerate(confidences) if c < DOUBTED), key=confidences.__getitem__)
        doubted = order[: MOST_DOUBTED[self.effort]]
        if not doubted:
            return page
        boxes = [with_margin(page.lines[i].box, page) for i in doubted]
        crops = [crop_of(image.pixels, box) for box in boxes]
        read = rapid.recognise(crops, languages=page.languages, timeout=timeout)
        lines = list(page.lines)
        for i, box, words in zip(doubted, boxes, read, strict=True):
            if words:
                lines[i] = line_at(box, words)
        return replace(page, lines=tuple(lines), engine=f"{page.engine}+{rapid.name}")


class FastEngine(EffortEngine):
    """The least: Tesseract, and a second reading of a few lines."""

    effort = Effort.FAST


class AutoEngine(EffortEngine):
    """What each page needs."""

    effort = Effort.AUTO


class AccurateEngine(EffortEngine):
    """The most: RapidOCR for every page in Latin script."""

    effort = Effort.ACCURATE


def with_margin(box: Box, page: PageText) -> Box:
    """The line's box with a margin above and below, inside the page."""
    margin = MARGIN * (box.y1 - box.y0)
    return Box(
        max(0.0, box.x0 - margin),
        max(0.0, box.y0 - margin),
        min(page.width, box.x1 + margin),
        min(page.height, box.y1 + margin),
    )
