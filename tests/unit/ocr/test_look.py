"""A few lines tell which way up a page is and which script it is in; nothing is read that need not be."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels, blank, generated, image_of, slanted, turned_counterclockwise, with_ground, write
from numpy.typing import NDArray

from docflow.ocr.compact import CompactEngine
from docflow.ocr.engine import ReadLine, ReadWord
from docflow.ocr.look import (
    DOUBTFUL,
    FEW_LINES,
    LONGEST_SAMPLE,
    MORE_LINES,
    CompactSampler,
    Finder,
    Look,
    Sampler,
    TesseractSampler,
    by_script,
    confidence_of,
    is_mostly_single,
    is_on_its_side,
    look_at,
    sample_lines,
)
from docflow.ocr.rapidocr import RapidOcrEngine
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings
from docflow.types import Box


class Recording(TesserocrEngine):
    """Tesseract that keeps what it was asked to read, and in what time."""

    def __init__(self, settings: OcrSettings) -> None:
        super().__init__(settings)
        self.asked: list[tuple[str, int]] = []
        self.timeouts: list[float] = []

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        self.asked.append((languages, len(crops)))
        self.timeouts.append(timeout)
        return super().recognise(crops, languages=languages, timeout=timeout)


@pytest.fixture
def recording() -> Recording:
    return Recording(OcrSettings())


@pytest.fixture(scope="module", params=["compact", "tesseract"])
def sampler(request: pytest.FixtureRequest, tesseract: TesserocrEngine) -> Sampler:
    return CompactSampler(CompactEngine(OcrSettings())) if request.param == "compact" else TesseractSampler(tesseract)


@pytest.fixture(scope="module")
def detector() -> Finder:
    return RapidOcrEngine(OcrSettings()).detect


@pytest.fixture(scope="module", params=["rapidocr", "layout"])
def finder(request: pytest.FixtureRequest, detector: Finder) -> Finder | None:
    return detector if request.param == "rapidocr" else None


def look(
    pixels: Pixels,
    sampler: Sampler,
    tesseract: TesserocrEngine,
    *,
    finder: Finder | None = None,
    languages: str = "eng+rus",
) -> Look:
    return look_at(
        image_of(pixels), languages=languages, sampler=sampler, tesseract=tesseract, finder=finder, timeout=60
    )


def numbered(page: Pixels, number: str) -> Pixels:
    """The page with a number at its right edge, clear and on end."""
    stamped = np.ascontiguousarray(np.rot90(page))
    cv2.putText(stamped, number, (200, 40), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3, cv2.LINE_AA)
    return np.ascontiguousarray(np.rot90(stamped, -1))


def worn(page: Pixels) -> Pixels:
    """The page as a poor scan shows it: hardly to be read, though it can be seen where its lines are."""
    small = cv2.resize(page, None, fx=0.25, fy=0.27, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (page.shape[1], page.shape[0])), dtype=np.uint8)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize(("kind", "language"), [("receipt", "eng"), ("letter", "rus")])
def test_direction_and_script_are_told(
    sampler: Sampler, tesseract: TesserocrEngine, finder: Finder | None, kind: str, language: str, quarters: int
) -> None:
    page = turned_counterclockwise(generated(kind, language), quarters=quarters)
    seen = look(page, sampler, tesseract, finder=finder)
    assert (seen.quarters, seen.languages) == (quarters, language)
    assert seen.upright.rotation == 90 * quarters
    assert seen.confidence > DOUBTFUL


def test_a_page_both_askew_and_upside_down_is_turned_by_both(sampler: Sampler, tesseract: TesserocrEngine) -> None:
    page = slanted(turned_counterclockwise(with_ground(generated("letter", "eng")), quarters=2), 5.0)
    assert look(page, sampler, tesseract).upright.rotation == pytest.approx(185.0, abs=0.4)


@pytest.mark.parametrize("languages", ["eng+rus", "rus+eng"])
@pytest.mark.parametrize("language", ["eng", "rus"])
@pytest.mark.parametrize("kind", ["letter", "receipt"])
def test_the_language_is_told_in_whatever_order_they_are_asked_for(
    sampler: Sampler, tesseract: TesserocrEngine, kind: str, language: str, languages: str
) -> None:
    assert look(generated(kind, language), sampler, tesseract, languages=languages).languages == language


@pytest.mark.parametrize("page", [blank(), blank(1, 3000), np.zeros((300, 200), np.uint8)])
def test_a_page_without_lines_stays_as_it_is(
    sampler: Sampler, tesseract: TesserocrEngine, finder: Finder | None, page: Pixels
) -> None:
    seen = look(page, sampler, tesseract, finder=finder, languages="rus+eng")
    assert (seen.quarters, seen.languages, seen.confidence, seen.boxes) == (0, "rus", 0.0, ())


@pytest.mark.parametrize("word", ["Alpha", "Bravo", "Delta", "Mike"])
def test_a_page_with_one_word_stays_as_it_is(
    sampler: Sampler, tesseract: TesserocrEngine, finder: Finder | None, word: str
) -> None:
    page = blank(150, 900)
    cv2.putText(page, word, (40, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3, cv2.LINE_AA)
    assert look(page, sampler, tesseract, finder=finder, languages="eng").quarters == 0


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_clear_number_on_end_does_not_turn_a_page_that_can_hardly_be_read(
    tesseract: TesserocrEngine, detector: Finder, quarters: int
) -> None:
    sampler = CompactSampler(CompactEngine(OcrSettings()))
    page = turned_counterclockwise(numbered(worn(generated("receipt", "eng")), "650208855"), quarters=quarters)
    seen = look(page, sampler, tesseract, finder=detector, languages="eng")
    assert (seen.quarters, seen.confidence < DOUBTFUL) == (quarters, True)


def test_a_page_is_on_its_side_where_most_of_its_lines_are_on_end() -> None:
    level, on_end, square = Box(0, 0, 90, 10), Box(0, 0, 10, 50), Box(0, 0, 100, 80)
    assert not is_on_its_side([])
    assert not is_on_its_side([level, on_end, square])
    assert is_on_its_side([level, on_end, on_end, square])


def test_a_page_of_like_rows_on_its_side_is_not_taken_for_upright(tesseract: TesserocrEngine, detector: Finder) -> None:
    page = blank(1300, 1000)
    for row in range(26):
        write(page, "Consulting hours 12.50", x=60, y=60 + 46 * row)
    seen = look(
        turned_counterclockwise(page, quarters=1),
        CompactSampler(CompactEngine(OcrSettings())),
        tesseract,
        finder=detector,
    )
    assert seen.quarters == 1


def test_words_of_one_character_are_most_of_them_or_not() -> None:
    alone, word = ReadWord("I", 0.0, 0.1, 0.9), ReadWord("paper", 0.2, 0.5, 0.9)
    assert is_mostly_single([(alone, alone), (word,)])
    assert not is_mostly_single([(alone, word)])
    assert not is_mostly_single([])


def test_a_page_in_both_languages_is_read_in_both(tesseract: TesserocrEngine) -> None:
    assert (
        look(halves_in_both_languages(), CompactSampler(CompactEngine(OcrSettings())), tesseract).languages == "eng+rus"
    )


def test_where_only_one_language_is_asked_for_it_is_that(tesseract: TesserocrEngine) -> None:
    sampler = CompactSampler(CompactEngine(OcrSettings()))
    assert look(generated("letter", "rus"), sampler, tesseract, languages="eng").languages == "eng"


class RecordingCompact(CompactEngine):
    """The compact recogniser that keeps how many lines it was asked to read."""

    def __init__(self) -> None:
        super().__init__(OcrSettings())
        self.asked: list[int] = []

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        self.asked.append(len(crops))
        return super().recognise(crops, languages=languages, timeout=timeout)


def halves_in_both_languages() -> Pixels:
    english, russian = generated("letter", "eng"), generated("letter", "rus")
    return np.vstack([english[: len(english) // 2], russian[: len(russian) // 2]])


def test_the_compact_recogniser_reads_every_other_line_of_a_page_that_is_clear(tesseract: TesserocrEngine) -> None:
    compact = RecordingCompact()
    look(generated("letter", "eng"), CompactSampler(compact), tesseract)
    assert compact.asked == [MORE_LINES // 2]


@pytest.mark.parametrize("page", [worn(generated("letter", "eng")), halves_in_both_languages()])
def test_the_compact_recogniser_reads_all_lines_of_a_page_that_is_not(tesseract: TesserocrEngine, page: Pixels) -> None:
    compact = RecordingCompact()
    look(page, CompactSampler(compact), tesseract)
    assert compact.asked[:2] == [MORE_LINES // 2, MORE_LINES // 2]


def test_tesseract_reads_few_lines_of_a_page_that_is_clear(recording: Recording) -> None:
    look(generated("letter", "eng"), TesseractSampler(recording), recording)
    assert recording.asked == [("eng", FEW_LINES)]


def test_tesseract_reads_in_one_language_of_each_script(german_too: OcrSettings) -> None:
    recording = Recording(german_too)
    look(generated("letter", "eng"), TesseractSampler(recording), recording, languages="deu+eng")
    assert [languages for languages, _ in recording.asked] == ["deu"]


def test_looking_around_reads_more_lines_in_each_direction(recording: Recording) -> None:
    upside_down = turned_counterclockwise(generated("letter", "eng"), quarters=2)
    look(upside_down, TesseractSampler(recording), recording, languages="eng")
    assert [count for _, count in recording.asked] == [FEW_LINES] + [MORE_LINES] * 4


def test_all_readings_of_a_look_share_its_time(recording: Recording) -> None:
    look(turned_counterclockwise(generated("receipt", "rus"), quarters=2), TesseractSampler(recording), recording)
    assert len(recording.timeouts) > 4
    assert recording.timeouts == sorted(recording.timeouts, reverse=True)
    assert recording.timeouts[-1] < 60 - 0.05


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
