"""A doubtful word is what its columns may spell and its letters make likely."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from docflow.ocr.beam import SURE, WIDTH, Respelling, keeps_marks, spellings
from docflow.ocr.ctc import BLANK, characters, read_line
from docflow.ocr.lexicon import Lexicon

ALPHABET = ["", *"abefijlmnortuv015O:!.", *"лоатпгжн", " "]

Column = str | Mapping[str, float]


def columns_of(*columns: Column) -> NDArray[np.float32]:
    """A row of probabilities a column: a symbol that is sure ("" is blank), or symbols with theirs."""
    matrix = np.zeros((len(columns), len(ALPHABET)), np.float32)
    for row, column in zip(matrix, columns, strict=True):
        for symbol, probability in ({column: 1.0} if isinstance(column, str) else column).items():
            row[ALPHABET.index(symbol)] = probability
    return matrix


def read(*columns: Column, languages: str = "eng") -> str:
    """The text of one line, its words respelt."""
    matrix, lexicon = columns_of(*columns), Lexicon(languages)
    line = read_line(
        characters(matrix, ALPHABET),
        columns=len(columns),
        frequency=lambda _: 0,
        respell=Respelling(matrix, ALPHABET, lexicon),
    )
    return " ".join(word.text for word in line)


def test_a_letter_among_digits_is_the_digit_that_it_may_be() -> None:
    assert read("1", "0", "5", ".", "5", {"O": 0.55, "0": 0.45}) == "105.50"


def test_a_word_that_no_dictionary_has_is_spelt_as_words_are() -> None:
    assert read(*"jala", {"u": 0.55, "n": 0.45}) == "jalan"


def test_a_letter_that_came_in_falls_out() -> None:
    assert read("a", "m", {"n": 0.55, "": 0.45}, "o", "u", "n", "t") == "amount"


def test_a_letter_that_fell_out_comes_in() -> None:
    assert read("a", "m", {"": 0.55, "o": 0.45}, "u", {"n": 0.9, "m": 0.1}, "t") == "amount"


def test_a_hardly_read_word_is_the_known_one_that_it_may_be() -> None:
    assert read(*"mat", {"e": 0.8, "": 0.2}, "b", *"ial") == "material"


def test_a_word_that_is_read_with_little_doubt_is_no_other() -> None:
    assert read(*"mat", {"e": 0.95, "": 0.05}, "b", *"ial") == "matebial"


def test_a_sure_word_stays_however_unlikely_its_letters() -> None:
    assert read("a", "m", {"n": 0.9995, "": 0.0005}, "o", "u", "n", "t") == "amnount"
    assert SURE < 0.9995


def test_what_is_far_likelier_by_its_looks_stays() -> None:
    assert read(*"jala", {"u": 0.985, "n": 0.015}) == "jalau"


def test_a_letter_may_be_a_mark_and_a_mark_stays_one() -> None:
    assert read(*"name", {"l": 0.5, ":": 0.5}) == "name:"
    assert read(*"tota", {":": 0.51, "l": 0.49}) == "tota:"


def test_words_stay_apart_and_one_doubt_does_not_reach_the_next() -> None:
    assert read(*"fa", {"1": 0.6, "r": 0.4}, " ", *"jala", {"u": 0.55, "n": 0.45}) == "far jalan"


@pytest.mark.parametrize("languages", ["rus", "eng+rus"])
def test_russian_words_are_spelt_as_russian_ones(languages: str) -> None:
    assert read("п", "л", "а", "т", "", "а", {"ж": 0.5, "л": 0.5}, languages=languages) in {"платаж", "платал"}
    assert read("о", "п", {"п": 0.5, "л": 0.5}, "а", "т", "а", languages=languages) == "оплата"


@pytest.mark.parametrize("languages", ["deu", "eng+deu"])
def test_words_of_other_languages_stay_as_they_are_read(languages: str) -> None:
    assert read(*"jala", {"u": 0.55, "n": 0.45}, languages=languages) == "jalau"


columns = st.lists(
    st.dictionaries(st.sampled_from(["", "a", "l", "1"]), st.floats(0.05, 1.0), min_size=1, max_size=3),
    min_size=1,
    max_size=4,
)


@settings(max_examples=30, deadline=None)
@given(drawn=columns)
def test_a_spelling_is_as_likely_as_all_paths_to_it(drawn: list[dict[str, float]]) -> None:
    matrix = columns_of(*({s: p / sum(c.values()) for s, p in c.items()} for c in drawn))
    narrow = [ALPHABET.index(s) for s in ("", "a", "l", "1")]
    assert narrow[0] == BLANK
    found = spellings(matrix, ALPHABET)
    assert 0 < len(found) <= WIDTH
    small = matrix[:, narrow]
    for text, probability in list(found.items())[:3]:
        paths = itertools.product(range(4), repeat=len(small))
        total = sum(
            float(np.prod([small[row, n] for row, n in enumerate(path)]))
            for path in paths
            if "".join(("", "a", "l", "1")[n] for n, _ in itertools.groupby(path)) == text
        )
        # What is cut from the beam only ever takes away.
        assert probability <= total + 1e-6
        if len(found) < WIDTH:
            assert probability == pytest.approx(total, rel=1e-4)


@given(text=st.text(alphabet="ab1:.-", max_size=8), more=st.text(alphabet="ab1", max_size=8))
def test_marks_are_kept_in_their_order(text: str, more: str) -> None:
    assert keeps_marks(text, text)
    assert keeps_marks(more, text)
    assert not keeps_marks(f"{text}:", text)
