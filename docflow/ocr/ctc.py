"""What a CTC recogniser's probabilities spell: characters with their alternatives, and words in their place.

Connectionist temporal classification (Graves et al. 2006) gives each column of a line a probability per symbol, the
first symbol being blank; a symbol that repeats without a blank between is one character.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.ocr.engine import ReadLine, ReadWord

BLANK = 0

LEAST_ALTERNATIVE = 0.02
"""Probability from which another reading of a character is kept."""

MOST_ALTERNATIVES = 5

SURE = 0.98
"""Probability from which a character is not doubted."""

MOST_SPELLINGS = 512
"""Spellings of one word that are tried; a word with more is left as it is read."""

LEAST_LIKELY = 0.02
"""How likely a known spelling has to be against the one read, for it to be taken. Word F1 of receipts went from 0.954
to 0.961 with it (docs/benchmarks.md), and is the same for 0.2 and 0.005."""

FEWEST_LETTERS = 3
MOSTLY = 0.6
"""Share of digits from which a word is taken for a number."""

WordFrequency = Callable[[str], int]
"""How common a word is; 0 where it is not known."""


@dataclass(frozen=True, slots=True)
class Character:
    """One character: its readings with their probabilities, the likeliest first, and its columns."""

    readings: tuple[tuple[str, float], ...]
    start: int
    end: int

    @property
    def text(self) -> str:
        """The likeliest reading."""
        return self.readings[0][0]

    @property
    def probability(self) -> float:
        """The probability of the likeliest reading."""
        return self.readings[0][1]


Respell = Callable[[Sequence[Character]], str]
"""What the word of these characters says."""

Part = Callable[[Sequence[Character]], Iterable[list[Character]]]
"""The words of a line's characters."""


def characters(probabilities: NDArray[np.floating[Any]], alphabet: Sequence[str]) -> list[Character]:
    """The characters that columns x symbols of probabilities spell; `alphabet` has the symbols' texts."""
    best = probabilities.argmax(axis=1)
    edges = np.flatnonzero(np.diff(best, prepend=-1, append=-1))
    found = []
    for start, end in itertools.pairwise(edges.tolist()):
        if best[start] == BLANK:
            continue
        peak = probabilities[start:end].max(axis=0)
        order = np.argsort(-peak)[: MOST_ALTERNATIVES + 1].tolist()
        readings = [(alphabet[s], float(peak[s])) for s in order if s != BLANK and peak[s] >= LEAST_ALTERNATIVE]
        if readings:
            found.append(Character(tuple(readings), start, end))
    return found


def text_of(spelt: Sequence[Character]) -> str:
    """The likeliest readings, one after another."""
    return "".join(character.text for character in spelt)


def split_at_spaces(spelt: Sequence[Character]) -> Iterator[list[Character]]:
    """The characters between spaces."""
    for is_space, group in itertools.groupby(spelt, key=lambda character: character.text == " "):
        if not is_space:
            yield list(group)


def read_line(
    spelt: Sequence[Character],
    *,
    columns: int,
    frequency: WordFrequency,
    part: Part = split_at_spaces,
    respell: Respell = text_of,
) -> ReadLine:
    """The words of a line of so many columns, doubtful ones as they are most likely spelt.

    A word that the lexicon leaves as it is read goes to `respell`, a known one too.
    """
    return tuple(word_of(group, columns=columns, frequency=frequency, respell=respell) for group in part(spelt))


def word_of(
    group: Sequence[Character], *, columns: int, frequency: WordFrequency, respell: Respell = text_of
) -> ReadWord:
    """One word: its text, its place, and the probability of its least certain character."""
    text = "".join(spell(run, frequency=frequency) for run in runs(group))
    if text == text_of(group):
        text = respell(group)
    return ReadWord(
        text=text,
        start=min(1.0, max(0.0, (group[0].start - 1) / columns)),
        end=min(1.0, (group[-1].end + 1) / columns),
        confidence=min(character.probability for character in group),
    )


def runs(group: Sequence[Character]) -> Iterator[list[Character]]:
    """The stretches of letters and digits, and those of other marks."""
    for _, run in itertools.groupby(group, key=lambda character: character.text.isalnum()):
        yield list(run)


def spell(run: Sequence[Character], *, frequency: WordFrequency) -> str:
    """The text of a stretch: as it is read, or a word or a number that its characters may as well be.

    A stretch that is known, or without doubt, stays. Otherwise the likeliest spelling is taken that is a known word, or
    all digits where most of it is digits.
    """
    read = text_of(run)
    doubtful = any(character.probability < SURE for character in run)
    if not doubtful or len(read) < 2 or not read[0].isalnum() or frequency(read):
        return read
    likely = LEAST_LIKELY * math.prod(character.probability for character in run)
    is_number = sum(letter.isdigit() for letter in read) >= MOSTLY * len(read)
    best, most = read, 0.0
    for spelling, probability in spellings(run):
        known = frequency(spelling) if len(spelling) >= FEWEST_LETTERS else 0
        weight = probability * (1 + math.log10(known + 1))
        if probability >= likely and weight > most and (known or (is_number and spelling.isdigit())):
            best, most = spelling, weight
    return best


def spellings(run: Sequence[Character]) -> Iterator[tuple[str, float]]:
    """Every text that the stretch may be, with its probability; none where there are too many."""
    options = [
        [reading for reading in c.readings if reading[0].isalnum()] if c.probability < SURE else [c.readings[0]]
        for c in run
    ]
    if math.prod(len(option) for option in options) > MOST_SPELLINGS:
        return
    for chosen in itertools.product(*options):
        yield "".join(text for text, _ in chosen), math.prod(probability for _, probability in chosen)


def log_likelihoods(
    columns: NDArray[np.floating[Any]], texts: Sequence[str], alphabet: Mapping[str, int]
) -> NDArray[np.float64]:
    """How likely the columns (log probabilities, columns x symbols) spell each text, as natural logarithms.

    The forward algorithm of Graves et al. (2006), for all texts at once. Every character has to be in the `alphabet`.
    """
    most = 2 * max(map(len, texts)) + 1
    symbols = np.full((len(texts), most), BLANK)
    for row, text in zip(symbols, texts, strict=True):
        row[1 : 2 * len(text) : 2] = [alphabet[character] for character in text]
    # A character may follow the one before without a blank between, unless it is the same.
    repeats = np.ones_like(symbols, bool)
    repeats[:, 3::2] = symbols[:, 3::2] == symbols[:, 1:-2:2]
    likely = np.full(symbols.shape, -np.inf)
    likely[:, :2] = columns[0][symbols[:, :2]]
    for column in columns[1:]:
        before = np.pad(likely, ((0, 0), (2, 0)), constant_values=-np.inf)
        skipped = np.where(repeats, -np.inf, before[:, :-2])
        likely = np.logaddexp(np.logaddexp(likely, before[:, 1:-1]), skipped) + column[symbols]
    ends = 2 * np.array([len(text) for text in texts])
    rows = np.arange(len(texts))
    return np.asarray(np.logaddexp(likely[rows, ends], likely[rows, ends - 1]))
