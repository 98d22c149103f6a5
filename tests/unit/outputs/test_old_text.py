"""Text that a page had before is found no more once its words are written anew, and nothing that is seen changes."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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


def found(data: bytes, folder: Path) -> list[str]:
    """The words that both poppler and PDFium find on the first page."""
    by_poppler = pdftotext(data, folder).split()
    with pypdfium2.PdfDocument(data) as pdf:
        assert pdf[0].get_textpage().get_text_range().split() == by_poppler
    return by_poppler


def drawn(data: bytes, page: int = 0) -> bytes:
    """The content of the page."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        contents = pdf.pages[page].obj.Contents
        return b"".join(part.read_bytes() for part in contents.as_list())


def forms_drawn(data: bytes, page: int = 0) -> bytes:
    """The content of the page's form `Outer`, and of `Deep` in that."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        outer = pdf.pages[page].resources.XObject.Outer
        return outer.read_bytes() + outer.Resources.XObject.Deep.read_bytes()


def with_form(data: bytes, name: str, form: object, *, drawn: bytes) -> bytes:
    """The PDF whose first page names this among what it can draw, and draws this as well."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0]
        page.resources.XObject = Dictionary({f"/{name}": form(pdf) if callable(form) else form})
        page.contents_add(drawn)
        pdf.save(written)
    return written.getvalue()


def with_parts(data: bytes, *parts: Callable[[pikepdf.Pdf], object]) -> bytes:
    """The PDF whose first page has these behind its content."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0]
        page.obj.Contents = pikepdf.Array([page.obj.Contents, *(part(pdf) for part in parts)])
        pdf.save(written)
    return written.getvalue()


def undecodable(pdf: pikepdf.Pdf, filter: Name = Name.FlateDecode, **keys: object) -> pikepdf.Object:
    stream = pdf.make_stream(b"")
    stream.write(b"\x78\x9c\x03zzzz", filter=filter)
    for key, value in keys.items():
        stream[f"/{key}"] = value
    return stream


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
        b"3.0 Tr BT /F1 20 Tf 50 200 Td (gone) Tj 0 -20 Td (gone) ' ET 0 Tr BT /F1 20 Tf 50 100 Td (seen) Tj ET",
        b'BT /F1 20 Tf 50 100 Td (seen) Tj ET 3 Tr BT 50 200 Td 1 1 (gone) " ET',
        b"q BT 7 Tr /F1 20 Tf 50 200 Td (gone) Tj ET BT 50 180 Td (gone) Tj ET Q BT /F1 20 Tf 50 100 Td (seen) Tj ET",
        b"BT /F1 20 Tf 50 100 Td (seen) Tj ET q q Q BT 7 Tr /F1 20 Tf 50 200 Td (gone) Tj ET q 1 0 0 rg Q",
    ],
)
def test_invisible_text_goes_and_text_that_is_seen_stays_where_it_is(content: bytes, tmp_path: Path) -> None:
    original = page_of(content)
    made = pdf_of_pdf([two_words()], original)
    assert found(made, tmp_path) == NEW
    assert b"go" not in drawn(made)
    assert b"(seen)" in drawn(made)
    assert np.array_equal(ink(made), ink(original))


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F1 20 Tf 50 200 Td 3 Tr (kept) Tj 0 Tr (seen) Tj ET",
        b"q BT 7 Tr /F1 200 Tf 50 50 Td (kept) Tj ET 1 0 0 rg 0 0 576 288 re f Q",
        b"BT 7 Tr /F1 200 Tf 50 50 Td (kept) Tj ET q 1 0 0 rg q 0 0 576 288 re f Q Q",
        b"q BT 7 Tr /F1 200 Tf 50 50 Td (kept) Tj ET q Q BT 0 Tr 50 50 Td (seen) Tj ET Q",
        b"BT 7 Tr /F1 200 Tf 50 50 Td (kept) Tj ET 0 0 1 rg Q 0 0 576 288 re f",
        b"BT 3 Tr Tr /F1 20 Tf 50 150 Td (kept) Tj ET BT 0 Tr /F1 20 Tf 50 100 Td (seen) Tj ET",
        b"BT 3 Tr /F1 20 Tf 50 150 Td (kept) Tj ET /P <</MCID 0 BDC BT 0 Tr 50 100 Td (seen) Tj ET",
    ],
)
def test_what_makes_a_difference_to_the_eye_stays_and_is_not_found(content: bytes, tmp_path: Path) -> None:
    original = page_of(content)
    made = pdf_of_pdf([two_words()], original)
    assert found(made, tmp_path) == NEW
    assert b"(kept)" in drawn(made)
    assert np.array_equal(ink(made), ink(original))
    assert len(np.unique(ink(original))) > 1


@pytest.mark.parametrize(
    "content",
    [
        b"q BT /F1 12 Tf 50 220 Td (Envelope ID: 1A2B3C) Tj ET Q",
        b"BT /F1 12 Tf 50 220 Td (Tl1e qu1ck) Tj 0 -20 Td (brxwn) ' ET q 0.9 g 0 0 576 288 re f Q",
        b"BT /F1 12 Tf 50 220 Td [(le) -20 (d)] TJ ET /OC /none BDC",
        b"/P <</MCID 0>> BDC BT /F1 12 Tf 50 220 Td (tagged) Tj ET EMC",
    ],
)
def test_text_that_is_seen_is_found_once(content: bytes, tmp_path: Path) -> None:
    original = page_of(content)
    made = pdf_of_pdf([two_words()], original)
    assert pdftotext(made, tmp_path).split() == NEW
    assert np.array_equal(ink(made), ink(original))
    again = pdf_of_pdf([two_words()], made)
    assert pdftotext(again, tmp_path).split() == NEW
    assert np.array_equal(ink(again), ink(original))


def test_a_page_without_text_is_not_told_to_stand_for_nothing() -> None:
    assert b"ActualText" not in drawn(pdf_of_pdf([two_words()], page_of(b"0 0 10 10 re f")))


@pytest.mark.parametrize(
    "content",
    [
        b"BT /Foo Tr (x) Tj ET",
        b"99999999999999999999 Tr",
        b"3 Tr BT (x Tj ET",
        b"3 Tr [ 1 2 3 TJ ] ]",
        b"3 Tr >> 1 0 0 RG",
        b"3 Tr BI /W ID x EI Q",
        b"3 Tr 3 Do Do /Missing Do",
        b'3 Tr BT 1 2 " ET',
    ],
)
def test_content_that_is_damaged_costs_no_document(content: bytes, tmp_path: Path) -> None:
    shown = b"BT /F1 20 Tf 50 100 Td (seen) Tj ET BT 3 Tr /F1 20 Tf 50 50 Td (old) Tj ET 0 Tr "
    original = page_of(shown + content)
    made = pdf_of_pdf([two_words()], original)
    assert pdftotext(made, tmp_path).split() == NEW
    assert np.array_equal(ink(made), ink(original))


@pytest.mark.parametrize(
    "part",
    [
        lambda pdf: None,
        lambda pdf: pdf.get_object((9999, 0)),
        lambda pdf: pdf.make_indirect(Dictionary(A=1)),
        undecodable,
        lambda pdf: undecodable(pdf, Name.JBIG2Decode),
    ],
)
def test_a_part_of_the_content_that_cannot_be_had_costs_no_document(
    part: Callable[[pikepdf.Pdf], object], tmp_path: Path
) -> None:
    original = with_parts(page_of(b"BT /F1 20 Tf 50 100 Td (seen) Tj 3 Tr (old) Tj ET"), part)
    made = pdf_of_pdf([two_words()], original)
    assert pdftotext(made, tmp_path).split() == NEW
    assert np.array_equal(ink(made), ink(original))


@pytest.mark.parametrize(
    "form",
    [
        7,
        Dictionary(Subtype=Name.Form),
        lambda pdf: undecodable(pdf, Type=Name.XObject, Subtype=Name.Form),
        lambda pdf: undecodable(pdf, Subtype=Name.Form, Resources=7),
    ],
)
def test_a_form_that_is_damaged_costs_no_document(form: object, tmp_path: Path) -> None:
    content = page_of(b"BT /F1 20 Tf 50 100 Td (seen) Tj ET BT 3 Tr /F1 20 Tf 50 50 Td (old) Tj ET")
    original = with_form(content, "Odd", form, drawn=b" /Odd Do")
    made = pdf_of_pdf([two_words()], original)
    assert pdftotext(made, tmp_path).split() == NEW
    assert np.array_equal(ink(made), ink(original))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 200), st.integers(0, 8), st.binary(max_size=6) | st.sampled_from([b" Tr ", b" Tj ", b" EMC "]))
def test_whatever_a_page_draws_it_gets_its_words_and_looks_the_same(place: int, cut: int, junk: bytes) -> None:
    content = b"q BT 3 Tr /F1 20 Tf 50 150 Td (old) Tj ET Q /P <</MCID 0>> BDC BT /F1 20 Tf 9 9 Td (seen) Tj ET EMC"
    original = page_of(content[:place] + junk + content[place + cut :])
    made = pdf_of_pdf([two_words()], original)
    with pypdfium2.PdfDocument(made) as pdf:
        assert set(NEW) <= set(pdf[0].get_textpage().get_text_range().split())
    assert np.array_equal(ink(made), ink(original))


def test_forms_lose_theirs_too_and_other_pages_keep_the_forms_they_share(tmp_path: Path) -> None:
    hidden = b"BT /F1 20 Tf 3 Tr 50 150 Td (gone) Tj ET"
    shown = b"BT /F1 20 Tf 50 100 Td (seen) Tj ET /Deep Do"
    original = page_of(b"q /Outer Do Q", forms={"Outer": (shown, {"Deep": hidden})}, pages=2)
    made = pdf_of_pdf([replace(two_words(), number=2)], original)
    first, second = pdftotext(made, tmp_path).split("\f")[:2]
    assert sorted(first.split()) == ["gone", "seen"]
    assert second.split() == NEW
    assert b"(gone)" not in forms_drawn(made, 1)
    assert b"(seen)" in forms_drawn(made, 1)
    assert np.array_equal(ink(made, 1), ink(original, 1))


def test_content_of_many_megabytes_is_left_alone_and_its_text_not_found(tmp_path: Path) -> None:
    hidden = b"BT /F1 20 Tf 3 Tr 50 150 Td (kept) Tj ET"
    made = pdf_of_pdf([two_words()], page_of(hidden + b" " * LARGEST))
    assert b"(kept)" in drawn(made)
    assert found(made, tmp_path) == NEW


def test_content_without_invisible_text_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(*_: object) -> None:
        raise AssertionError("it takes seconds for drawings of a few megabytes")

    monkeypatch.setattr(pikepdf, "parse_content_stream", parsed)
    drawing = page_of(b"3 7 m 13 Tz 1 2 l S BT 13 Tr 0 Tr (3 of 7) Tj ET /Inner Do", forms={"Inner": (b"S", {})})
    assert pdf_of_pdf([two_words()], drawing).startswith(b"%PDF")
    for content, inner in ((b"7 Tr", b"S"), (b"/Inner Do", b"3.0\nTr")):
        with pytest.raises(AssertionError, match="seconds"):
            pdf_of_pdf([two_words()], page_of(content, forms={"Inner": (inner, {})}))


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
    assert pdftotext(made, tmp_path).split() == NEW
    assert b"(gone)" not in forms_drawn(made)
    assert np.array_equal(ink(made), ink(original))
