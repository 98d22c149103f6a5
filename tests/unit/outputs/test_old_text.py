"""What an earlier recognition left on a page goes, and nothing that is seen."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from pages_case import page_text, pdftotext, two_words
from pikepdf import Dictionary, Name

from docflow.outputs.old_text import LARGEST
from docflow.outputs.pdf import pdf_of_images, pdf_of_pdf
from docflow.types import Box, Line, PageImage, Word

PAPER = PageImage(1, np.full((400, 800, 3), 200, np.uint8), dpi=100)
OLD = page_text(
    [Line((Word("wr0ng", Box(100, 100, 300, 160), 1), Word("o1d", Box(340, 100, 560, 160), 1)))], width=800, height=400
)
NEW = ["sure", "unsure"]


def fonts() -> Dictionary:
    return Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))


def page_of(content: bytes, *, forms: dict[str, tuple[bytes, dict[str, bytes]]] | None = None, pages: int = 1) -> bytes:
    """A PDF whose pages all have this content; forms by name, each with its content and its own forms."""
    written = io.BytesIO()
    with pikepdf.new() as pdf:

        def form(inner: bytes, within: dict[str, bytes]) -> pikepdf.Object:
            stream = pdf.make_stream(inner)
            stream.Type, stream.Subtype = Name.XObject, Name.Form
            stream.BBox = pikepdf.Array([0, 0, 576, 288])
            stream.Resources = Dictionary(Font=fonts())
            if within:
                stream.Resources.XObject = Dictionary({f"/{name}": form(deep, {}) for name, deep in within.items()})
            return pdf.make_indirect(stream)

        resources = Dictionary(Font=fonts())
        if forms:
            resources.XObject = Dictionary({f"/{name}": form(*given) for name, given in forms.items()})
        shared = pdf.make_indirect(resources)
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(576, 288))
            page.obj.Contents = pdf.make_stream(content)
            page.obj.Resources = shared
        pdf.save(written)
    return written.getvalue()


def ink(data: bytes, page: int = 0) -> np.ndarray:
    with pypdfium2.PdfDocument(data) as pdf:
        return pdf[page].render(scale=1).to_numpy().copy()


def test_the_words_of_an_earlier_recognition_are_replaced(tmp_path: Path) -> None:
    once = pdf_of_images([OLD], [PAPER])
    assert pdftotext(once, tmp_path).split() == ["wr0ng", "o1d"]
    again = pdf_of_pdf([two_words()], once)
    assert pdftotext(again, tmp_path).split() == NEW
    assert np.array_equal(ink(again), ink(once))


def test_recognising_again_and_again_does_not_make_the_file_grow() -> None:
    first = pdf_of_pdf([two_words()], pdf_of_images([OLD], [PAPER]))
    third = pdf_of_pdf([two_words()], pdf_of_pdf([two_words()], first))
    assert len(third) < len(first) + 9_000


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F1 20 Tf 3 Tr 50 200 Td (gone) Tj ET BT 0 Tr /F1 20 Tf 50 100 Td (seen) Tj ET",
        b"q 3 Tr BT /F1 20 Tf 50 200 Td [(go) 20 (ne)] TJ ET Q BT /F1 20 Tf 50 100 Td (seen) Tj ET",
        b"3 Tr BT /F1 20 Tf 50 200 Td (gone) Tj 0 -20 Td (gone) ' ET 0 Tr BT /F1 20 Tf 50 100 Td (seen) Tj ET",
        b'BT /F1 20 Tf 50 100 Td (seen) Tj ET 3 Tr BT 50 200 Td 1 1 (gone) " ET',
    ],
)
def test_text_that_is_seen_stays_where_it_is(content: bytes, tmp_path: Path) -> None:
    original = page_of(content)
    assert "gone" in pdftotext(original, tmp_path)
    made = pdf_of_pdf([two_words()], original)
    assert sorted(pdftotext(made, tmp_path).split()) == sorted(["seen", *NEW])
    assert np.array_equal(ink(made), ink(original))


def test_a_text_object_that_is_seen_in_part_stays_whole(tmp_path: Path) -> None:
    original = page_of(b"BT /F1 20 Tf 50 200 Td 3 Tr (un) Tj 0 Tr (seen) Tj ET")
    made = pdf_of_pdf([two_words()], original)
    assert "unseen" in pdftotext(made, tmp_path)
    assert np.array_equal(ink(made), ink(original))


def test_forms_lose_theirs_too_and_other_pages_keep_the_forms_they_share(tmp_path: Path) -> None:
    hidden = b"BT /F1 20 Tf 3 Tr 50 150 Td (gone) Tj ET"
    shown = b"BT /F1 20 Tf 50 100 Td (seen) Tj ET /Deep Do"
    original = page_of(b"q /Outer Do Q", forms={"Outer": (shown, {"Deep": hidden})}, pages=2)
    made = pdf_of_pdf([replace(two_words(), number=2)], original)
    first, second = pdftotext(made, tmp_path).split("\f")[:2]
    assert sorted(first.split()) == ["gone", "seen"]
    assert sorted(second.split()) == sorted(["seen", *NEW])
    assert np.array_equal(ink(made, 1), ink(original, 1))


def test_content_of_many_megabytes_is_left_alone(tmp_path: Path) -> None:
    hidden = b"BT /F1 20 Tf 3 Tr 50 150 Td (kept) Tj ET"
    made = pdf_of_pdf([two_words()], page_of(hidden + b" " * LARGEST))
    assert sorted(pdftotext(made, tmp_path).split()) == sorted(["kept", *NEW])


def test_a_form_that_draws_itself_ends_the_search() -> None:
    written = io.BytesIO()
    with pikepdf.open(
        io.BytesIO(page_of(b"/Loop Do", forms={"Loop": (b"BT 3 Tr /F1 9 Tf (x) Tj ET /Loop Do", {})}))
    ) as pdf:
        loop = pdf.pages[0].resources.XObject.Loop
        loop.Resources.XObject = Dictionary(Loop=loop)
        pdf.save(written)
    assert pdf_of_pdf([two_words()], written.getvalue()).startswith(b"%PDF")


def test_a_form_without_resources_uses_those_of_the_page(tmp_path: Path) -> None:
    hidden = b"BT /F1 20 Tf 3 Tr 50 150 Td (gone) Tj ET"
    shown = b"BT /F1 20 Tf 50 100 Td (seen) Tj ET /Deep Do"
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(page_of(b"/Outer Do", forms={"Outer": (shown, {}), "Deep": (hidden, {})}))) as pdf:
        del pdf.pages[0].resources.XObject.Outer[Name.Resources]
        pdf.save(written)
    original = written.getvalue()
    assert "gone" in pdftotext(original, tmp_path)
    made = pdf_of_pdf([two_words()], original)
    assert sorted(pdftotext(made, tmp_path).split()) == sorted(["seen", *NEW])
    assert np.array_equal(ink(made), ink(original))
