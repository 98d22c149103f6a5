"""Text is told from what no writer would write, in both scripts and without a dictionary."""

import time

import pytest

from docflow.types import Box, Word
from docflow.wordlike import is_wordlike, vowel_share, wordlike_share

BOX = Box(0, 0, 1, 1)


@pytest.mark.parametrize(
    "word", ["letter", "Letter", "LETTER", "1,250.00", "12.03.2024", "10kg", "don't", "well-known", "Договор", "ИНН"]
)
def test_what_a_writer_would_write_is_wordlike(word: str) -> None:
    assert is_wordlike(word)


@pytest.mark.parametrize("word", ["ЕМСТ1$Н", "xjb^bq", "tHiNgS", "догоvоr", "strngth", "a1b2c3d4"])
def test_what_nobody_would_write_is_not(word: str) -> None:
    assert not is_wordlike(word)


def test_the_share_of_wordlike_text_is_weighted_by_length_and_signs_alone_do_not_count() -> None:
    words = [Word(text, BOX, 1.0) for text in ("letter,", "—", "xj")]
    assert wordlike_share(words) == 1.0
    assert wordlike_share([*words, Word("xjb^bqkw", BOX, 1.0)]) == pytest.approx(8 / 16)
    assert wordlike_share([]) == 0.0


def test_vowels_are_not_counted_where_letters_are_few() -> None:
    assert vowel_share({"b": 50, "a": 10}) == 1.0
    assert vowel_share({"b": 150, "a": 50}) == 0.25


def test_a_word_of_many_signs_is_bared_in_no_time() -> None:
    began = time.process_time()
    signs = "+=" * 20_000
    words = [Word(text, BOX, 1.0) for text in (f"a{signs}a", f"{signs}letter{signs}", signs)]
    assert wordlike_share(words) == pytest.approx(6 / 40_008)
    assert time.process_time() - began < 1.0
