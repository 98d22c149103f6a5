"""Of two readings of a line, the second stays unless the first is surer and made of more that is known."""

from __future__ import annotations

import pytest

from docflow.ocr.choice import better_of, known_share, line_confidence
from docflow.ocr.engine import ReadLine, ReadWord

KNOWN = {"total": 100, "amount": 100, "due": 50}


def line(*words: tuple[str, float]) -> ReadLine:
    return tuple(ReadWord(text, 0.0, 1.0, confidence) for text, confidence in words)


def frequency(word: str) -> int:
    return KNOWN.get(word.lower(), 0)


def chosen(first: ReadLine, second: ReadLine) -> str:
    return " ".join(word.text for word in better_of(first, second, frequency=frequency))


def test_the_second_reading_is_taken_where_both_are_alike() -> None:
    assert chosen(line(("tofal", 0.8)), line(("tolal", 0.8))) == "tolal"


def test_a_first_reading_that_is_sure_stays_where_the_second_says_nothing() -> None:
    assert chosen(line(("total", 0.7)), ()) == "total"


def test_what_one_reader_doubts_and_the_other_does_not_see_is_no_text() -> None:
    assert chosen(line(("1", 0.3)), ()) == ""
    assert chosen((), ()) == ""


def test_a_line_that_was_not_read_the_first_time_takes_the_second_reading() -> None:
    assert chosen((), line(("total", 0.1))) == "total"


def test_a_first_reading_that_is_far_surer_stays() -> None:
    assert chosen(line(("b019", 0.9)), line(("8019", 0.4))) == "b019"


def test_known_words_speak_for_a_reading() -> None:
    assert chosen(line(("total", 0.8)), line(("tatal", 0.85))) == "total"
    assert chosen(line(("fotal", 0.8)), line(("tatal", 0.85))) == "tatal"


def test_confidence_is_weighted_by_the_words_lengths() -> None:
    assert line_confidence(line(("amount", 1.0), ("du", 0.2))) == pytest.approx(0.8)
    assert line_confidence(()) == 0.0


def test_numbers_count_as_known_and_marks_do_not_count() -> None:
    assert known_share(line(("12.50", 0.9)), frequency) == 1.0
    assert known_share(line(("TOTAL:", 0.9), ("rmo8", 0.9)), frequency) == pytest.approx(5 / 9)
    assert known_share(line(("--", 0.9)), frequency) == 0.0
