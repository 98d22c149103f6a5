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
from docflow.ocr.engine import OcrEngine
from docflow.ocr.look import Look, guess, look_around
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

MOST_DOUBTED = 8
"""Lines of a page that are read a second time, the most doubtful first: 15 milliseconds each."""

MARGIN = 0.15
"""Share of a line's height that its crop has above and below: Tesseract's boxes are tight."""

GOOD = 0.92
"""Mean confidence from which `auto` takes what Tesseract read: on the corpus's letters and reports, RapidOCR then gains
nothing; below 0.90, it gained 0.02 to 0.30 of word F1 on every receipt and form (docs/benchmarks.md)."""

DOUBTFUL = 0.6
"""Mean confidence under which a page may be the wrong way up, or in another script than was guessed."""


FEW_LETTERS = 40
"""Letters under which the rest of the page may be the wrong way up: a stamp on a page on its side is upright."""

UNSURE = 0.5
"""Confidence of the first look under which all directions are looked at, where Tesseract does not read the page."""


class Effort(StrEnum):
    """How much is spent on a page."""

    FAST = "fast"
    AUTO = "auto"
    ACCURATE = "accurate"


@dataclass(frozen=True, slots=True)
class Reading:
    """What an upright page says, in the coordinates of the upright page."""

    upright: Upright
    page: PageText

    @property
    def confidence(self) -> float:
        """The page's confidence; 0 without words."""
        return self.page.confidence or 0.0

    @property
    def sure_letters(self) -> float:
        """How many letters were read, each counted for as much as it is surer than even chances."""
        return sum(max(0.0, word.confidence - 0.5) * len(word.text) for word in self.page.words)

    @property
    def is_doubtful(self) -> bool:
        """Whether the page may be the wrong way up, or in another script; one without any word is just empty."""
        letters = sum(len(word.text) for word in self.page.words)
        return letters > 0 and (self.confidence < DOUBTFUL or letters < FEW_LETTERS)


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
        started = time.monotonic()

        def left() -> float:
            return max(0.001, timeout - (time.monotonic() - started))

        pixels = grey(image.pixels)
        look = guess(pixels, languages=languages, tesseract=self._tesseract, timeout=left())
        if self.effort is Effort.ACCURATE and self._rapid is not None and is_latin(look.languages):
            if look.confidence < UNSURE:
                look = look_around(pixels, languages=languages, tesseract=self._tesseract, timeout=left())
            reading = self._first_reading(image, look, timeout=left())
        else:
            reading = self._first_reading(image, look, timeout=left())
            if reading.is_doubtful:
                other = look_around(pixels, languages=languages, tesseract=self._tesseract, timeout=left())
                if (other.quarters, other.languages) != (look.quarters, look.languages):
                    second = self._first_reading(image, other, timeout=left())
                    reading = max(reading, second, key=lambda read: read.sure_letters)
            reading = replace(reading, page=self._improved(reading, timeout=left()))
        return replace(
            reading.page,
            width=image.width,
            height=image.height,
            lines=reading.upright.lines_as_they_came(reading.page.lines),
            rotation=reading.upright.rotation,
            seconds=time.monotonic() - started,
        )

    def _first_reading(self, image: PageImage, look: Look, *, timeout: float) -> Reading:
        """What the page says when it is turned as the look says, and level."""
        turned = turn(image, quarters=look.quarters)
        skew = find_skew(grey(turned.image.pixels))
        upright = turn(image, quarters=look.quarters, skew=skew) if skew else turned
        engine: OcrEngine = self._tesseract
        if self.effort is Effort.ACCURATE and self._rapid is not None and is_latin(look.languages):
            engine = self._rapid
        return Reading(upright, engine.read_page(upright.image, languages=look.languages, timeout=timeout))

    def _improved(self, reading: Reading, *, timeout: float) -> PageText:
        """The page as Tesseract read it, or what RapidOCR makes of it, or of its doubtful lines."""
        if self._rapid is None or not is_latin(reading.page.languages):
            return reading.page
        if self.effort is Effort.ACCURATE or (self.effort is Effort.AUTO and reading.confidence < GOOD):
            return self._rapid.read_page(reading.upright.image, languages=reading.page.languages, timeout=timeout)
        return self._reread_doubted(reading.page, reading.upright.image, rapid=self._rapid, timeout=timeout)

    def _reread_doubted(self, page: PageText, image: PageImage, *, rapid: RapidOcrEngine, timeout: float) -> PageText:
        """The page with its most doubtful lines read by RapidOCR, where that is surer of them."""
        confidences = [mean_confidence(line.words) or 0.0 for line in page.lines]
        order = sorted((i for i, c in enumerate(confidences) if c < DOUBTED), key=confidences.__getitem__)
        doubted = order[:MOST_DOUBTED]
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


def is_latin(languages: str) -> bool:
    """Whether all of these languages are written in Latin script."""
    return all(script_of(code) is Script.LATIN for code in languages.split("+"))


def with_margin(box: Box, page: PageText) -> Box:
    """The line's box with a margin above and below, inside the page."""
    margin = MARGIN * (box.y1 - box.y0)
    return Box(
        max(0.0, box.x0 - margin),
        max(0.0, box.y0 - margin),
        min(page.width, box.x1 + margin),
        min(page.height, box.y1 + margin),
    )
