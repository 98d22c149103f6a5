"""The words of a text layer lie where they are seen, whatever the page's turn and crop."""

import numpy as np
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
