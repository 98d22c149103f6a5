"""Pages read line by line: one engine finds the lines, another says what they say."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from docflow.errors import RecognitionFailed, SettingsError
from docflow.ocr.engine import LineDetector, LineRecogniser
from docflow.ocr.rapidocr import RapidOcrEngine, crop_of, line_at, lines_in_rows
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings
from docflow.types import Box, PageImage, PageText, TextSource

DETECTORS: Mapping[str, Callable[[OcrSettings], LineDetector]] = {
    TesserocrEngine.name: TesserocrEngine,
    RapidOcrEngine.name: RapidOcrEngine,
}
"""What finds lines for engines that only read them, by name."""

MARGIN = 0.12
"""Share of a line's height that its crop has around it: detectors cut at the ink, or through it."""


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
    started = time.monotonic()
    boxes = detector.detect(image, timeout=timeout)
    wide = [widened(box, image) for box in boxes]
    left = timeout - (time.monotonic() - started)
    if left <= 0:
        raise RecognitionFailed(f"page {image.number} was not recognised within {timeout:.0f} seconds")
    crops = [crop_of(image.pixels, box) for box in wide]
    read = recogniser.recognise(crops, languages=languages, timeout=left)
    # Words lie across the crop that was read, and as high as the line that was found.
    places = [Box(w.x0, box.y0, w.x1, box.y1) for w, box in zip(wide, boxes, strict=True)]
    lines = [line_at(place, line) for place, line in zip(places, read, strict=True) if line]
    return PageText(
        number=image.number,
        width=image.width,
        height=image.height,
        lines=tuple(lines_in_rows(lines)),
        source=TextSource.OCR,
        engine=recogniser.name,
        engine_version=f"{recogniser.version} on {detector.name} {detector.version}",
        languages=languages,
        seconds=time.monotonic() - started,
    )


def widened(box: Box, image: PageImage) -> Box:
    """The box with a margin, as far as the page has room for it."""
    margin = MARGIN * (box.y1 - box.y0)
    return Box(
        max(0.0, box.x0 - margin),
        max(0.0, box.y0 - margin),
        min(float(image.width), box.x1 + margin),
        min(float(image.height), box.y1 + margin),
    )
