"""A hardly read word is the known one that its columns may spell, where that is likelier than what was read."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from docflow.ocr.ctc import Character
from docflow.ocr.known_words import BLURRED_WEIGHT, CLEAR, WEIGHT, cased, inner, known_word, weight_on
from docflow.ocr.letters import letter_model
from docflow.ocr.vocabulary import Vocabulary

ALPHABET = ["", *"abcdefghijklmnopqrstuvwxyz", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"0123456789", *".,:/*"]
VOCABULARY = Vocabulary({"invoice": 1e-5, "balance": 1e-5, "paint": 1e-5, "print": 1e-7})


def columns_of(*seen: str | Mapping[str, float]) -> NDArray[np.float32]:
    """A column for each character, sure or with alternatives, and a blank after it."""
    columns = np.zeros((2 * len(seen), len(ALPHABET)), np.float32)
    columns[1::2, 0] = 1.0
    for row, character in zip(columns[::2], seen, strict=True):
        for symbol, probability in ({character: 1.0} if isinstance(character, str) else character).items():
            row[ALPHABET.index(symbol)] = probability
    return columns


def known(read: str, *seen: str | Mapping[str, float], weight: float = WEIGHT) -> str:
    """What a word that was read so is taken for; where nothing else is `seen`, it is seen as it is read."""
    return known_word(
        read,
        columns_of(*(seen or read)),
        ALPHABET,
        vocabulary=VOCABULARY,
        letters=letter_model("eng"),
        weight=weight,
    )


def test_a_word_is_the_known_one_that_its_columns_may_spell() -> None:
    seen = [{"l": 0.6, "i": 0.3}, "n", "v", "o", {"l": 0.6, "i": 0.3}, {"o": 0.6, "c": 0.3}, "e"]
    assert known("lnvoloe", *seen) == "invoice"


def test_a_letter_that_is_not_seen_at_all_may_still_be_there() -> None:
    assert known("invoxce", weight=BLURRED_WEIGHT) == "invoice"


def test_a_word_that_is_like_no_known_one_stays() -> None:
    assert known("Kuzmin") == "Kuzmin"


def test_a_word_of_which_too_little_is_seen_stays_as_it_is_read() -> None:
    assert known("xqzoiqe", weight=5.0) == "xqzoiqe"


def test_a_name_that_is_seen_stays_though_a_known_word_is_near() -> None:
    assert known("Balancy") == "Balancy"


def test_of_two_known_words_that_may_both_be_seen_the_common_one_is_taken() -> None:
    assert known("pzint", "p", {"z": 0.4, "a": 0.3, "r": 0.3}, "i", "n", "t") == "paint"


@pytest.mark.parametrize(("read", "is_known"), [("INVOXCE", "INVOICE"), ("Invoxce", "Invoice")])
def test_capitals_stay_as_they_are_read(read: str, is_known: str) -> None:
    assert known(read, weight=BLURRED_WEIGHT) == is_known


@pytest.mark.parametrize(("read", "is_known"), [("*invoxce:", "*invoice:"), ("Invoxce.", "Invoice.")])
def test_marks_around_a_word_stay(read: str, is_known: str) -> None:
    assert known(read, weight=BLURRED_WEIGHT) == is_known


@pytest.mark.parametrize("read", ["inv/xqe", "1nv01c3", "pxnt", "12345", "*.*"])
def test_codes_numbers_and_short_words_stay(read: str) -> None:
    assert known(read, weight=BLURRED_WEIGHT) == read


def test_the_language_weighs_more_on_a_line_that_is_not_clear() -> None:
    assert weight_on(line_of(CLEAR)) == weight_on([]) == WEIGHT
    assert weight_on(line_of(CLEAR - 0.01)) == BLURRED_WEIGHT > WEIGHT


def line_of(probability: float) -> list[Character]:
    return [Character((("a", probability),), start=0, end=1)]


@pytest.mark.parametrize(
    ("read", "written"), [("T0TAI", "TOTAL"), ("TOtai", "Total"), ("tOtai", "total"), ("1otai", "total")]
)
def test_a_word_is_written_as_it_is_read(read: str, written: str) -> None:
    assert cased("total", read) == written


@pytest.mark.parametrize(("text", "places"), [("«total»,", (1, 6)), ("total", (0, 5)), ("—", (0, 0)), ("", (0, 0))])
def test_marks_at_the_ends_are_none_of_the_word(text: str, places: tuple[int, int]) -> None:
    assert inner(text) == places
