"""A few lines tell which way up a page is and which script it is in; nothing is read that need not be."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels, blank, generated, turned_counterclockwise
from numpy.typing import NDArray

from docflow.ocr.engine import ReadLine, ReadWord
from docflow.ocr.look import (
    FEW_LINES,
    LONGEST_SAMPLE,
    Look,
    by_script,
    confidence_of,
    guess_languages,
    look_around,
    sample_lines,
)
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings
from docflow.types import Box


class Recording(TesserocrEngine):
    """Tesseract that keeps what it was asked to read, and in what time."""

    def __init__(self) -> None:
        super().__init__(OcrSettings())
        self.asked: list[str] = []
        self.timeouts: list[float] = []

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        self.asked.append(languages)
        self.timeouts.append(timeout)
        return super().recognise(crops, languages=languages, timeout=timeout)


@pytest.fixture
def recording() -> Recording:
    return Recording()


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize(("kind", "language"), [("receipt", "eng"), ("letter", "rus")])
def test_direction_and_script_are_told(tesseract: TesserocrEngine, kind: str, language: str, quarters: int) -> None:
    page = turned_counterclockwise(generated(kind, language), quarters=quarters)
    look = look_around(page, languages="eng+rus", tesseract=tesseract, timeout=60)
    assert (look.quarters, look.languages) == (quarters, language)
    assert look.confidence > 0.6


@pytest.mark.parametrize("languages", ["eng+rus", "rus+eng"])
@pytest.mark.parametrize("language", ["eng", "rus"])
@pytest.mark.parametrize("kind", ["letter", "receipt"])
def test_the_languages_of_an_upright_page_are_guessed_in_whatever_order_they_are_asked_for(
    tesseract: TesserocrEngine, kind: str, language: str, languages: str
) -> None:
    page = generated(kind, language)
    assert guess_languages(page, languages=languages, tesseract=tesseract, timeout=30) == language


@pytest.mark.parametrize("page", [blank(), blank(1, 3000), np.zeros((300, 200), np.uint8)])
def test_a_page_without_lines_stays_as_it_is(tesseract: TesserocrEngine, page: Pixels) -> None:
    assert look_around(page, languages="rus+eng", tesseract=tesseract, timeout=30) == Look(0, "rus", 0.0)
    assert guess_languages(page, languages="rus+eng", tesseract=tesseract, timeout=30) == "rus"


@pytest.mark.parametrize("word", ["Alpha", "Bravo", "Delta", "Mike"])
def test_a_page_with_one_word_stays_as_it_is(tesseract: TesserocrEngine, word: str) -> None:
    page = blank(150, 900)
    cv2.putText(page, word, (40, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3, cv2.LINE_AA)
    assert look_around(page, languages="eng", tesseract=tesseract, timeout=30).quarters == 0


def test_nothing_is_read_to_guess_among_languages_of_one_script(recording: Recording) -> None:
    page = generated("letter", "rus")
    assert guess_languages(page, languages="eng+deu", tesseract=recording, timeout=30) == "eng+deu"
    assert recording.asked == []


def test_looking_around_in_one_script_reads_no_second_language(recording: Recording) -> None:
    look_around(generated("receipt", "eng"), languages="eng", tesseract=recording, timeout=30)
    assert recording.asked == ["eng"] * 4


def test_where_the_first_script_is_surely_read_no_other_is_tried(recording: Recording) -> None:
    guess_languages(generated("letter", "eng"), languages="eng+rus", tesseract=recording, timeout=30)
    assert recording.asked == ["eng"]


def test_all_readings_of_a_look_share_its_time(recording: Recording) -> None:
    look_around(generated("receipt", "rus"), languages="eng+rus", tesseract=recording, timeout=30)
    assert len(recording.timeouts) > 4
    assert recording.timeouts == sorted(recording.timeouts, reverse=True)
    assert recording.timeouts[-1] < 30 - 0.05


def test_languages_are_grouped_by_script_in_the_order_of_the_first_of_each() -> None:
    assert by_script("rus+eng+ukr+deu") == ["rus+ukr", "eng+deu"]


def test_samples_are_long_lines_from_all_over_the_page_cut_short() -> None:
    rows = [Box(10, 40 * i, 10 + 20 * (i % 7), 40 * i + 20) for i in range(40)]
    samples = sample_lines(blank(2000, 900), [*rows, Box(0, 1700, 900, 1720)], count=FEW_LINES)
    assert len(samples) == FEW_LINES
    assert all(60 < s.shape[1] <= LONGEST_SAMPLE * 20 for s in samples)


def test_a_page_of_few_lines_is_sampled_whole() -> None:
    assert len(sample_lines(blank(), [Box(0, 0, 300, 20), Box(0, 50, 300, 70)], count=FEW_LINES)) == 2


def test_long_words_count_more_and_no_words_count_nothing() -> None:
    lines = [(ReadWord("abc", 0, 1, 1.0),), (), (ReadWord("d", 0, 1, 0.2),)]
    assert confidence_of(lines) == pytest.approx(0.8)
    assert confidence_of([(), ()]) == 0.0


def test_letters_tell_a_script_more_than_digits_do() -> None:
    misread = [(ReadWord("Те!", 0, 0.5, 0.3), ReadWord("397-748-6589", 0.5, 1, 0.9))]
    assert confidence_of(misread) < 0.7
    assert confidence_of([(ReadWord("2041", 0, 1, 0.9),)]) == pytest.approx(0.9)
