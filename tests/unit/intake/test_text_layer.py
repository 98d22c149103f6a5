"""The words of a text layer lie where they are seen, whatever the page's turn and crop."""

import io

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from reportlab.pdfgen.canvas import Canvas
from sample_files import LETTER_LINES, edited, pdf, read_image, read_text, text

from docflow.intake.text_layer import TIDY
from docflow.types import PageImage, PageText


def ink_in_boxes(words: PageText, picture: PageImage) -> float:
    """The share of the page's dark pixels that lie in a word's box."""
    dark = picture.pixels < 128
    covered = np.zeros_like(dark)
    for word in words.words:
        box = word.box
        covered[int(box.y0) : int(np.ceil(box.y1)), int(box.x0) : int(np.ceil(box.x1))] = True
    return float((dark & covered).sum() / dark.sum())


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (50, 600, 500, 800)])
def test_boxes_lie_on_the_ink(degrees: int, crop: tuple[float, float, float, float] | None) -> None:
    def change(document: pdfium.PdfDocument) -> None:
        page = document[0]
        page.set_rotation(degrees)
        if crop:
            page.set_cropbox(*crop)

    data = edited(pdf(text()), change)
    words, picture = read_text(data), read_image(data, text_layer="ignore")
    assert (abs(words.width - picture.width), abs(words.height - picture.height)) <= (1, 1)
    assert ink_in_boxes(words, picture) > 0.98
    area = sum((w.box.x1 - w.box.x0) * (w.box.y1 - w.box.y0) for w in words.words)
    assert area < 0.35 * picture.width * picture.height


def test_words_outside_the_crop_are_left_out() -> None:
    data = edited(pdf(text()), lambda document: document[0].set_cropbox(0, 735, 595, 842))
    assert read_text(data).text.splitlines() == list(LETTER_LINES[:2])


def test_ligatures_are_spelt_out_and_soft_hyphens_dropped() -> None:
    assert "e\ufb03cient of\u00adfice №\u00a05 re\x02".translate(TIDY) == "efficient office №\u00a05 re-"


def test_text_written_out_of_order_is_read_in_rows() -> None:
    def scattered(canvas: Canvas) -> None:
        canvas.drawString(400, 700, "1,250.00")
        canvas.drawString(72, 680, "Value added tax")
        canvas.drawString(72, 700, "Amount of the invoice")
        canvas.drawString(400, 680, "250.00")

    assert read_text(pdf(scattered)).text.splitlines() == ["Amount of the invoice 1,250.00", "Value added tax 250.00"]


def test_the_fields_of_a_form_are_read_beside_their_labels() -> None:
    rows = {"Full name:": "Marmaduke Appleseed", "Street address:": "221 Baker Street", "City:": "London"}

    def form(canvas: Canvas) -> None:
        for number, (label, value) in enumerate(rows.items()):
            canvas.drawString(72, 700 - 20 * number, label)
            canvas.acroForm.textfield(
                name=label, value=value, x=220, y=696 - 20 * number, width=250, height=16, borderWidth=0
            )

    assert read_text(pdf(form)).text.splitlines() == [f"{label} {value}" for label, value in rows.items()]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_page_that_is_shown_turned_is_read_in_order_and_says_how_it_lies(degrees: int) -> None:
    words = read_text(edited(pdf(text()), lambda document: document[0].set_rotation(degrees)))
    assert words.text.splitlines() == list(LETTER_LINES)
    assert words.rotation == -degrees % 360


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_text_that_is_written_turned_is_read_in_order_and_its_boxes_lie_on_the_ink(degrees: int) -> None:
    def turned(canvas: Canvas) -> None:
        canvas.translate(297, 421)
        canvas.rotate(degrees)
        text(left=-200, top=100)(canvas)

    data = pdf(turned)
    words = read_text(data)
    assert words.text.splitlines() == list(LETTER_LINES)
    assert words.rotation == degrees
    assert ink_in_boxes(words, read_image(data, text_layer="ignore")) > 0.98


def test_a_page_number_beside_a_sideways_table_does_not_say_how_the_page_lies() -> None:
    def sideways(canvas: Canvas) -> None:
        canvas.drawString(290, 20, "17")
        canvas.rotate(90)
        text(left=100, top=-100)(canvas)

    words = read_text(pdf(sideways))
    assert words.rotation == 90
    assert words.text.splitlines()[: len(LETTER_LINES)] == list(LETTER_LINES)


@pytest.mark.parametrize(("stored", "read"), [("D83DDE00", "\U0001f600"), ("D83D", "\ufffd"), ("DE00", "\ufffd")])
def test_characters_beyond_the_first_65536_are_read_whole_and_halves_of_them_replaced(stored: str, read: str) -> None:
    words = read_text(with_capital_d_meaning(stored, pdf(text())))
    assert words.text.splitlines() == [LETTER_LINES[0].replace("D", read), *LETTER_LINES[1:]]
    assert words.text.encode()


def with_capital_d_meaning(utf_16: str, data: bytes) -> bytes:
    """The PDF whose font says that the letter D stands for these characters."""
    table = f"""
        /CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Test def /CMapType 2 def
        1 begincodespacerange <00> <ff> endcodespacerange
        1 beginbfchar <44> <{utf_16}> endbfchar
        2 beginbfrange <20> <43> <0020> <45> <7e> <0045> endbfrange
        endcmap end end
    """
    with pikepdf.open(io.BytesIO(data)) as document:
        meaning = document.make_stream(table.encode())
        for font in document.pages[0].Resources.Font.values():
            font.ToUnicode = meaning
        written = io.BytesIO()
        document.save(written)
    return written.getvalue()
