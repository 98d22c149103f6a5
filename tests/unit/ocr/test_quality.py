"""A page's grade says how far its text can be trusted, and why not."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.ocr.ensemble import Calibration, Calibrations, Curve, WordClass
from docflow.ocr.quality import GRADES_FROM, Grade, document_quality, low_confidence, page_quality, quality_report
from docflow.types import Box, Line, PageText, TextSource, Word

TEXT = "Invoice for the delivery of twelve chairs and one table on 12.03.2024 total 1,250.00 "
AT_THEIR_WORD = Calibrations()


def page(
    text: str, *, confidence: float = 0.99, number: int = 1, engine: str = "test", unread: float | None = None
) -> PageText:
    words = tuple(Word(word, Box(60 * n, 0, 60 * n + 50, 10), confidence) for n, word in enumerate(text.split()))
    lines = (Line(words),) if words else ()
    return PageText(number, 600, 800, lines, TextSource.OCR, engine, "1", "eng", unread=unread)


def grade(text: str, *, confidence: float) -> Grade:
    return page_quality(page(text, confidence=confidence), calibrations=AT_THEIR_WORD).grade


def test_grades_fall_with_confidence_at_their_thresholds() -> None:
    for name, least in GRADES_FROM.items():
        assert grade(TEXT, confidence=least + 0.001) is Grade(name)
    lower = [grade(TEXT, confidence=least - 0.001) for least in GRADES_FROM.values()]
    assert lower == [Grade.B, Grade.C, Grade.D]


def test_text_that_looks_like_no_words_is_graded_lower_however_sure_the_engine_is() -> None:
    quality = page_quality(page("xkrt zzvbk wRtKs qq1pz '}{x bcdfgh"), calibrations=AT_THEIR_WORD)
    assert quality.grade is Grade.D
    assert quality.to_review
    assert "does not look like words" in quality.reason


def test_a_low_grade_names_its_reason_and_a_good_one_none() -> None:
    assert page_quality(page(TEXT), calibrations=AT_THEIR_WORD).reason == ""
    poor = page_quality(page(TEXT, confidence=0.6), calibrations=AT_THEIR_WORD)
    assert poor.reason == "About 40% of the words are likely to be wrong."


@pytest.mark.parametrize("separator", ["*" * 40, "* " * 40, "= " * 20 + "-" * 20, "... ___ ###"])
def test_rows_that_part_sections_say_nothing_about_the_text(separator: str) -> None:
    text, row = page(TEXT), page(separator, confidence=0.4)
    parted = replace(text, lines=(*text.lines, *row.lines))
    assert page_quality(parted, calibrations=AT_THEIR_WORD) == page_quality(text, calibrations=AT_THEIR_WORD)


def test_signs_among_letters_and_digits_count() -> None:
    text = page(TEXT + "**** **** **** 1234 *sale* -5,00 a=b", confidence=0.4)
    assert page_quality(text, calibrations=AT_THEIR_WORD).words == len(TEXT.split()) + 4


def test_the_calibrated_confidence_is_trusted_not_the_raw_one() -> None:
    boaster = Calibration("boaster", "1", "eng", "2026-01-01", 1, {WordClass.ANY: Curve((0.0, 1.0), (0.0, 0.5), 100)})
    quality = page_quality(page(TEXT, engine="boaster"), calibrations=Calibrations([boaster]))
    assert quality.grade is Grade.D
    assert quality.mean == pytest.approx(0.99)


@pytest.mark.parametrize("unread", [None, 1.0])
def test_a_page_without_words_goes_to_review_and_says_so(unread: float | None) -> None:
    quality = page_quality(page("", unread=unread))
    assert (quality.grade, quality.words, quality.to_review) == (Grade.D, 0, True)
    assert quality.reason.startswith("No words")


def test_a_page_without_words_or_ink_is_blank_and_needs_no_review() -> None:
    assert not page_quality(page("", unread=0.0)).to_review


def test_writing_that_was_not_read_lowers_the_grade() -> None:
    quality = page_quality(page(TEXT, unread=0.6), calibrations=AT_THEIR_WORD)
    assert quality.grade is Grade.D
    assert quality.reason == "About 60% of what looks like writing was not read."
    assert page_quality(page(TEXT, unread=0.05), calibrations=AT_THEIR_WORD).grade is Grade.A


def test_a_document_knows_the_page_that_was_not_read() -> None:
    pages = [page(TEXT, unread=0.0), page(TEXT, number=2, unread=0.5), page("", number=3, unread=0.0)]
    quality = document_quality(pages, calibrations=AT_THEIR_WORD)
    assert quality.grade is Grade.D
    assert quality.reason.startswith("Page 2: About 50%")
    pages[1:] = [page(TEXT, number=2), page("", number=3, unread=1.0)]
    assert document_quality(pages, calibrations=AT_THEIR_WORD).reason.startswith("Page 3: No words")


def test_a_document_has_the_grade_of_its_worst_page_and_names_it() -> None:
    pages = [page(TEXT * 20), page(TEXT, confidence=0.5, number=2), page(TEXT * 20, number=3)]
    quality = document_quality(pages, calibrations=AT_THEIR_WORD)
    assert quality.grade is Grade.D
    assert quality.reason.startswith("Page 2: ")
    assert quality.mean > 0.95


def test_blank_pages_do_not_lower_a_documents_grade() -> None:
    assert document_quality([page(TEXT), page("", number=2)], calibrations=AT_THEIR_WORD).grade is Grade.A
    assert document_quality([page(""), page("", number=2)]).grade is Grade.D
    assert document_quality([]).grade is Grade.D


@given(values=st.lists(st.tuples(st.text("ab", min_size=1, max_size=8), st.floats(0, 1)), min_size=1, max_size=60))
def test_the_low_confidence_is_exceeded_by_nineteen_twentieths_of_the_text(values: list[tuple[str, float]]) -> None:
    words = [Word(text, Box(0, 0, 1, 1), confidence) for text, confidence in values]
    low = low_confidence(words)
    total = sum(len(word.text) for word in words)
    assert min(w.confidence for w in words) <= low <= max(w.confidence for w in words)
    assert sum(len(w.text) for w in words if w.confidence < low) < 0.05 * total
    assert sum(len(w.text) for w in words if w.confidence <= low) >= 0.05 * total


def test_a_quality_is_shown_as_json() -> None:
    shown = json.loads(json.dumps(document_quality([page(TEXT, confidence=0.8)], calibrations=AT_THEIR_WORD).to_dict()))
    assert shown["grade"] == "C"
    assert shown["to_review"] is False
    assert shown["words"] == len(TEXT.split())
    assert {"trust", "mean", "low", "wordlike", "reason"} < set(shown)


def test_a_report_has_each_pages_quality_beside_the_documents() -> None:
    report = quality_report([page(TEXT), page("", number=2, unread=0.9)])
    assert report["grade"] == "D"
    assert [one["grade"] for one in report["pages"]] == ["A", "D"]
    assert report["reason"] == "Page 2: No words were found: blank, or not readable."
