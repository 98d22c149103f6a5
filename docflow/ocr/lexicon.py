"""Which words there are: general ones by language, and those that business documents are made of."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from spellchecker import SpellChecker

from docflow.ocr.letters import SHIPPED, LetterModel, letter_model
from docflow.ocr.script import language_of
from docflow.ocr.vocabulary import Vocabulary, vocabulary_of

DICTIONARIES = {"eng": "en", "rus": "ru", "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl"}
"""pyspellchecker's word lists by Tesseract's language codes; a language that is not here has business words only."""

RARE = 20
"""Occurrences in the dictionary's corpus under which a word is as likely a misreading."""

BUSINESS_WORD = 1000
"""How common a word of `words.txt` counts."""


class Lexicon:
    """The words of some languages; case does not matter."""

    def __init__(self, languages: str) -> None:
        self._languages = languages
        self._dictionaries = [_dictionary(DICTIONARIES[c]) for c in languages.split("+") if c in DICTIONARIES]

    def frequency(self, word: str) -> int:
        """How common a word is, for comparison with others only; 0 for one that is rare or not known."""
        lower = word.lower()
        if lower in business_words():
            return BUSINESS_WORD
        most = max((dictionary.get(lower, 0) for dictionary in self._dictionaries), default=0)
        return most if most >= RARE else 0

    def letters(self, word: str) -> LetterModel | None:
        """How the letters of the word's language follow each other; None where it may be of several, or of another."""
        language = language_of(word, languages=self._languages)
        return letter_model(language) if language in SHIPPED else None

    def vocabulary(self, word: str) -> Vocabulary | None:
        """The common words of the word's language; None where `letters` is."""
        language = language_of(word, languages=self._languages)
        if language not in SHIPPED:
            return None
        return vocabulary_of(DICTIONARIES[language], business_words_in(language))


@cache
def lexicon_of(languages: str) -> Lexicon:
    """The lexicon of `eng+rus`, made once."""
    return Lexicon(languages)


@cache
def _dictionary(language: str) -> dict[str, int]:
    words: dict[str, int] = SpellChecker(language=language).word_frequency.dictionary
    return words


@cache
def business_words() -> frozenset[str]:
    """The words of business documents, in small letters."""
    return frozenset(files("docflow.ocr").joinpath("words.txt").read_text(encoding="utf-8").split())


@cache
def business_words_in(language: str) -> frozenset[str]:
    """Those in the script of this language of `SHIPPED`."""
    return frozenset(word for word in business_words() if language_of(word, languages="+".join(SHIPPED)) == language)
