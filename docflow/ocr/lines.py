"""Pages read line by line: one engine finds the lines, another says what they say."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from docflow.errors import SettingsError
from docflow.ocr.countdown import LEAST_SECONDS, countdown, out_of_time, page_limit
from docflow.ocr.engine import LineDetector, LineRecogniser
from docflow.ocr.margins import placed, widened
from docflow.ocr.pixels import grey
from docflow.ocr.rapidocr import RapidOcrEngine, crop_of, lines_in_rows
from docflow.ocr.snap import snapped
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings
from docflow.types import Line, PageImage, PageText, TextSource

DETECTORS: Mapping[str, Callable[[OcrSettings], LineDetector]] = {
    TesserocrEngine.name: TesserocrEngine,
    RapidOcrEngine.name: RapidOcrEngine,
}
"""What finds lines for engines that only read them, by name."""


def open_line_detector(settings: OcrSettings) -> LineDetector:
    """The detector that the setting `ocr.line_detector` names; `EngineUnavailable` where it is not installed."""
    if settings.line_detector not in DETECTORS:
        raise SettingsError(f"lines are found by: {', '.join(DETECTORS)}; not by '{settings.line_detector}'")
    return DETECTORS[settings.line_detector](settings)


def read_lines_of(
    image: PageImage, *, detector: LineDetector, recogniser: LineRecogniser, languages: str, timeout: float
) -> PageText:
    """What the page says, its lines found by `detector` and read by `recogniser`, under whose name it comes.

    Raises `RecognitionFailed` where both together take longer than `timeout` seconds.
    """
    started, left = time.monotonic(), countdown(timeout)
    with page_limit(image.number, timeout, left):
        boxes = detector.detect(image, timeout=left())
        if left() <= LEAST_SECONDS:
            raise out_of_time(image.number, timeout)
        wide = [widened(box, image) for box in boxes]
        crops = [crop_of(image.pixels, box) for box in wide]
        read = recogniser.recognise(crops, languages=languages, timeout=left())
    lines = [placed(line, crop=crop, box=box) for line, crop, box in zip(read, wide, boxes, strict=True) if line]
    return PageText(
        number=image.number,
        width=image.width,
        height=image.height,
        lines=rows_of(lines, image),
        source=TextSource.OCR,
        engine=recogniser.name,
        engine_version=f"{recogniser.version} on {detector.name} {detector.version}",
        languages=languages,
        seconds=time.monotonic() - started,
    )


def rows_of(lines: Sequence[Line], image: PageImage) -> tuple[Line, ...]:
    """The lines in reading order, those beside each other joined, with words as the page's ink has them."""
    pixels = grey(image.pixels)
    return tuple(snapped(line, pixels) for line in lines_in_rows(lines))
