"""The values that pass between the stages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.types import Box, Line, PageText, TextSource, Word, mean_confidence

coordinates = st.floats(0, 5000).map(lambda v: round(v, 1))
boxes = st.tuples(coordinates, coordinates, coordinates, coordinates).map(
    lambda c: Box(min(c[0], c[2]), min(c[1], c[3]), max(c[0], c[2]), max(c[1], c[3]))
)
words = st.builds(Word, st.text(min_size=1, max_size=12), boxes, st.floats(0, 1).map(lambda v: round(v, 4)))
lines = st.lists(st.lists(words, min_size=1, max_size=5).map(lambda w: Line(tuple(w))), max_size=5).map(tuple)


def page(of: tuple[Line, ...]) -> PageText:
    return PageText(1, 100, 100, of, TextSource.OCR, "tesserocr", "5")


@given(lines)
def test_lines_come_back_from_the_store_as_they_went(stored: tuple[Line, ...]) -> None:
    assert PageText.lines_from_json(page(stored).lines_to_json()) == stored


@given(st.lists(words, min_size=1))
def test_the_mean_confidence_lies_between_the_least_and_the_greatest(some: list[Word]) -> None:
    mean = mean_confidence(some)
    assert mean is not None
    assert min(w.confidence for w in some) - 1e-9 <= mean <= max(w.confidence for w in some) + 1e-9


def test_a_page_without_words_has_no_confidence() -> None:
    assert page(()).confidence is None
    assert page(()).text == ""


def test_a_box_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="far corner"):
        Box(10, 0, 5, 1)


def test_a_lines_box_holds_its_words() -> None:
    line = Line((Word("a", Box(5, 5, 9, 9), 1), Word("b", Box(12, 3, 20, 8), 1)))
    assert line.box == Box(5, 3, 20, 9)
    assert line.text == "a b"
