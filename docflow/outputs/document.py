"""A read document, and what it is in each format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from docflow.outputs.alto import to_alto
from docflow.outputs.formats import Format
from docflow.outputs.hocr import to_hocr
from docflow.outputs.json import to_json
from docflow.outputs.pdf import pdf_of_images, pdf_of_pdf
from docflow.outputs.text import to_text
from docflow.outputs.tsv import to_tsv
from docflow.types import PageImage, PageText

PDF, JPEG = "application/pdf", "image/jpeg"


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What a document's pages say, and the ways to its bytes and its looks, taken only where a format needs them.

    `name` and `sha256` are the file's. `images` gives a picture of every page in order, those read from a text layer
    included.
    """

    name: str
    sha256: str
    media_type: str
    pages: tuple[PageText, ...]
    original: Callable[[], bytes]
    images: Callable[[], Iterator[PageImage]]


def render(document: ReadDocument, wanted: Format) -> bytes:
    """The document in the wanted format; texts are UTF-8.

    For a PDF, raises what `original` and `images` raise, and `CorruptDocument` where a PDF is too damaged to be written
    again.
    """
    match wanted:
        case Format.TEXT:
            return to_text(document.pages).encode()
        case Format.TSV:
            return to_tsv(document.pages).encode()
        case Format.HOCR:
            return to_hocr(document.pages, name=document.name)
        case Format.ALTO:
            return to_alto(document.pages, name=document.name)
        case Format.JSON:
            return to_json(document.pages).encode()
        case Format.PDF:
            return _searchable(document)


def _searchable(document: ReadDocument) -> bytes:
    if document.media_type == PDF:
        return pdf_of_pdf(document.pages, document.original())
    jpeg = document.original() if document.media_type == JPEG else None
    return pdf_of_images(document.pages, document.images(), jpeg=jpeg)
