"""What the network's scores say: the best path of CTC, with where each word stands and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docflow.ocr.engine import ReadLine, ReadWord
from docflow.ocr.recogniser.alphabet import ALPHABET

BLANK = 0


@dataclass(frozen=True, slots=True)
class _Letter:
    character: str
    start: int
    end: int
    probability: float


def text_of(scores: NDArray[np.float32]) -> str:
    """The text of one line's scores (steps x classes): best class a step, repeats merged, blanks left out."""
    best = scores.argmax(axis=1)
    kept = best[(best != BLANK) & (np.diff(best, prepend=-1) != 0)]
    return "".join(ALPHABET[number - 1] for number in kept)


def words_of(scores: NDArray[np.float32], *, steps: int) -> ReadLine:
    """The words of one line, of whose scores (steps x classes) the first `steps` lie over the crop.

    A word reaches from half way to the letter before it to half way to the one after: CTC fires somewhere within a
    letter, not at its edges. Its confidence is the geometric mean of its letters' probabilities.
    """
    letters = _letters(scores[: max(1, steps)])
    words: list[ReadWord] = []
    start = 0
    for end in range(len(letters) + 1):
        if end < len(letters) and letters[end].character != " ":
            continue
        if end > start:
            words.append(_word(letters, start, end, steps=steps))
        start = end + 1
    return tuple(words)


def _letters(scores: NDArray[np.float32]) -> list[_Letter]:
    """The best path's letters with the steps that each fired at, from `start` to before `end`."""
    probabilities = _softmax(scores)
    best = probabilities.argmax(axis=1)
    edges = np.flatnonzero(np.diff(best)) + 1
    runs = zip(np.concatenate(([0], edges)), np.concatenate((edges, [len(best)])), strict=True)
    return [
        _Letter(ALPHABET[best[start] - 1], int(start), int(end), float(probabilities[start:end, best[start]].max()))
        for start, end in runs
        if best[start] != BLANK
    ]


def _word(letters: list[_Letter], start: int, end: int, *, steps: int) -> ReadWord:
    """The letters from `start` to before `end` as one word."""
    inner = letters[start:end]
    left = (letters[start - 1].end + inner[0].start) / 2 if start else inner[0].start - 1
    right = (inner[-1].end + letters[end].start) / 2 if end < len(letters) else inner[-1].end + 1
    confidence = float(np.exp(np.mean(np.log([max(letter.probability, 1e-9) for letter in inner]))))
    return ReadWord(
        text="".join(letter.character for letter in inner),
        start=min(max(left / steps, 0.0), 1.0),
        end=min(max(right / steps, 0.0), 1.0),
        confidence=min(confidence, 1.0),
    )


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
