"""How likely a word's letters follow each other: a model of n-grams, for words that no dictionary has."""

from __future__ import annotations

import gzip
import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Self

ORDER = 5
"""Letters of the longest n-gram. On the tuning half, 4 costs at most 0.0016 of word F1, and 6 gains nothing."""

LEAST_COUNT = 2
"""Occurrences under which an n-gram of two letters or more is left out: half of the file, for at most 0.0009 of F1."""

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

    def __init__(self, following: Mapping[str, str]) -> None:
        self._following = following
        self._counts = lru_cache(maxsize=REMEMBERED)(self._parsed)
        self._probability = lru_cache(maxsize=REMEMBERED)(self._estimate)

    @classmethod
    def learn(cls, words: Mapping[str, float]) -> Self:
        """The model of these words, none with a space, each of which counts so often."""
        counts: dict[str, float] = defaultdict(float)
        for word, weight in words.items():
            framed = f"{START}{normal(word)}{END}"
            for end in range(2, len(framed) + 1):
                for length in range(1, min(ORDER, end) + 1):
                    counts[framed[end - length : end]] += weight
        following: dict[str, list[str]] = defaultdict(list)
        for ngram, count in sorted(counts.items()):
            if round(count) >= (LEAST_COUNT if len(ngram) > 1 else 1):
                following[ngram[:-1]].append(f"{ngram[-1]}{round(count)}")
        return cls({before: " ".join(letters) for before, letters in following.items()})

    @classmethod
    def read(cls, packed: bytes) -> Self:
        """The model that `packed` wrote."""
        lines = gzip.decompress(packed).decode("utf-8").split("\n")
        return cls({before: letters for before, _, letters in (line.partition("\t") for line in lines)})

    def packed(self) -> bytes:
        """The counts as a file, a line for each beginning: the same bytes for the same counts."""
        lines = (f"{before}\t{letters}" for before, letters in self._following.items())
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
            counts = self._counts(before[start:])
            if not counts:
                break
            probability = (counts.get(letter, 0) + len(counts) * probability) / (sum(counts.values()) + len(counts))
        return probability

    def _parsed(self, before: str) -> Mapping[str, int]:
        """How often each letter follows these; taken apart when it is asked for, since few ever are."""
        return {entry[0]: int(entry[1:]) for entry in self._following.get(before, "").split()}


def normal(word: str) -> str:
    """The word in small letters, with one digit for all."""
    return "".join(DIGIT if letter.isdigit() else letter for letter in word.lower())


@cache
def letter_model(language: str) -> LetterModel:
    """The shipped model of one of `SHIPPED`, read once: in 40 milliseconds, and held in 13 MB."""
    return LetterModel.read(files("docflow.ocr").joinpath(file_name(language)).read_bytes())


def file_name(language: str) -> str:
    """The name of a language's counts beside this module."""
    return f"letters.{language}.tsv.gz"
