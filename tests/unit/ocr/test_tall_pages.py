"""Pages much longer than broad are read as others are, whatever their length, and none of them is taken for blank."""

from __future__ import annotations

import itertools
from collections import Counter

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels, blank, image_of, turned_counterclockwise, write

from docflow.ocr.ink import unread_share
from docflow.ocr.quality import Grade, page_quality
from docflow.ocr.tesserocr import MOST_SIDE, TesserocrEngine
from docflow.ocr.upright import find_skew
from docflow.reading import LocalReader
from docflow.settings import IntakeSettings, OcrSettings
from docflow.types import PageText, TextSource

WORDS = ("garden", "table", "window", "paper", "letter", "company", "service", "order", "price", "total", "market")


def tall(*, height: int = 7000, width: int = 480) -> tuple[Pixels, Counter[str]]:
    """A page with numbered lines as close as in print, and its words."""
    pixels, said, words = blank(height, width), Counter[str](), itertools.cycle(WORDS)
    for number, y in enumerate(range(70, height - 40, 70)):
        line = [str(1000 + number), *itertools.islice(words, max(1, width // 160 - 1))]
        write(pixels, " ".join(line), x=30, y=y)
        said.update(line)
    return pixels, said


def read(pixels: Pixels, *, engine: str) -> PageText:
    reader = LocalReader(IntakeSettings(), OcrSettings(engine=engine))
    (page,) = reader.read(cv2.imencode(".png", pixels)[1].tobytes(), languages="eng")
    return page


def assert_read_once(page: PageText, said: Counter[str]) -> None:
    found = Counter(word.text for word in page.words)
    assert (found & said).total() >= 0.95 * said.total()
    assert found.total() <= 1.01 * said.total()
    assert page_quality(page).grade is Grade.A


@pytest.mark.parametrize("engine", ["fast", "auto", "accurate", "tesserocr", "rapidocr"])
def test_each_line_of_a_tall_page_is_read_once(engine: str) -> None:
    pixels, said = tall()
    assert_read_once(read(pixels, engine=engine), said)


def test_each_line_of_a_wide_page_is_read_once() -> None:
    pixels, said = tall(height=480, width=7000)
    page = read(pixels, engine="fast")
    assert_read_once(page, said)
    assert [line.words[0].text for line in page.lines] == [str(1000 + number) for number in range(len(page.lines))]


@pytest.mark.parametrize("quarters", [1, 2])
def test_a_tall_page_is_turned_upright(quarters: int) -> None:
    pixels, said = tall(height=5000)
    page = read(turned_counterclockwise(pixels, quarters=quarters), engine="fast")
    assert page.rotation == 90 * quarters
    assert_read_once(page, said)


def test_a_page_that_is_too_long_for_tesseract_is_read_line_by_line(tesseract: TesserocrEngine) -> None:
    pixels = blank(MOST_SIDE + 1000, 240)
    for place, y in enumerate((200, 17_000, MOST_SIDE + 800)):
        write(pixels, f"Amount {place + 100}", x=20, y=y)
    page = tesseract.read_page(image_of(pixels), languages="eng", timeout=60)
    assert page.text.splitlines() == ["Amount 100", "Amount 101", "Amount 102"]


@pytest.mark.parametrize("is_wide", [False, True])
def test_a_long_page_that_was_not_read_is_not_taken_for_blank(is_wide: bool) -> None:
    pixels, _ = tall(height=480, width=12_000) if is_wide else tall(height=12_000)
    height, width = pixels.shape
    page = PageText(1, width, height, (), TextSource.OCR, "test", "1")
    assert unread_share(image_of(pixels), page) == 1.0
    unread = PageText(1, width, height, (), TextSource.OCR, "test", "1", unread=1.0)
    assert page_quality(unread).grade is Grade.D


@pytest.mark.parametrize("is_wide", [False, True])
def test_what_was_not_read_of_a_long_page_is_its_share(tesseract: TesserocrEngine, is_wide: bool) -> None:
    pixels, _ = tall(height=480, width=7000) if is_wide else tall()
    whole = tesseract.read_page(image_of(pixels), languages="eng", timeout=60)
    half = PageText(1, whole.width, whole.height, whole.lines[::2], TextSource.OCR, "test", "1")
    assert unread_share(image_of(pixels), whole) < 0.05
    assert unread_share(image_of(pixels), half) == pytest.approx(0.5, abs=0.1)


def test_a_blank_long_page_has_nothing_unread() -> None:
    page = PageText(1, 480, 12_000, (), TextSource.OCR, "test", "1")
    assert unread_share(image_of(blank(12_000, 480)), page) == 0.0


@pytest.mark.parametrize("skew", [-3.0, 0.0, 2.0])
def test_by_how_much_a_tall_page_is_askew_is_seen_in_its_middle(skew: float) -> None:
    pixels, _ = tall(width=700)
    slant = cv2.getRotationMatrix2D((350, 3500), skew, 1.0)
    askew = np.asarray(cv2.warpAffine(pixels, slant, (700, 7000), borderValue=255), np.uint8)
    assert find_skew(askew) == pytest.approx(skew, abs=0.3)
