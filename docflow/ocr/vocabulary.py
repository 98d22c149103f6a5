"""The words of a language with how common each is, and those of them that a hardly read word may be."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
import wordfreq
from numpy.typing import NDArray

FEWEST_LETTERS = 5
"""Shorter words are too much like each other to be told apart by what is seen of them."""

RAREST = 2e-7
"""How often a word has to come in a text of the language. With 1e-6, the tuning half's photographs have a word F1 of
0.891 for 0.895 and half as large of 0.776 for 0.789, and the words take a third of the memory."""

BUSINESS_WORD = 1e-5
"""How often a word of business documents comes at least: they are written of invoices, not of the world."""

LONGER = 2
"""Letters that a word may have more or less than what was read."""

MOST = 100
"""Words that are looked at more closely. With 24, the tuning half's photographs lose 0.001 of word F1, and 0.009 where
they are half as large."""

PARTS = 4
"""Of a word, from left to right, whose letters are looked for each in its part of the columns."""

MARGIN = 0.4
"""By how much of a part its columns reach into its neighbours: letters are not equally wide."""

LEAST_SEEN = 1e-4
"""Probability of a letter that is not seen at all: readers are surer than they are right."""


@dataclass(frozen=True, slots=True)
class WordsOfLength:
    """Words with as many letters: the place of each letter among those that are looked for, and log frequencies."""

    words: tuple[str, ...]
    places: NDArray[np.uint16]
    log_frequencies: NDArray[np.float32]

    @classmethod
    def of(cls, frequencies: Mapping[str, float], *, letters: Sequence[str]) -> Self:
        """The words of one length with how often they come; `letters` are those of all words, in order."""
        words = tuple(frequencies)
        length = len(words[0])
        written = np.array(words)[:, None].view("U1")
        parts = np.arange(length) * PARTS // length
        places = np.searchsorted(letters, written) + len(letters) * parts
        return cls(words, places.astype(np.uint16), np.log(np.fromiter(frequencies.values(), np.float32, len(words))))


class Vocabulary:
    """The words of one language, in small letters, with how often each comes: shares of a text's words."""

    def __init__(self, frequencies: Mapping[str, float]) -> None:
        self._letters = sorted(set().union(*frequencies))
        by_length: dict[int, dict[str, float]] = defaultdict(dict)
        for word, frequency in frequencies.items():
            by_length[len(word)][word] = frequency
        self._of_length = {n: WordsOfLength.of(found, letters=self._letters) for n, found in by_length.items()}

    def like(
        self, columns: NDArray[np.floating[Any]], alphabet: Mapping[str, int], *, length: int, weight: float
    ) -> dict[str, float]:
        """Words of about this length whose letters are seen best in these columns, with their log frequencies.

        `columns` x symbols are a word's probabilities, `alphabet` has each symbol's place. Each letter is looked for in
        its part of the columns (`PARTS`), in no order within; how common a word is has this weight.
        """
        seen = self._seen(columns, alphabet)
        scored: list[tuple[float, str, float]] = []
        for count in range(length - LONGER, length + LONGER + 1):
            if (group := self._of_length.get(count)) is None:
                continue
            scores = seen[group.places].sum(axis=1) + weight * group.log_frequencies
            best = np.argsort(-scores)[:MOST]
            scored += [(float(scores[n]), group.words[n], float(group.log_frequencies[n])) for n in best]
        return {word: frequency for _, word, frequency in sorted(scored, reverse=True)[:MOST]}

    def _seen(self, columns: NDArray[np.floating[Any]], alphabet: Mapping[str, int]) -> NDArray[np.float32]:
        """The log of the highest probability of each letter, small or capital, in each part of the columns."""
        width = len(columns) / PARTS
        parts = [
            columns[max(0, round((n - MARGIN) * width)) : max(1, round((n + 1 + MARGIN) * width))].max(axis=0)
            for n in range(PARTS)
        ]
        highest = [
            max((float(part[alphabet[c]]) for c in (letter, letter.upper()) if c in alphabet), default=0.0)
            for part in parts
            for letter in self._letters
        ]
        return np.asarray(np.log(np.add(highest, LEAST_SEEN)), np.float32)


@cache
def vocabulary_of(language: str, also: frozenset[str]) -> Vocabulary:
    """The words of a language (`ru`), and these others that documents are made of; made once, in a second."""
    buckets = wordfreq.read_cBpack(wordfreq.available_languages("large")[language])
    frequencies = {
        word: 10 ** (-place / 100)
        for place, words in enumerate(buckets[: round(-100 * math.log10(RAREST)) + 1])
        for word in words
        if is_word(word)
    }
    for word in filter(is_word, also):
        frequencies[word] = max(frequencies.get(word, 0.0), BUSINESS_WORD)
    return Vocabulary(frequencies)


def is_word(text: str) -> bool:
    """Whether it is long enough, and of letters alone."""
    return len(text) >= FEWEST_LETTERS and text.isalpha()
