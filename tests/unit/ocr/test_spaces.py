"""A space that is in doubt stands where two words are likelier than one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.ocr.ctc import Character, characters, text_of
from docflow.ocr.lexicon import Lexicon
from docflow.ocr.spaces import Parting

ALPHABET = ["", *"abcdefgilmnoprstuvxy0123459#:-/", *"акоплт", " "]


def parted(line: str, *doubts: float, languages: str = "eng") -> list[str]:
    """The words of a line, where `|` is a doubtful space whose probability is next in `doubts`; other spaces are sure.

    A column that is likelier no space is blank.
    """
    matrix = np.zeros((len(line), len(ALPHABET)), np.float32)
    left = iter(doubts)
    for row, symbol in zip(matrix, line, strict=True):
        if symbol == "|":
            space = next(left)
            row[ALPHABET.index(" ")], row[0] = space, 1 - space
        else:
            row[ALPHABET.index(symbol)] = 1.0
    part = Parting(matrix[:, ALPHABET.index(" ")], Lexicon(languages))
    return [text_of(word) for word in part(characters(matrix, ALPHABET))]


def test_two_words_that_were_read_as_one_are_parted() -> None:
    assert parted("tax|invoice", 0.3) == ["tax", "invoice"]


def test_one_word_that_was_read_as_two_is_joined() -> None:
    assert parted("desc|ription", 0.7) == ["description"]


def test_a_word_in_three_pieces_is_one() -> None:
    assert parted("de|script|ion", 0.7, 0.8) == ["description"]


def test_three_words_that_were_read_as_one_are_all_parted() -> None:
    assert parted("total|amount|due", 0.3, 0.3) == ["total", "amount", "due"]


def test_a_sure_space_stays_and_where_there_is_none_nothing_is_parted() -> None:
    assert parted("desc ription") == ["desc", "ription"]
    assert parted("taxinvoice") == ["taxinvoice"]
    assert parted("tax|invoice", 0.001) == ["taxinvoice"]


def test_words_stay_whole_where_they_are_likelier_whole() -> None:
    assert parted("in|formation", 0.3) == ["information"]


def test_a_mark_at_the_seam_keeps_words_apart() -> None:
    assert parted("total:|9", 0.6) == ["total:", "9"]


def test_russian_words_are_parted_as_russian_ones() -> None:
    assert parted("акт|оплата", 0.3, languages="rus") == ["акт", "оплата"]


@pytest.mark.parametrize("languages", ["deu", "eng+deu"])
def test_words_of_other_languages_stay_as_they_are_read(languages: str) -> None:
    assert parted("tax|invoice", 0.3, languages=languages) == ["taxinvoice"]


@given(
    line=st.lists(st.sampled_from([*"atx01:-", " ", "|"]), max_size=12).map("".join),
    doubts=st.lists(st.floats(0.0, 1.0, width=32), min_size=12, max_size=12),
)
def test_nothing_but_spaces_comes_in_or_falls_out(line: str, doubts: list[float]) -> None:
    symbols = "".join(symbol for symbol, _ in itertools.groupby(line.replace("|", "\0")))
    words = parted(line, *doubts)
    assert all(words)
    assert sorted("".join(words)) == sorted(symbols.replace("\0", "").replace(" ", ""))


def test_a_line_without_a_character_has_no_words() -> None:
    part = Parting(np.zeros(3, np.float32), Lexicon("eng"))
    assert part([]) == []
    assert part([Character(((" ", 0.9),), 0, 1)]) == []
