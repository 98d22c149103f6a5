"""`auto` on pages as they come: not straightened, enlarged, turned or levelled. What that gains shows beside it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.ocr_readers import SECONDS_A_PAGE, Page, Read, Reader
from benchmarks.ocr_reading import Readings, read_here
from benchmarks.ocr_sets import Sample
from docflow.ocr.countdown import Countdown
from docflow.ocr.effort import AutoEngine
from docflow.ocr.look import MORE_LINES, Look, sample_lines
from docflow.ocr.perspective import Straight, as_it_came
from docflow.ocr.pixels import grey
from docflow.ocr.upright import turn
from docflow.settings import OcrSettings
from docflow.types import PageImage


class UnpreparedEngine(AutoEngine):
    """`auto` that reads a page as it lies; its language is still told by its lines."""

    def prepared(self, image: PageImage, *, languages: str, left: Countdown) -> tuple[Straight, Look]:
        """The page as it came."""
        boxes = self.tesseract.detect(image, timeout=left())
        lines = sample_lines(grey(image.pixels), boxes, count=MORE_LINES)
        found, confidence = self.sampler(languages).sample(
            lines, languages=languages, is_thorough=False, timeout=left()
        )
        return as_it_came(image), Look(0, turn(image), boxes, found, confidence)


def unprepared() -> Read:
    """`auto` without preprocessing, with the default settings."""
    settings = OcrSettings()
    engine = UnpreparedEngine(settings)

    def read(page: Page) -> str:
        return engine.read_page(page.image, languages=settings.languages, timeout=SECONDS_A_PAGE).text

    return read


UNPREPARED = Reader("docflow auto, unprepared", unprepared)


def read_apart(reader: Reader, samples: Sequence[Sample]) -> Readings:
    """Let a reader that is not in `READERS` read the samples in a fresh process, with this one's environment.

    Raises `BrokenProcessPool` where that process ends badly.
    """
    pages = [{"path": str(s.path), "dpi": s.dpi, "language": s.language} for s in samples]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        return apart.submit(read_here, reader, pages).result()
