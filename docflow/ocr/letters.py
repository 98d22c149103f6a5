"""How likely a word's letters follow each other: a model of n-grams, for words that no dictionary has."""

from __future__ import annotations

import gzip
import math
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Self

ORDER = 4
"""Letters of the longest n-gram. On the tuning half's receipts, 4, 5 and 6 differ by 0.0007 of word F1."""

LEAST_COUNT = 2
"""Occurrences under which an n-gram of two letters or more is left out: half of the file, and 0.0006 of word F1."""

SHIPPED = ("eng", "rus")
"""Languages whose counts come with the package; `python -m scripts.letter_models` makes them."""

START, END = "\x02", "\x03"
DIGIT = "0"
"""Every digit: which one it is cannot be told from its neighbours."""

LETTERS = 128
"""Of an alphabet, where nothing is known of a letter."""

REMEMBERED = 1 << 16
"""Letters after others whose probability is kept at hand."""


class LetterModel:
    """The probability of words, by interpolated counts of n-grams (Witten and Bell 1991); case does not matter."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        totals: Counter[str] = Counter()
        types: Counter[str] = Counter()
        for ngram, count in counts.items():
            totals[ngram[:-1]] += count
            types[ngram[:-1]] += 1
        self._totals, self._types = dict(totals), dict(types)
        self._probability = lru_cache(maxsize=REMEMBERED)(self._estimate)

    @classmethod
    def learn(cls, words: Mapping[str, float]) -> Self:
        """The model of these words, each of which counts so often."""
        counts: Counter[str] = Counter()
        for word, weight in words.items():
            framed = f"{START}{normal(word)}{END}"
            for end in range(2, len(framed) + 1):
                for length in range(1, min(ORDER, end) + 1):
                    counts[framed[end - length : end]] += weight  # type: ignore[assignment]
        rounded = {ngram: round(count) for ngram, count in sorted(counts.items())}
        return cls({n: count for n, count in rounded.items() if count >= (LEAST_COUNT if len(n) > 1 else 1)})

    @classmethod
    def read(cls, packed: bytes) -> Self:
        """The model that `packed` wrote."""
        lines = gzip.decompress(packed).decode("utf-8").split("\n")
        return cls({ngram: int(count) for ngram, _, count in (line.rpartition("\t") for line in lines)})

    def packed(self) -> bytes:
        """The counts as a file: the same bytes for the same counts."""
        lines = (f"{ngram}\t{count}" for ngram, count in self._counts.items())
        return gzip.compress("\n".join(lines).encode("utf-8"), 9, mtime=0)

    def log_probability(self, word: str) -> float:
        """The natural logarithm of how likely a word is this one."""
        framed = f"{START}{normal(word)}{END}"
        return sum(
            math.log(self._probability(framed[max(0, end - ORDER + 1) : end], framed[end]))
            for end in range(1, len(framed))
        )

    def _estimate(self, before: str, letter: str) -> float:
        """How likely the letter comes after these, of which the shorter ends smooth the longer."""
        probability = 1 / LETTERS
        for start in range(len(before), -1, -1):
            context = before[start:]
            if context not in self._totals:
                break
            types = self._types[context]
            found = self._counts.get(context + letter, 0)
            probability = (found + types * probability) / (self._totals[context] + types)
        return probability


def normal(word: str) -> str:
    """The word in small letters, with one digit for all."""
    return "".join(DIGIT if letter.isdigit() else letter for letter in word.lower())


@cache
def letter_model(language: str) -> LetterModel:
    """The shipped model of one of `SHIPPED`, read once: in 60 milliseconds."""
    return LetterModel.read(files("docflow.ocr").joinpath(file_name(language)).read_bytes())


def file_name(language: str) -> str:
    """The name of a language's counts beside this module."""
    return f"letters.{language}.tsv.gz"
