"""How much is spent on a page: the compact recogniser first, and RapidOCR for the lines that it doubts.

All three read the lines that RapidOCR's detector finds, `fast` on a coarser picture; they differ in how sure the first
reading has to be, and `fast` reads nothing twice. They first make a page straight that was photographed at a slant,
turn it upright, enlarge a small one that is hardly read, and read it in the languages that it is in. Languages that the
compact recogniser does not know are read by Tesseract, and those in Latin script by RapidOCR where Tesseract is not
sure. Whoever has read them, words that mix look-alike letters are put right.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import ClassVar

import numpy as np

from docflow.errors import EngineUnavailable, ModelFileError, SettingsError
from docflow.ocr.cascade import Cascade
from docflow.ocr.compact import CompactEngine
from docflow.ocr.countdown import Countdown, countdown, page_limit
from docflow.ocr.engine import OcrEngine
from docflow.ocr.enlarging import enlarged, is_small
from docflow.ocr.ensemble.homoglyphs import repair_lines
from docflow.ocr.look import DOUBTFUL, SURE, CompactSampler, Look, Sampler, TesseractSampler, look_at, reads
from docflow.ocr.perspective import Straight, straightened
from docflow.ocr.rapidocr import DETECTED_SIDE, RapidOcrEngine
from docflow.ocr.script import Script, script_of
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.ocr.tiles import tiles_of
from docflow.settings import OcrSettings
from docflow.types import PageImage, PageText

log = logging.getLogger(__name__)

RECIPE = 16
"""Raised with every change of what these engines make of a page: stored recognitions are kept under it."""

GOOD = 0.92
"""Mean confidence from which `auto` takes what Tesseract read: on the corpus's letters and reports, RapidOCR then gains
nothing; below 0.90, it gained 0.02 to 0.30 of word F1 on every receipt and form (docs/benchmarks.md)."""

MOST_LINES = 1000

GLANCE_SIDE = 800
"""Pixels of the longer side of the picture, of a page or a tile, on which it is seen how lines run."""


class Effort(StrEnum):
    """How much is spent on a page."""

    FAST = "fast"
    AUTO = "auto"
    ACCURATE = "accurate"


@dataclass(frozen=True, slots=True)
class Budget:
    """How sure of a line the first reading has to be, and how many lines are read again where it is not.

    Lines are looked for on a picture in which most are `height` pixels high, its longer side of `side` pixels at most;
    it is of a page, or of each tile of a slim one.
    """

    sure: float
    most: int
    height: float
    side: int


BUDGETS = {
    Effort.FAST: Budget(sure=0.0, most=0, height=9, side=800),
    Effort.AUTO: Budget(sure=0.95, most=MOST_LINES, height=14, side=DETECTED_SIDE),
    Effort.ACCURATE: Budget(sure=0.98, most=MOST_LINES, height=64, side=DETECTED_SIDE),
}
"""Reading a line again takes 17 milliseconds. On receipts, 38 % of the lines are read with less confidence than 0.95;
from 0.97 on, no word is gained over reading all lines again. Small print of 14 pixels is found as well as on a picture
of 1280 pixels, in three quarters of the time on receipts and letters; that of 9 takes `fast` half the time of 14, and
costs 0.003 of word F1 on the tuning half's receipts, 0.004 on its forms (docs/decisions/0020). `accurate` saves nothing
there: no page has lines that high."""

FEW_LINES = 8
"""Of fewer lines than this, as of a page that Tesseract's layout takes for a picture, no height is believed."""

SMALL_PRINT = 0.15
"""Share of the lines that may be lower than the height that the picture's size goes by. By the median of all lines,
small print among large was lost: in the same time on receipts, the tuning half's receipts have a word F1 of 0.945 for
0.941, forms 0.886 for 0.876, and letters 0.985 for 0.980."""

LEAST_SIDE = 480
"""Pixels that the detector's picture has at least on its longer side: a lone tall line shrinks no page further."""


class EffortEngine:
    """The engines that are installed, together; an `OcrEngine`. With Tesseract alone, it is that on upright pages.

    Raises `EngineUnavailable` without Tesseract, and `SettingsError` where the recogniser that the setting
    `ocr.compact_dir` names cannot be used.
    """

    effort: ClassVar[Effort]

    def __init__(self, settings: OcrSettings) -> None:
        self.tesseract = TesserocrEngine(settings)
        self._rapid: RapidOcrEngine | None = None
        self._compact: CompactEngine | None = None
        try:
            self._rapid = RapidOcrEngine(settings)
        except EngineUnavailable:
            log.info("rapidocr is not installed: doubtful lines are not read a second time")
        try:
            self._compact = CompactEngine(settings)
        except (EngineUnavailable, ModelFileError) as error:
            # Whoever names a recogniser would not see that another reads in its place, only that it reads worse.
            if settings.compact_dir is not None:
                told = f"the recogniser that ocr.compact_dir names cannot be used: {error.message}"
                raise SettingsError(told, next_step=error.next_step) from error
            log.info("the compact recogniser cannot be used, Tesseract reads instead: %s", error.message)
        members: list[OcrEngine] = [m for m in (self.tesseract, self._compact, self._rapid) if m is not None]
        self.version = f"{RECIPE} ({', '.join(f'{m.name} {m.version}' for m in members)})"

    @property
    def name(self) -> str:
        """The effort's name."""
        return self.effort.value

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """What the page says; see `OcrEngine.read_page`. Its `languages` are those that it turned out to be in."""
        started, left = time.perf_counter(), countdown(timeout)
        compact = self._compact if reads(languages) else None
        with page_limit(image.number, timeout, left):
            straight, look = self.prepared(image, languages=languages, left=left)
            page = self._lines_read(look, compact, left=left) if compact else self._page_read(look, left=left)
        lines = repair_lines(page.lines, languages=page.languages)
        return replace(
            page,
            width=image.width,
            height=image.height,
            lines=straight.lines_as_they_came(look.upright.lines_as_they_came(lines)),
            rotation=(straight.rotation + look.upright.rotation) % 360,
            seconds=time.perf_counter() - started,
        )

    def prepared(self, image: PageImage, *, languages: str, left: Countdown) -> tuple[Straight, Look]:
        """The page as seen straight on, and how it is turned upright; enlarged where it is small and hardly read."""
        straight = straightened(image)
        look = self._looked_at(straight, languages=languages, left=left)
        if is_small(straight.image) and look.confidence < DOUBTFUL:
            straight = enlarged(straight)
            look = self._looked_at(straight, languages=languages, left=left)
        return straight, look

    def _looked_at(self, straight: Straight, *, languages: str, left: Countdown) -> Look:
        return look_at(
            straight.image,
            languages=languages,
            sampler=self.sampler(languages),
            tesseract=self.tesseract,
            finder=partial(self._rapid.detect, side=GLANCE_SIDE) if self._rapid else None,
            timeout=left(),
        )

    def sampler(self, languages: str) -> Sampler:
        """What tells which of the languages a page is in."""
        return CompactSampler(self._compact) if self._compact and reads(languages) else TesseractSampler(self.tesseract)

    def _lines_read(self, look: Look, compact: CompactEngine, *, left: Countdown) -> PageText:
        """What the upright page says, its lines read by the compact recogniser and some again by RapidOCR."""
        image, budget = look.upright.image, BUDGETS[self.effort]
        rapid = self._rapid if "eng" in look.languages.split("+") else None
        cascade = Cascade(compact, rapid if budget.most else None, sure=budget.sure, most=budget.most)
        if self._rapid is None:
            return cascade.read_page(image, look.boxes, found_by=self.tesseract, languages=look.languages, left=left)
        boxes = self._rapid.detect(image, timeout=left(), side=side_for(look, budget))
        return cascade.read_page(image, boxes, found_by=self._rapid, languages=look.languages, left=left)

    def _page_read(self, look: Look, *, left: Countdown) -> PageText:
        """What the upright page says, read by Tesseract, or by RapidOCR where that pays and it knows the script."""
        image, codes = look.upright.image, look.languages.split("+")
        rapid = self._rapid if all(script_of(code) is Script.LATIN for code in codes) else None
        if rapid is None or self.effort is not Effort.ACCURATE:
            page = self.tesseract.read_page(image, languages=look.languages, timeout=left())
            if rapid is None or self.effort is Effort.FAST or (page.confidence or 0.0) >= GOOD:
                return page
        return rapid.read_page(image, languages=look.languages, timeout=left())


def side_for(look: Look, budget: Budget) -> int:
    """The longer side of the picture on which lines are looked for, from how high they seem to be.

    On a page that is not surely read, the layout is no witness to that, and lines that stand close run together on a
    coarse picture: it is as fine as it is for any budget. Nor is one height believed of all of a page that is much
    longer than broad: of five receipts side by side, that in the smallest print was lost.
    """
    if look.confidence < SURE:
        return max(budget.side, DETECTED_SIDE)
    image = look.upright.image
    if len(look.boxes) < FEW_LINES or len(tiles_of(image.pixels.shape)) > 1:
        return budget.side
    longer = max(image.width, image.height)
    height = float(np.quantile([box.y1 - box.y0 for box in look.boxes], SMALL_PRINT))
    return min(budget.side, max(LEAST_SIDE, round(longer * budget.height / max(height, 1.0))))


class FastEngine(EffortEngine):
    """The least: one reading of the lines that are found on a coarse picture."""

    effort = Effort.FAST


class AutoEngine(EffortEngine):
    """What each line needs."""

    effort = Effort.AUTO


class AccurateEngine(EffortEngine):
    """The most: a second reading of all lines but the surest."""

    effort = Effort.ACCURATE
