"""The example documents can be read, and their grades say so."""

import pytest

from docflow.ocr.quality import Grade, document_quality
from docflow.reading import LocalReader
from docflow.settings import IntakeSettings, OcrSettings
from examples.make_documents import DOCUMENTS

READABLE = {"receipt-eng.jpg": "Total Amount 160.13 USD", "receipt-rus.jpg": "НАЛИЧНЫМИ 88 000.00"}
"""Photos among the examples, each with a line that it has."""


@pytest.fixture(scope="module")
def reader() -> LocalReader:
    return LocalReader(IntakeSettings(), OcrSettings())


@pytest.mark.parametrize("name", sorted(path.name for path in DOCUMENTS.iterdir()))
def test_no_example_goes_to_review(reader: LocalReader, name: str) -> None:
    pages = list(reader.read((DOCUMENTS / name).read_bytes(), languages="eng+rus"))
    quality = document_quality(pages)
    assert quality.grade is not Grade.D, quality.reason
    if name in READABLE:
        assert READABLE[name] in "\n".join(page.text for page in pages)
        assert quality.grade in (Grade.A, Grade.B), quality.reason
