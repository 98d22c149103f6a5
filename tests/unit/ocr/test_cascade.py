"""Lines are read by the quick recogniser, and by the better one where the quick one is not sure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from drawn_pages import blank, image_of
from numpy.typing import NDArray

from docflow.ocr.cascade import MARGINS, Cascade
from docflow.ocr.countdown import countdown
from docflow.ocr.engine import ReadLine, ReadWord
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.types import Box, PageText


class Scripted:
    """A recogniser that says what it is told to, line by line, and keeps the heights of the crops it was given."""

    version = "1"

    def __init__(self, name: str, *lines: tuple[str, float] | None) -> None:
        self.name = name
        self._lines = list(lines)
        self.heights: list[int] = []
        self.languages: set[str] = set()

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        self.heights += [len(crop) for crop in crops]
        self.languages.add(languages)
        said = [self._lines.pop(0) for _ in crops]
        return [() if line is None else (ReadWord(line[0], 0.0, 1.0, line[1]),) for line in said]


BOXES = [Box(20, 40 + 60 * row, 220, 80 + 60 * row) for row in range(4)]


def read(quick: Scripted, better: Scripted | None, tesseract: TesserocrEngine, *, most: int = 10) -> PageText:
    cascade = Cascade(quick, better, sure=0.9, most=most)
    return cascade.read_page(image_of(blank()), BOXES, found_by=tesseract, languages="eng+rus", left=countdown(10))


def test_only_doubted_lines_are_read_again(tesseract: TesserocrEngine) -> None:
    quick = Scripted("quick", ("one", 0.95), ("tvvo", 0.5), ("three", 0.9), ("f0ur", 0.89))
    page = read(quick, Scripted("better", ("two", 0.9), ("four", 0.9)), tesseract)
    assert [line.text for line in page.lines] == ["one", "two", "three", "four"]
    assert page.engine == "quick+better"
    assert page.engine_version == f"quick 1, better 1 on tesserocr {tesseract.version}"


def test_the_most_doubtful_come_first_where_there_are_too_many(tesseract: TesserocrEngine) -> None:
    quick = Scripted("quick", ("a", 0.8), ("b", 0.1), ("c", 0.7), ("d", 0.3))
    page = read(quick, Scripted("better", ("B", 1.0), ("D", 1.0)), tesseract, most=2)
    assert [line.text for line in page.lines] == ["a", "B", "c", "D"]


def test_a_line_that_the_quick_one_could_not_read_is_doubted(tesseract: TesserocrEngine) -> None:
    quick = Scripted("quick", None, ("b", 1.0), ("c", 1.0), ("d", 1.0))
    assert read(quick, Scripted("better", ("a", 1.0)), tesseract).text.split() == ["a", "b", "c", "d"]


def test_what_the_better_one_cannot_read_stays_as_it_was_read_unless_it_was_hardly_read(
    tesseract: TesserocrEngine,
) -> None:
    quick = Scripted("quick", ("a", 0.7), ("b", 1.0), ("c", 1.0), ("d", 1.0))
    assert read(quick, Scripted("better", None), tesseract).text.split() == ["a", "b", "c", "d"]
    quick = Scripted("quick", ("a", 0.2), ("b", 1.0), ("c", 1.0), ("d", 1.0))
    assert read(quick, Scripted("better", None), tesseract).text.split() == ["b", "c", "d"]


def test_the_better_one_is_asked_for_languages_in_latin_script_only(tesseract: TesserocrEngine) -> None:
    quick = Scripted("quick", ("a", 0.2), ("b", 1.0), ("c", 1.0), ("d", 1.0))
    better = Scripted("better", ("a", 1.0))
    read(quick, better, tesseract)
    assert (quick.languages, better.languages) == ({"eng+rus"}, {"eng"})


def test_lines_with_cyrillic_letters_are_not_read_again(tesseract: TesserocrEngine) -> None:
    quick = Scripted("quick", ("Итого", 0.2), ("total", 0.2), ("c", 1.0), ("d", 1.0))
    better = Scripted("better", ("TOTAL", 1.0))
    assert read(quick, better, tesseract).text.split() == ["Итого", "TOTAL", "c", "d"]


def test_without_a_better_one_all_lines_are_the_quick_ones(tesseract: TesserocrEngine) -> None:
    page = read(Scripted("quick", ("a", 0.2), ("b", 0.1), None, ("d", 1.0)), None, tesseract)
    assert [line.text for line in page.lines] == ["a", "b", "d"]
    assert (page.engine, page.engine_version) == ("quick", f"quick 1 on tesserocr {tesseract.version}")


def test_each_is_given_its_own_margins_and_words_are_as_high_as_the_line(tesseract: TesserocrEngine) -> None:
    quick = Scripted("quick", ("a", 0.2), ("b", 1.0), ("c", 1.0), ("d", 1.0))
    better = Scripted("better", ("a", 1.0))
    page = read(quick, better, tesseract)
    margins = MARGINS["tesserocr"]
    assert quick.heights == [40 * (1 + 2 * margins.quick.y)] * 4
    assert better.heights == [40 * (1 + 2 * margins.better.y)]
    assert [(line.box.y0, line.box.y1) for line in page.lines] == [(box.y0, box.y1) for box in BOXES]
