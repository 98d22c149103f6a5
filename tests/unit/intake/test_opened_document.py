"""The package's door: what it exports, and that opening checks before it decodes."""

import pytest
from sample_files import encoded, marked, pdf, text

from docflow import intake
from docflow.errors import EmptyFile, FileTooLarge, UnsupportedType
from docflow.intake import Deadline, MediaType, OpenedDocument, open_document
from docflow.settings import IntakeSettings


def test_the_package_exports_its_public_names() -> None:
    functions = ["check_characters", "check_upload", "open_document", "sniff"]
    assert intake.__all__ == ["Deadline", "MediaType", "OpenedDocument", *functions]
    assert all(hasattr(intake, name) for name in intake.__all__)


@pytest.mark.parametrize(
    ("data", "error"), [(b"", EmptyFile), (b"GIF89a", UnsupportedType), (b"\x89PNG\r\n\x1a\n" * 9, FileTooLarge)]
)
def test_opening_makes_the_checks_of_the_door_too(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        open_document(data, limits=IntakeSettings(max_bytes=50))


@pytest.mark.parametrize(
    ("data", "media_type"), [(pdf(text(), text()), MediaType.PDF), (encoded(marked(), "TIFF"), MediaType.TIFF)]
)
def test_an_opened_document_tells_its_type_and_pages(data: bytes, media_type: MediaType) -> None:
    with open_document(data, limits=IntakeSettings()) as document:
        assert isinstance(document, OpenedDocument)
        assert document.media_type is media_type
        assert len(list(document.pages(Deadline(60)))) == document.page_count
