"""A read document, and what it is in each format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from docflow.outputs.alto import to_alto
from docflow.outputs.formats import Format
from docflow.outputs.hocr import to_hocr
from docflow.outputs.json import to_json
from docflow.outputs.text import to_text
from docflow.outputs.tsv import to_tsv
from docflow.types import PageText


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What a document's pages say, and the ways to what its file is opened for, taken only where a format needs them.

    `name` and `sha256` are the file's. `searchable_pdf` gives the document with its words under the ink, `overlays` a
    JPEG of every page in order with the words boxed, those read from a text layer included.
    """

    name: str
    sha256: str
    pages: tuple[PageText, ...]
    searchable_pdf: Callable[[], bytes]
    overlays: Callable[[], Iterator[bytes]]


def render(document: ReadDocument, wanted: Format) -> bytes:
    """The document in the wanted format; texts are UTF-8.

    For a PDF, raises what reading the document raises, and `CorruptDocument` where a PDF is too damaged to be written
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
            return document.searchable_pdf()
