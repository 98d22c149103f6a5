"""Letter-like marks that no word covers are counted, and nothing else is."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from docflow.ocr import open_engine
from docflow.ocr.ink import unread_share
from docflow.settings import OcrSettings
from docflow.synth import degrade, generate, render_images, words
from docflow.types import Box, Line, PageImage, PageText, TextSource, Word

LINES = [f"Line number {n} of a letter" for n in range(10)]


def written(lines: list[str]) -> PageImage:
    pixels = np.full((800, 900), 250, np.uint8)
    for index, line in enumerate(lines):
        cv2.putText(pixels, line, (40, 80 + 70 * index), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3, cv2.LINE_AA)
    return PageImage(1, pixels, dpi=200)


def photographed(kind: str, language: str, *, seed: int) -> tuple[PageImage, tuple[Word, ...]]:
    """A generated paper on a grainy table, folded, and the words that stand on it."""
    made = generate(kind, language, seed=seed)
    photo = degrade(render_images(made, dpi=150)[0], words(made, 1, dpi=150), look="photo", seed=seed)
    return PageImage(1, photo.image, dpi=150), tuple(photo.words)


def read_by_tesseract(image: PageImage) -> PageText:
    return open_engine(OcrSettings(), name="tesserocr").read_page(image, languages="eng", timeout=60)


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


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_share_is_the_same_however_the_page_lies(quarters: int) -> None:
    image = written(LINES)
    lying = PageImage(1, np.ascontiguousarray(np.rot90(image.pixels, quarters)), dpi=200)
    read = open_engine(OcrSettings()).read_page(lying, languages="eng", timeout=60)
    assert (read.rotation, len(read.lines)) == (90 * quarters, 10)
    assert unread_share(lying, replace(read, lines=read.lines[:6])) == pytest.approx(0.4, abs=0.06)


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


@pytest.mark.parametrize(("kind", "language", "seed"), [("sparse", "eng", 53_000_033), ("form", "rus", 53_000_038)])
def test_the_papers_edge_its_folds_and_the_table_under_it_are_no_writing(kind: str, language: str, seed: int) -> None:
    image, read = photographed(kind, language, seed=seed)
    assert unread_share(image, text_of((Line(read),))) < 0.02
    assert unread_share(image, text_of((Line(read[: len(read) // 2]),))) > 0.35


@pytest.mark.parametrize("sign", ["*", "#", "="])
def test_rows_of_one_sign_are_no_writing(sign: str) -> None:
    image = written([*LINES[:4], sign * 30, *LINES[4:6], sign * 30, *LINES[6:8], sign * 30])
    read = read_by_tesseract(image)
    told = tuple(line for line in read.lines if "Line" in line.text)
    assert len(told) == 8
    assert unread_share(image, text_of(told)) < 0.05


def test_a_row_of_letters_in_one_width_is_writing() -> None:
    pixels = np.full((800, 900), 250, np.uint8)
    for row, text in enumerate(["0123456789", "lminorecas", "MNOPQRSTUV", "4071930528"]):
        for column, letter in enumerate(text):
            cv2.putText(pixels, letter, (40 + 40 * column, 80 + 70 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    assert unread_share(PageImage(1, pixels, dpi=200), text_of(())) == 1.0


def test_a_dense_block_is_no_writing() -> None:
    image = written(LINES[:4])
    read = read_by_tesseract(image)
    cells = np.random.default_rng(2).integers(0, 2, (50, 50)).astype(np.uint8)
    pixels = image.pixels.copy()
    pixels[380:780, 300:700] = np.kron(cells, np.ones((8, 8), np.uint8)) * 250
    pixels = cv2.GaussianBlur(pixels, (0, 0), 1.5)
    assert unread_share(PageImage(1, pixels, dpi=200), read) < 0.05


@pytest.mark.parametrize("shape", [(1, 5000), (6000, 3), (7, 20_000), (20_000, 1)])
def test_the_slimmest_page_has_nothing_unread(shape: tuple[int, int]) -> None:
    assert unread_share(PageImage(1, np.full(shape, 255, np.uint8)), text_of(())) == 0.0


def test_a_word_outside_the_picture_does_no_harm() -> None:
    far = Line((Word("far", Box(2000, 2000, 2100, 2030), 0.9),))
    assert unread_share(written(LINES), text_of((far,))) == 1.0
