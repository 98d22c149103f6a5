"""Probabilities become characters, characters words, and doubtful words what they most likely are."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from docflow.ocr.ctc import (
    LEAST_ALTERNATIVE,
    LEAST_LIKELY,
    MOST_ALTERNATIVES,
    Character,
    characters,
    log_likelihoods,
    read_line,
    spell,
    spellings,
)

ALPHABET = ["", *"abcdeilot015O", " "]


def columns_of(*columns: str | Mapping[str, float]) -> NDArray[np.float32]:
    """One row of probabilities for each column: a symbol that is sure ("" is blank), or symbols with theirs."""
    matrix = np.zeros((len(columns), len(ALPHABET)), np.float32)
    for row, column in zip(matrix, columns, strict=True):
        for symbol, probability in ({column: 1.0} if isinstance(column, str) else column).items():
            row[ALPHABET.index(symbol)] = probability
    return matrix


def text_of(*columns: str | Mapping[str, float]) -> str:
    return "".join(character.text for character in characters(columns_of(*columns), ALPHABET))


def known(*words: str) -> dict[str, int]:
    return dict.fromkeys(words, 1000)


def spelt(*readings: str | Mapping[str, float], words: Mapping[str, int]) -> str:
    """How characters with these readings are spelt where these words are known."""
    run = [
        Character(tuple({r: 1.0}.items() if isinstance(r, str) else r.items()), start=i, end=i + 1)
        for i, r in enumerate(readings)
    ]
    return spell(run, frequency=lambda word: words.get(word, 0))


def test_a_repeated_symbol_is_one_character_and_two_with_a_blank_between() -> None:
    assert text_of("", "a", "a", "", "b", "") == "ab"
    assert text_of("a", "", "a", "a", "", "", "a") == "aaa"


def test_neighbours_need_no_blank_between() -> None:
    assert text_of("a", "b", "b", "c") == "abc"


@pytest.mark.parametrize("count", [0, 1, 5])
def test_blanks_alone_spell_nothing(count: int) -> None:
    assert characters(columns_of(*[""] * count), ALPHABET) == []


def test_a_character_keeps_its_other_readings_the_likeliest_first() -> None:
    (character,) = characters(columns_of({"l": 0.55, "i": 0.3, "": 0.14, "o": 0.01}, {"l": 0.6, "i": 0.4}), ALPHABET)
    assert [text for text, _ in character.readings] == ["l", "i"]
    assert [p for _, p in character.readings] == pytest.approx([0.6, 0.4])
    assert (character.text, character.start, character.end) == ("l", 0, 2)


def test_no_more_readings_are_kept_than_are_worth_trying() -> None:
    even = dict.fromkeys("abcdeilo", 0.125)
    (character,) = characters(columns_of(even), ALPHABET)
    assert 1 < len(character.readings) <= MOST_ALTERNATIVES + 1
    assert all(p >= LEAST_ALTERNATIVE for _, p in character.readings)


def test_spaces_part_words_and_are_none() -> None:
    line = read_line(characters(columns_of(*" ab  c "), ALPHABET), columns=7, frequency=lambda _: 0)
    assert [word.text for word in line] == ["ab", "c"]


def test_words_lie_where_their_characters_are() -> None:
    spread = ["", "", "a", "b", "", "", " ", "", "c", ""]
    first, second = read_line(characters(columns_of(*spread), ALPHABET), columns=10, frequency=lambda _: 0)
    assert (first.start, first.end) == pytest.approx((0.1, 0.5))
    assert (second.start, second.end) == pytest.approx((0.7, 1.0))


@given(
    symbols=st.lists(st.sampled_from(ALPHABET), min_size=1, max_size=40), padding=st.integers(min_value=0, max_value=39)
)
def test_words_stand_in_order_within_the_line(symbols: list[str], padding: int) -> None:
    columns = max(1, len(symbols) - padding)
    line = read_line(characters(columns_of(*symbols), ALPHABET), columns=columns, frequency=lambda _: 0)
    assert [w.start for w in line] == sorted(w.start for w in line)
    assert all(0 <= word.start <= word.end <= 1 for word in line)
    collapsed = "".join(symbol for symbol, _ in itertools.groupby(symbols))
    assert [word.text for word in line] == collapsed.split()


def test_a_word_is_as_sure_as_its_least_sure_character() -> None:
    (word,) = read_line(
        characters(columns_of("a", {"b": 0.7, "d": 0.3}, "c"), ALPHABET), columns=3, frequency=lambda _: 0
    )
    assert word.confidence == pytest.approx(0.7)


DOUBTFUL_L = {"i": 0.6, "l": 0.4}


def test_a_word_that_exists_is_taken_for_one_that_does_not() -> None:
    assert spelt(*"tota", DOUBTFUL_L, words=known("total")) == "total"


def test_marks_around_a_word_stay() -> None:
    letters = characters(columns_of(*"tota", DOUBTFUL_L), ALPHABET)
    line = read_line([*letters, Character(((":", 0.6), (".", 0.4)), 5, 6)], columns=6, frequency=lambda w: w == "total")
    assert [word.text for word in line] == ["total:"]


def test_a_word_that_exists_stays() -> None:
    assert spelt(*"ta", {"i": 0.5, "l": 0.5}, "l", words=known("tail", "tall")) == "tail"


def test_a_word_without_doubt_stays_though_nobody_knows_it() -> None:
    assert spelt(*"tota", {"i": 0.99, "l": 0.01}, words=known("total")) == "totai"


def test_the_commoner_of_two_words_is_taken_where_they_are_as_likely() -> None:
    readings = [*"co", {"0": 0.4, "e": 0.3, "d": 0.3}]
    assert spelt(*readings, words={"coe": 30, "cod": 30_000}) == "cod"
    assert spelt(*readings, words={"coe": 30_000, "cod": 30}) == "coe"


def test_mostly_digits_are_all_digits() -> None:
    assert spelt(*"15", {"O": 0.6, "0": 0.4}, words={}) == "150"
    assert spelt({"l": 0.5, "1": 0.45}, *"05", words={}) == "105"


def test_an_identifier_of_letters_and_digits_stays() -> None:
    assert spelt(*"abc", {"O": 0.6, "0": 0.4}, *"15", words={}) == "abcO15"


def test_short_words_are_not_looked_up() -> None:
    assert spelt("t", {"0": 0.6, "o": 0.4}, words=known("to")) == "t0"


@pytest.mark.parametrize(("share", "expected"), [(1.05, "total"), (0.95, "totai")])
def test_no_spelling_is_taken_that_is_too_unlikely(share: float, expected: str) -> None:
    least = 0.9 * LEAST_LIKELY * share
    assert spelt(*"tota", {"i": 0.9, "l": least}, words=known("total")) == expected


def test_a_word_with_too_many_spellings_stays_as_it_is_read() -> None:
    doubtful = {"a": 0.3, "b": 0.2, "c": 0.2, "d": 0.2}
    assert spelt(*[doubtful] * 4, words=known("bbbb")) == "bbbb"
    assert spelt(*[doubtful] * 5, words=known("bbbbb")) == "aaaaa"


@st.composite
def doubtful_runs(draw: st.DrawFn) -> list[Character]:
    run = []
    for i in range(draw(st.integers(1, 6))):
        symbols = draw(st.lists(st.sampled_from("ailoO015"), min_size=1, max_size=4, unique=True))
        weights = sorted((draw(st.floats(0.02, 1.0)) for _ in symbols), reverse=True)
        run.append(Character(tuple(zip(symbols, weights, strict=True)), i, i + 1))
    return run


@given(run=doubtful_runs(), data=st.data())
def test_what_is_spelt_is_made_of_the_readings(run: list[Character], data: st.DataObject) -> None:
    every = ["".join(chosen) for chosen in itertools.product(*([text for text, _ in c.readings] for c in run))]
    words = data.draw(st.sets(st.sampled_from(every), max_size=3))
    read = "".join(character.text for character in run)
    taken = spell(run, frequency=lambda word: 500 if word in words else 0)
    assert taken in every
    assert taken == read or taken in words or taken.isdigit()
    assert taken == read or dict(spellings(run))[taken] >= LEAST_LIKELY * dict(spellings(run))[read]


def paths_to(text: str, columns: NDArray[np.float64], alphabet: Sequence[str]) -> float:
    """The probability of the text by adding up all ways to spell it."""
    found = 0.0
    for path in itertools.product(range(len(alphabet)), repeat=len(columns)):
        kept = [symbol for symbol, _ in itertools.groupby(path) if symbol]
        if "".join(alphabet[symbol] for symbol in kept) == text:
            found += math.prod(column[symbol] for column, symbol in zip(columns, path, strict=True))
    return found


def test_a_text_is_as_likely_as_all_ways_to_spell_it_together() -> None:
    alphabet = ["", "a", "b"]
    places = {symbol: place for place, symbol in enumerate(alphabet)}
    columns = np.random.default_rng(3).dirichlet([1.0, 1.0, 1.0], 5)
    texts = ["a", "ab", "aa", "aab", "ba", "bab"]
    likely = np.exp(log_likelihoods(np.log(columns), texts, places))
    assert likely == pytest.approx([paths_to(text, columns, alphabet) for text in texts])


def test_a_text_that_the_columns_are_too_few_for_is_impossible() -> None:
    assert log_likelihoods(np.log(np.full((2, 3), 1 / 3)), ["aa", "ab"], {"a": 1, "b": 2})[0] == -np.inf
