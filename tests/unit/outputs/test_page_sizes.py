"""Pages of the outermost sizes become PDF pages and pictures that real readers open, with their words in place."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from pages_case import page_text, pdf_words
from PIL import Image

from docflow.outputs.overlay import overlay_jpeg
from docflow.outputs.page_images import LONGEST_SIDE, SHORTEST_SIDE
from docflow.outputs.pdf import pdf_of_images
from docflow.types import Box, Line, PageImage, PageText, Word

SLIM, TINY, LONG, BROAD = (3, 2000, None), (40, 40, 1200.0), (800, 24_000, 100.0), (24_000, 800, 100.0)
BEYOND_JPEG, SLIMMEST = (60, 70_000, None), (1, 10_000, None)


def page(width: int, height: int, dpi: float | None, *, grey: int) -> tuple[PageText, PageImage]:
    """A page with one black word in the lower right quarter, its ground of this grey."""
    box = Box(width // 2, height // 2, width - width // 10, height // 2 + max(1, min(height, 40) // 3))
    pixels = np.full((height, width), grey, np.uint8)
    pixels[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)] = 0
    return page_text([Line((Word("word", box, 0.9),))], width=width, height=height), PageImage(1, pixels, dpi=dpi)


@pytest.mark.parametrize("grey", [255, 200], ids=["black and white", "grey"])
@pytest.mark.parametrize("size", [SLIM, TINY, LONG, BROAD, BEYOND_JPEG, SLIMMEST])
def test_a_page_of_any_size_becomes_a_pdf_page_with_its_word_on_the_ink(
    size: tuple[int, int, float | None], grey: int, tmp_path: Path
) -> None:
    text, image = page(*size, grey=grey)
    made = pdf_of_images([text], [image])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.check_pdf_syntax() == []
        across, down = (float(side) for side in pdf.pages[0].mediabox.as_list()[2:])
    assert SHORTEST_SIDE <= min(across, down) <= max(across, down) <= LONGEST_SIDE
    ((word, place),) = pdf_words(made, tmp_path)
    assert word == "word"
    box, (x, y) = text.words[0].box, (across / image.width, down / image.height)
    assert place == pytest.approx((box.x0 * x, box.y0 * y, box.x1 * x, box.y1 * y), abs=0.05 + max(x, y) / 2)
    with pypdfium2.PdfDocument(made) as opened:
        assert opened[0].get_textpage().get_text_range() == "word"
        shown = opened[0].render(scale=1, grayscale=True).to_numpy()
    assert np.median(shown) == pytest.approx(grey, abs=3)


@pytest.mark.parametrize("size", [SLIM, TINY, LONG, BROAD])
def test_a_page_that_has_to_be_scaled_keeps_its_shape(size: tuple[int, int, float | None]) -> None:
    text, image = page(*size, grey=200)
    with pypdfium2.PdfDocument(pdf_of_images([text], [image])) as pdf:
        across, down = pdf[0].get_size()
    assert across / down == pytest.approx(image.width / image.height, rel=1e-3)


@pytest.mark.parametrize("size", [SLIM, BEYOND_JPEG, BEYOND_JPEG[1::-1]])
def test_a_picture_of_boxes_is_no_longer_than_a_jpeg_can_be(size: tuple[int, ...]) -> None:
    text, image = page(size[0], size[1], None, grey=255)
    with Image.open(io.BytesIO(overlay_jpeg(text, image))) as picture:
        assert picture.width / picture.height == pytest.approx(image.width / image.height, rel=0.02)
        assert (np.asarray(picture) < 200).any()
