"""The engines that tests of recognition share: loading one takes longer than most tests."""

from __future__ import annotations

import pytest

from docflow.ocr.rapidocr import RapidOcrEngine
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings


@pytest.fixture(scope="session")
def tesseract() -> TesserocrEngine:
    return TesserocrEngine(OcrSettings())


@pytest.fixture(scope="session")
def rapid() -> RapidOcrEngine:
    return RapidOcrEngine(OcrSettings())
