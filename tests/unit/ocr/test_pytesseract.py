"""Tesseract's program finds its data wherever that lies, and says which of it is damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from drawn_pages import image_of, lines_of

from docflow.errors import LanguageMissing
from docflow.ocr.languages import tessdata_dir
from docflow.ocr.pytesseract import PytesseractEngine
from docflow.settings import OcrSettings


@pytest.fixture
def spaced(tmp_path: Path) -> OcrSettings:
    """Settings of an installation in a folder whose name has a space and a quote."""
    folder = tmp_path / "it's tess data"
    folder.mkdir()
    shutil.copy(tessdata_dir(OcrSettings()) / "eng.traineddata", folder)
    (folder / "deu.traineddata").write_text("no data")
    return OcrSettings(tessdata_dir=folder)


def test_data_is_found_in_a_folder_whose_name_has_a_space(spaced: OcrSettings) -> None:
    page = PytesseractEngine(spaced).read_page(image_of(lines_of("Amount due")), languages="eng", timeout=30)
    assert page.text == "Amount due"


def test_a_damaged_language_is_named(spaced: OcrSettings) -> None:
    with pytest.raises(LanguageMissing, match=r"deu\.traineddata"):
        PytesseractEngine(spaced).read_page(image_of(lines_of("Amount")), languages="deu", timeout=30)
