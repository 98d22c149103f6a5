"""Small pictures of pages are enlarged, and what is found there is told in the page as it came."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels, blank, generated, image_of, lines_of, turned_counterclockwise

from docflow.ocr.effort import FastEngine
from docflow.ocr.enlarging import ENLARGED, SMALL, enlarged, is_small
from docflow.ocr.perspective import Straight, as_it_came
from docflow.ocr.pixels import scaled
from docflow.settings import OcrSettings
from docflow.synth import generate, words
from docflow.types import Box, Line, Word

DPI = 150


@pytest.mark.parametrize(
    ("height", "width", "small"), [(SMALL, 700, False), (700, SMALL, False), (SMALL - 1, 700, True), (1, 1, True)]
)
def test_a_page_is_small_by_its_longer_side(height: int, width: int, small: bool) -> None:
    assert is_small(image_of(blank(height, width))) is small


@pytest.mark.parametrize(("height", "width"), [(SMALL - 1, 700), (300, 420), (1, 1)])
def test_an_enlarged_page_gets_the_longer_side_that_lines_are_found_on(height: int, width: int) -> None:
    image = enlarged(as_it_came(image_of(blank(height, width), dpi=70))).image
    scale = ENLARGED / max(height, width)
    assert max(image.width, image.height) == ENLARGED
    assert min(image.width, image.height) == round(min(height, width) * scale)
    assert image.dpi == pytest.approx(70 * scale)


def test_a_resolution_that_the_file_does_not_say_stays_unsaid() -> None:
    assert enlarged(as_it_came(image_of(blank()))).image.dpi is None


def test_a_box_on_the_enlarged_page_is_that_of_the_page_as_it_came() -> None:
    image = image_of(blank(301, 487))
    image.pixels[100:120, 200:260] = 0
    straight = enlarged(as_it_came(image))
    rows, columns = np.nonzero(straight.image.pixels < 128)
    found = Box(float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
    assert box_as_it_came(straight, found) == pytest.approx((200, 100, 260, 120), abs=0.6)


def test_a_box_is_told_through_what_made_the_page_straight_before() -> None:
    halved = np.diag([2.0, 2.0, 1.0])
    straight = enlarged(Straight(image_of(blank(350, 700)), halved, 0.0, (700, 1400)))
    assert box_as_it_came(straight, Box(100, 200, 300, 400)) == pytest.approx((100, 200, 300, 400))


def test_a_small_blurred_picture_of_a_page_is_read_and_its_words_are_where_they_stand() -> None:
    pixels = generated("letter", "rus")
    scale = 640 / max(pixels.shape)
    blurred = np.asarray(cv2.GaussianBlur(scaled(pixels, scale), (0, 0), 0.6), np.uint8)
    assert found_share(blurred, scale=scale) > 0.8


@pytest.mark.parametrize("quarters", [0, 2])
def test_a_small_picture_in_clear_letters_is_not_enlarged(monkeypatch: pytest.MonkeyPatch, quarters: int) -> None:
    receipt = image_of(turned_counterclockwise(generated("receipt", "eng", dpi=100), quarters=quarters))
    assert is_small(receipt)
    monkeypatch.setattr("docflow.ocr.effort.enlarged", None)
    page = FastEngine(OcrSettings()).read_page(receipt, languages="eng", timeout=60)
    assert page.rotation == 90 * quarters
    assert len(page.lines) > 10


def test_a_small_picture_that_is_hardly_read_is_enlarged(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []

    def watched(straight: Straight) -> Straight:
        sizes.append(straight.image.pixels.shape)
        return enlarged(straight)

    monkeypatch.setattr("docflow.ocr.effort.enlarged", watched)
    pixels = generated("letter", "rus")
    small = np.asarray(cv2.GaussianBlur(scaled(pixels, 480 / max(pixels.shape)), (0, 0), 1.0), np.uint8)
    page = FastEngine(OcrSettings()).read_page(image_of(small), languages="rus", timeout=60)
    assert sizes == [small.shape]
    assert (page.height, page.width) == small.shape


def test_a_small_picture_of_large_letters_is_read_as_before() -> None:
    page = FastEngine(OcrSettings()).read_page(image_of(lines_of("Invoice number")), languages="eng", timeout=60)
    assert (page.text, page.width, page.height) == ("Invoice number", 700, 120)


def box_as_it_came(straight: Straight, box: Box) -> tuple[float, float, float, float]:
    (line,) = straight.lines_as_they_came((Line((Word("x", box, 1.0),)),))
    told = line.words[0].box
    return told.x0, told.y0, told.x1, told.y1


def found_share(pixels: Pixels, *, scale: float) -> float:
    """The share of the letter's long words that `fast` reads where they stand on this picture of it."""
    page = FastEngine(OcrSettings()).read_page(image_of(pixels), languages="rus", timeout=60)
    true = [word for word in words(generate("letter", "rus", seed=3), 1, dpi=DPI) if len(word.text) >= 4]

    def is_read(text: str, box: Box) -> bool:
        return any(
            text == w.text
            and box.x0 * scale < (w.box.x0 + w.box.x1) / 2 < box.x1 * scale
            and box.y0 * scale - 3 < (w.box.y0 + w.box.y1) / 2 < box.y1 * scale + 3
            for w in page.words
        )

    return sum(is_read(word.text, word.box) for word in true) / len(true)
