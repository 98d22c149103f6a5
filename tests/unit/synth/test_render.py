"""Rendering: the same bytes, real text, and word boxes that hold the ink."""

import numpy as np
import pypdfium2
import pytest

from docflow.synth.flow import Flow
from docflow.synth.page import PageBuilder, SynthDocument
from docflow.synth.render import render_images, render_pdf, words

TEXT = "Счёт № 17 от 5 июня: Йод, щётки, (яблоки) jQ_g|; total due 1,234.56 ₽"


def document_of(family: int = 0) -> SynthDocument:
    flow = Flow(family=family)
    for size in (7.0, 11.0, 20.0):
        flow.paragraph(TEXT * 2, size=size, align="justify")
        flow.paragraph(TEXT, size=size, bold=True, italic=True, font="sans")
        flow.paragraph(TEXT, size=size, font="mono")
    flow.new_page()
    flow.table(rows=[["№", "Товар"], ["1", "Гайка"]], borders="none")
    return SynthDocument("letter", "rus", "test", 5, flow.done())


def test_equal_documents_give_equal_bytes() -> None:
    assert render_pdf(document_of()) == render_pdf(document_of())


@pytest.mark.parametrize("family", range(6))
def test_the_words_boxes_hold_all_ink_of_the_page(family: int) -> None:
    document = document_of(family)
    for number, image in enumerate(render_images(document, dpi=150), start=1):
        ink = image.min(axis=2) < 128
        covered = np.zeros_like(ink)
        for word in words(document, number, dpi=150):
            x0, y0, x1, y1 = (int(v) for v in (word.box.x0, word.box.y0, word.box.x1 + 1, word.box.y1 + 1))
            assert ink[y0:y1, x0:x1].any(), word.text
            covered[y0:y1, x0:x1] = True
        assert not (ink & ~covered).any()


def test_the_pdf_text_is_the_documents_text() -> None:
    document = document_of()
    pdf = pypdfium2.PdfDocument(render_pdf(document))
    read = [page.get_textpage().get_text_range() for page in pdf]
    pdf.close()
    assert "".join("".join(read).split()) == "".join(document.text.split())


def test_an_image_has_the_pages_size_at_the_resolution() -> None:
    document = SynthDocument("receipt", "eng", "test", 1, (PageBuilder(144, 288).done(),))
    (image,) = render_images(document, dpi=100)
    assert image.shape == (400, 200, 3)
    assert image.dtype == np.uint8
    assert (image == 255).all()


def test_shapes_leave_their_grey() -> None:
    builder = PageBuilder(144, 144)
    builder.rect(0, 0, 72, 72, fill=0.5)
    builder.rect(80, 80, 140, 140, outline=0.0)
    builder.rule(0, 76, 144, 76, width=2)
    builder.signature(90, 30, seed=1, width=40)
    (image,) = render_images(SynthDocument("form", "eng", "test", 1, (builder.done(),)), dpi=72)
    assert abs(int(image[36, 36, 0]) - 128) <= 1
    assert image[110, 110, 0] == 255
    assert image[76, 72, 0] < 10
    assert image[10:60, 80:140].min() < 160


def test_marks_are_drawn_within_their_boxes() -> None:
    builder = PageBuilder(200, 200)
    builder.logo(10, 10, side=40, seed=1)
    builder.barcode(60, 10, width=80, height=20, seed=2)
    builder.dot_code(10, 60, side=50, seed=3)
    builder.stamp(140, 140, ["LLC ACORN", "No 5"], radius=40)
    (image,) = render_images(SynthDocument("form", "eng", "test", 1, (builder.done(),)), dpi=72)
    ink = image[:, :, 0] < 250
    for x0, y0, x1, y1 in ((10, 10, 50, 50), (60, 10, 140, 30), (10, 60, 60, 110), (99, 99, 181, 181)):
        assert ink[y0:y1, x0:x1].any()
        ink[y0 - 1 : y1 + 1, x0 - 1 : x1 + 1] = False
    assert not ink.any()
