"""A page's lines read by a quick recogniser, and those that it doubts once more by a better one.

Both are given the same lines, each with the margins that it reads best with; `choice.py` tells whose reading stays.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docflow.ocr.choice import better_of, line_confidence
from docflow.ocr.countdown import Countdown
from docflow.ocr.engine import Engine, LineRecogniser, ReadLine
from docflow.ocr.lexicon import lexicon_of
from docflow.ocr.lines import rows_of
from docflow.ocr.margins import Margin, placed, widened
from docflow.ocr.rapidocr import RapidOcrEngine
from docflow.ocr.rules import crop_without_rules
from docflow.ocr.script import CYRILLIC, Script, script_of
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.types import Box, PageImage, PageText, TextSource


@dataclass(frozen=True, slots=True)
class Margins:
    """Around the boxes of one detector: what the quick and the better recogniser read best with."""

    quick: Margin
    better: Margin


MARGINS: Mapping[str, Margins] = {
    TesserocrEngine.name: Margins(quick=Margin(0.05, 0.05), better=Margin(0.15, 0.15)),
    RapidOcrEngine.name: Margins(quick=Margin(0.10, -0.12), better=Margin(0.0, 0.0)),
}
"""By the name of what found the lines. Tesseract's boxes are cut at the ink, RapidOCR's stand well clear of it; between
the worst and the best of those tried, the compact recogniser's word F1 differs by 0.04 and 0.11."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """Lines of which `quick` is less than `sure` are read by `better` too; the `most` doubtful where there are more."""

    quick: LineRecogniser
    better: LineRecogniser | None
    sure: float
    most: int

    def read_page(
        self, image: PageImage, boxes: Sequence[Box], *, found_by: Engine, languages: str, left: Countdown
    ) -> PageText:
        """What the lines in these boxes say, which the engine `found_by` has found on the page.

        `better` reads in those languages that are in Latin script, and no line in which `quick` has seen a Cyrillic
        letter. The page's engine is named after those of
        the two that had a part in it.
        """
        started = time.perf_counter()
        margins = MARGINS[found_by.name]
        cut = [widened(box, image, margin=margins.quick) for box in boxes]
        read = self.quick.recognise(
            [crop_without_rules(image.pixels, box) for box in cut], languages=languages, timeout=left()
        )
        lines = [placed(line, crop=crop, box=box) for line, crop, box in zip(read, cut, boxes, strict=True)]
        doubted = self._doubted(read)
        if doubted and self.better is not None:
            cut = [widened(boxes[i], image, margin=margins.better) for i in doubted]
            crops = [crop_without_rules(image.pixels, box) for box in cut]
            again = self.better.recognise(crops, languages=latin_of(languages), timeout=left())
            frequency = lexicon_of(languages).frequency
            for i, line, crop in zip(doubted, again, cut, strict=True):
                better = better_of(read[i], line, frequency=frequency)
                if better is not read[i]:
                    lines[i] = placed(better, crop=crop, box=boxes[i])
        used = [self.quick.name] if len(doubted) < len(boxes) or not doubted else []
        used += [self.better.name] if doubted and self.better is not None else []
        versions = [f"{e.name} {e.version}" for e in (self.quick, self.better) if e is not None and e.name in used]
        return PageText(
            number=image.number,
            width=image.width,
            height=image.height,
            lines=rows_of([line for line in lines if line.words], image),
            source=TextSource.OCR,
            engine="+".join(used),
            engine_version=f"{', '.join(versions)} on {found_by.name} {found_by.version}",
            languages=languages,
            seconds=time.perf_counter() - started,
        )

    def _doubted(self, read: Sequence[ReadLine]) -> list[int]:
        """Which lines are to be read again, the most doubtful first; those without a word too."""
        if self.better is None:
            return []
        confidences = [line_confidence(line) for line in read]
        order = sorted((i for i, c in enumerate(confidences) if c < self.sure), key=confidences.__getitem__)
        return [i for i in order if not any(CYRILLIC.search(word.text) for word in read[i])][: self.most]


def latin_of(languages: str) -> str:
    """Those of the languages that are in Latin script."""
    return "+".join(code for code in languages.split("+") if script_of(code) is Script.LATIN)
