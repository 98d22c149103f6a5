"""The engines that tests of recognition share: loading one takes longer than most tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from docflow.ocr.languages import tessdata_dir
from docflow.ocr.rapidocr import RapidOcrEngine
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings


@pytest.fixture(scope="session")
def tesseract() -> TesserocrEngine:
    return TesserocrEngine(OcrSettings())


@pytest.fixture(scope="session")
def rapid() -> RapidOcrEngine:
    return RapidOcrEngine(OcrSettings())


@pytest.fixture(scope="session")
def german_too(tmp_path_factory: pytest.TempPathFactory) -> OcrSettings:
    """Settings of an installation that knows German, which reads as English does here."""
    folder = tmp_path_factory.mktemp("tessdata")
    installed = tessdata_dir(OcrSettings())
    for code, taken_from in {"eng": "eng", "rus": "rus", "deu": "eng"}.items():
        shutil.copy(Path(installed) / f"{taken_from}.traineddata", folder / f"{code}.traineddata")
    return OcrSettings(tessdata_dir=folder)
