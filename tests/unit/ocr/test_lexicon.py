"""Words are known by language, and those of business documents in any."""

from __future__ import annotations

import pytest

from docflow.ocr.letters import letter_model
from docflow.ocr.lexicon import BUSINESS_WORD, RARE, Lexicon, lexicon_of


def test_common_words_are_known_in_their_own_language_only() -> None:
    english, russian = Lexicon("eng"), Lexicon("rus")
    assert english.frequency("between") >= RARE
    assert russian.frequency("между") >= RARE
    assert english.frequency("между") == russian.frequency("between") == 0


def test_several_languages_know_the_words_of_each() -> None:
    both = lexicon_of("eng+rus")
    assert both.frequency("between") == Lexicon("eng").frequency("between")
    assert both.frequency("между") == Lexicon("rus").frequency("между")


@pytest.mark.parametrize("word", ["between", "Between", "BETWEEN"])
def test_case_does_not_matter(word: str) -> None:
    assert Lexicon("eng").frequency(word) == Lexicon("eng").frequency("between") > 0


@pytest.mark.parametrize("languages", ["eng", "rus", "fin", "script/Cyrillic", "eng+fin"])
@pytest.mark.parametrize("word", ["gst", "IBAN", "инн", "КПП", "накладная"])
def test_business_words_are_known_in_every_language(languages: str, word: str) -> None:
    assert Lexicon(languages).frequency(word) == BUSINESS_WORD


def test_a_language_without_a_dictionary_knows_business_words_only() -> None:
    assert Lexicon("fin").frequency("between") == 0


@pytest.mark.parametrize("word", ["totai", "qqxz", "", "12345", "а1б2"])
def test_what_is_no_word_is_not_known(word: str) -> None:
    assert lexicon_of("eng+rus").frequency(word) == 0


def test_a_lexicon_is_made_once() -> None:
    assert lexicon_of("eng") is lexicon_of("eng")


@pytest.mark.parametrize(
    ("languages", "word", "language"),
    [
        ("eng", "jalan", "eng"),
        ("rus", "оплата", "rus"),
        ("rus", "2024", "rus"),
        ("eng+rus", "jalan", "eng"),
        ("eng+rus", "оплата", "rus"),
    ],
)
def test_letters_follow_each_other_as_in_the_language_of_the_word(languages: str, word: str, language: str) -> None:
    assert Lexicon(languages).letters(word) is letter_model(language)


@pytest.mark.parametrize(("languages", "word"), [("deu", "jalan"), ("eng+deu", "jalan"), ("eng+rus", "2024")])
def test_nothing_is_said_of_a_word_that_may_be_of_several_languages(languages: str, word: str) -> None:
    assert Lexicon(languages).letters(word) is None
