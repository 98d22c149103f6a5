"""What ends a document's reading is told as what it was: the document's time, or a page's."""

from __future__ import annotations

import io
from functools import partial

import pytest
from PIL import Image

from docflow.errors import DocumentTimeout, RecognitionFailed
from docflow.reading import LocalReader
from docflow.settings import IntakeSettings, OcrSettings
from docflow.testing.faults import PunctualEngine


def tiff(pages: int) -> bytes:
    buffer = io.BytesIO()
    first, *others = [Image.new("L", (60, 40), 200 + n) for n in range(pages)]
    first.save(buffer, "TIFF", save_all=True, append_images=others)
    return buffer.getvalue()


def reader(*, seconds: float, max_seconds: float, page_seconds: float) -> LocalReader:
    return LocalReader(
        IntakeSettings(max_seconds=max_seconds),
        OcrSettings(page_seconds=page_seconds),
        open_engine=partial(PunctualEngine, seconds=seconds),
    )


def test_an_engine_that_keeps_its_timeout_does_not_hide_that_the_documents_time_is_over() -> None:
    pages = reader(seconds=0.2, max_seconds=0.5, page_seconds=60).read(tiff(10), languages="eng")
    with pytest.raises(DocumentTimeout) as told:
        list(pages)
    assert told.value.detail == {"limit_seconds": 0.5}
    assert "intake.max_seconds" in told.value.next_step


def test_a_page_that_takes_too_long_in_a_document_that_has_time_is_the_pages_failure() -> None:
    with pytest.raises(RecognitionFailed, match="page 1"):
        list(reader(seconds=5, max_seconds=60, page_seconds=0.1).read(tiff(2), languages="eng"))
