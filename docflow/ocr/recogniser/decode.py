"""The network's scores as text, the plain way: what training and its figures go by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from docflow.ocr.ctc import BLANK
from docflow.ocr.recogniser.alphabet import ALPHABET


def text_of(scores: NDArray[np.float32]) -> str:
    """The text of one line's scores (steps x classes): best class a step, repeats merged, blanks left out."""
    best = scores.argmax(axis=1)
    kept = best[(best != BLANK) & (np.diff(best, prepend=-1) != 0)]
    return "".join(ALPHABET[number - 1] for number in kept)


def probabilities_of(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """The scores (steps x classes) as probabilities: their softmax."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
