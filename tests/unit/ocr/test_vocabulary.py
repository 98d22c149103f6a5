"""Of a language's words, those are looked at more closely whose letters are seen where they would stand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from docflow.ocr.lexicon import Lexicon
from docflow.ocr.vocabulary import (
    BUSINESS_WORD,
    FEWEST_LETTERS,
    LONGER,
    MOST,
    RAREST,
    Vocabulary,
    is_word,
    vocabulary_of,
)

ALPHABET = ["", *"abcdefghijklmnopqrstuvwxyz", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
PLACES = {symbol: place for place, symbol in enumerate(ALPHABET)}


def columns_of(text: str, *, sure: float = 0.9) -> NDArray[np.float32]:
    """Two columns a letter, its own and a blank."""
    columns = np.full((2 * len(text), len(ALPHABET)), (1 - sure) / len(ALPHABET), np.float32)
    columns[1::2, 0] = sure
    for number, letter in enumerate(text):
        columns[2 * number, PLACES[letter]] = sure
    return columns


def like(vocabulary: Vocabulary, text: str) -> list[str]:
    """The words that are like this text, the likeliest first."""
    return list(vocabulary.like(columns_of(text), PLACES, length=len(text), weight=0.5))


def test_words_are_found_by_the_letters_that_are_seen() -> None:
    vocabulary = Vocabulary({"invoice": 1e-4, "balance": 1e-4, "payment": 1e-4})
    assert like(vocabulary, "lnvoioe")[0] == "invoice"
    assert like(vocabulary, "BALAMCE")[0] == "balance"


def test_a_letter_counts_where_it_would_stand() -> None:
    assert like(Vocabulary({"stressed": 1e-4, "desserts": 1e-4}), "desserfs")[0] == "desserts"


def test_of_words_that_are_seen_alike_the_common_one_comes_first() -> None:
    assert like(Vocabulary({"formal": 1e-7, "format": 1e-3}), "formax") == ["format", "formal"]


def test_words_come_with_the_logarithm_of_how_often_they_come() -> None:
    found = Vocabulary({"invoice": 1e-4}).like(columns_of("invoice"), PLACES, length=7, weight=0.5)
    assert found == {"invoice": pytest.approx(math.log(1e-4))}


@pytest.mark.parametrize(("longer", "is_found"), [(LONGER, True), (LONGER + 1, False)])
def test_words_of_about_the_length_are_found(longer: int, is_found: bool) -> None:
    vocabulary = Vocabulary({"invoices": 1e-4})
    assert ("invoices" in vocabulary.like(columns_of("invoices"), PLACES, length=8 - longer, weight=0.5)) is is_found


def test_no_more_words_are_looked_at_than_there_is_time_for() -> None:
    letters = "abcdefghij"
    words = {f"count{a}{b}": 1e-5 for a in letters for b in letters + "klmno"}
    assert len(words) > MOST
    assert len(like(Vocabulary(words), "countab")) == MOST


def test_letters_that_the_recogniser_does_not_know_are_not_seen() -> None:
    assert like(Vocabulary({"счета": 1e-3, "count": 1e-6}), "count")[0] == "count"


def test_an_empty_vocabulary_has_nothing_alike() -> None:
    assert like(Vocabulary({}), "invoice") == []


@pytest.mark.parametrize(
    ("language", "common", "rare"), [("en", "between", "xylograph"), ("ru", "товарная", "ксилограф")]
)
def test_a_language_has_its_common_words(language: str, common: str, rare: str) -> None:
    frequencies = {
        word: math.exp(frequency)
        for group in vocabulary_of(language, frozenset())._of_length.values()
        for word, frequency in zip(group.words, group.log_frequencies.tolist(), strict=True)
    }
    assert frequencies[common] > RAREST
    assert rare not in frequencies
    assert min(frequencies.values()) == pytest.approx(RAREST, rel=0.03)
    assert min(map(len, frequencies)) == FEWEST_LETTERS


def test_words_of_documents_count_as_common_in_their_script() -> None:
    for languages, word, other in (("rus", "грузополучатель", "subtotal"), ("eng", "subtotal", "грузополучатель")):
        vocabulary = Lexicon(languages).vocabulary(word)
        assert vocabulary is not None
        group = vocabulary._of_length[len(word)]
        assert group.log_frequencies[group.words.index(word)] >= math.log(BUSINESS_WORD) - 1e-5
        assert other not in vocabulary._of_length[len(other)].words


@pytest.mark.parametrize(("languages", "word"), [("deu", "jalan"), ("eng+deu", "jalan"), ("eng+rus", "2024")])
def test_a_word_that_may_be_of_several_languages_has_no_vocabulary(languages: str, word: str) -> None:
    assert Lexicon(languages).vocabulary(word) is None


def test_a_vocabulary_is_made_once() -> None:
    assert Lexicon("eng").vocabulary("word") is Lexicon("eng+rus").vocabulary("word")


@pytest.mark.parametrize(
    ("text", "it_is"), [("total", True), ("итого", True), ("tax", False), ("don't", False), ("a4b5c", False)]
)
def test_words_are_of_letters_alone_and_of_some_length(text: str, it_is: bool) -> None:
    assert is_word(text) is it_is
