"""Letter-like marks that no word covers are counted, and nothing else is."""

import cv2
import numpy as np
import pytest

from docflow.ocr import open_engine
from docflow.ocr.ink import unread_share
from docflow.settings import OcrSettings
from docflow.types import Box, Line, PageImage, PageText, TextSource, Word

LINES = [f"Line number {n} of a letter" for n in range(10)]


def written(lines: list[str]) -> PageImage:
    pixels = np.full((800, 900), 250, np.uint8)
    for index, line in enumerate(lines):
        cv2.putText(pixels, line, (40, 80 + 70 * index), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3, cv2.LINE_AA)
    return PageImage(1, pixels, dpi=200)


def text_of(lines: tuple[Line, ...]) -> PageText:
    return PageText(1, 900, 800, lines, TextSource.OCR, "test", "1")


def test_a_page_that_an_engine_has_read_has_little_unread() -> None:
    image = written(LINES)
    read = open_engine(OcrSettings()).read_page(image, languages="eng", timeout=60)
    assert unread_share(image, read) < 0.1


def test_lines_that_were_left_out_are_the_share_that_is_unread() -> None:
    image = written(LINES)
    read = open_engine(OcrSettings()).read_page(image, languages="eng", timeout=60)
    assert len(read.lines) == 10
    assert unread_share(image, text_of(read.lines[:6])) == pytest.approx(0.4, abs=0.06)


def test_a_blank_page_has_nothing_unread_and_an_unread_page_all() -> None:
    assert unread_share(written([]), text_of(())) == 0.0
    assert unread_share(written(LINES), text_of(())) == 1.0


def test_rules_frames_and_pictures_are_no_writing() -> None:
    image = written(LINES[:5])
    read = open_engine(OcrSettings()).read_page(image, languages="eng", timeout=60)
    pixels = image.pixels.copy()
    for y in range(450, 790, 30):
        cv2.line(pixels, (30, y), (870, y), 0, 2)
    cv2.rectangle(pixels, (600, 20), (880, 60), 60, cv2.FILLED)
    assert unread_share(PageImage(1, pixels), read) < 0.1


@pytest.mark.parametrize("shape", [(1, 5000), (6000, 3), (7, 20_000), (20_000, 1)])
def test_the_slimmest_page_has_nothing_unread(shape: tuple[int, int]) -> None:
    assert unread_share(PageImage(1, np.full(shape, 255, np.uint8)), text_of(())) == 0.0


def test_a_word_outside_the_picture_does_no_harm() -> None:
    far = Line((Word("far", Box(2000, 2000, 2100, 2030), 0.9),))
    assert unread_share(written(LINES), text_of((far,))) == 1.0
