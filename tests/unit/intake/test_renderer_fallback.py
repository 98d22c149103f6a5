"""Where one renderer fails the other one draws the page, and where both fail the error is typed."""

from typing import Any, NoReturn

import numpy as np
import pytest
from sample_files import pdf, read_image, text

from docflow.errors import CorruptDocument, DocumentTimeout, TooManyPages
from docflow.intake import Deadline, open_document
from docflow.intake import pdf as pdf_module
from docflow.intake.poppler import PopplerFile
from docflow.settings import IntakeSettings

PAGE = pdf(text())


def fails(*_: Any, **__: Any) -> NoReturn:
    """PDFium as it is on a file that it cannot read."""
    raise CorruptDocument("PDFium gave up")


def is_letter(pixels: np.ndarray) -> bool:
    """Whether the page shows the five lines of the sample letter."""
    rows_with_ink = (pixels < 128).any(axis=1)
    return int((np.diff(rows_with_ink.astype(int)) == 1).sum()) >= 5


def test_poppler_draws_a_page_that_pdfium_cannot_render(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module, "render", fails)
    assert is_letter(read_image(PAGE, text_layer="ignore").pixels)


def test_poppler_reads_a_file_that_pdfium_cannot_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module, "PdfiumFile", fails)
    page = read_image(PAGE)
    assert is_letter(page.pixels)
    assert (page.width, page.height) == (1653, 2339)
    with pytest.raises(TooManyPages):
        open_document(pdf(text(), text()), limits=IntakeSettings(max_pages=1))


def test_pdfium_draws_the_page_where_poppler_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert is_letter(read_image(PAGE, text_layer="ignore", pdf_renderer="pdf2image").pixels)


def test_where_both_fail_the_page_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module, "render", fails)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CorruptDocument, match="page 1"):
        read_image(PAGE, text_layer="ignore")


def test_poppler_is_stopped_when_the_time_is_over() -> None:
    poppler = PopplerFile(PAGE)
    try:
        with pytest.raises(DocumentTimeout):
            poppler.render(1, dpi=200, deadline=Deadline(0))
    finally:
        poppler.close()


def test_poppler_leaves_no_file_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_document(PAGE, limits=IntakeSettings(pdf_renderer="pdf2image", text_layer="ignore")) as document:
        list(document.pages(Deadline(60)))
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []
