"""A CTC recogniser's columns as words, with all that is known of the language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.ocr.beam import Respelling
from docflow.ocr.ctc import Character, read_line
from docflow.ocr.engine import ReadLine
from docflow.ocr.known_words import weight_on
from docflow.ocr.lexicon import lexicon_of
from docflow.ocr.spaces import Parting


def words_of(
    spelt: Sequence[Character],
    probabilities: NDArray[np.floating[Any]],
    *,
    alphabet: Sequence[str],
    columns: int,
    languages: str,
) -> ReadLine:
    """The words of a line, parted and spelt as is likely in these languages.

    `spelt` are the characters that its `probabilities` (columns x symbols) spell by themselves; of the columns, the
    first so many are the line, and the rest padding.
    """
    lexicon = lexicon_of(languages)
    return read_line(
        spelt,
        columns=columns,
        frequency=lexicon.frequency,
        part=Parting(probabilities[:, alphabet.index(" ")], lexicon),
        respell=Respelling(probabilities, alphabet, lexicon, weight_on(spelt)),
    )
