"""What the linear model sees of a text's lines: how they begin, what heads the page, and how long they are.

Words say what a page is about; where they stand says what it is. `To:` at the start of a line makes a letter or a
memorandum, and the same word within one makes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from docflow.classify.features import normalised_lines

if TYPE_CHECKING:
    from sklearn.feature_extraction import FeatureHasher

LAYOUT_VERSION = 1
"""Kept with each linear model, which only fits the lines it was trained on: raise it with any change here."""

PLACED_WORDS = 1 << 15
SHAPES = 1 << 12

HEAD = 8
"""Lines that head a page: the letterhead, the addressee and the subject of most real letters."""

STEP = 12
LONGEST = 7
"""A line's length is told in steps of so many characters, and no further than so many steps."""

MOSTLY_DIGITS = 0.3


def count_layout(texts: Sequence[str]) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """How often each bucket's words in their places, and each bucket's shapes of lines, occur in each text.

    Both are float32: texts x `PLACED_WORDS`, and texts x `SHAPES`.
    """
    if not texts:
        return sp.csr_matrix((0, PLACED_WORDS), dtype=np.float32), sp.csr_matrix((0, SHAPES), dtype=np.float32)
    read = [normalised_lines(text) for text in texts]
    placed = hasher(PLACED_WORDS).transform(list(placed_words(lines)) for lines in read)
    shaped = hasher(SHAPES).transform(list(line_shapes(lines)) for lines in read)
    return placed, shaped


@cache
def hasher(buckets: int) -> FeatureHasher:
    """Counts strings in so many buckets."""
    from sklearn.feature_extraction import FeatureHasher

    return FeatureHasher(buckets, input_type="string", dtype=np.float32, alternate_sign=False)


def placed_words(lines: Sequence[str]) -> Iterator[str]:
    """The first word and the first two words of each line, and every word of the lines that head the page."""
    for number, line in enumerate(lines):
        words = line.split()
        yield f"first {words[0]}"
        yield f"start {' '.join(words[:2])}"
        if number < HEAD:
            yield from (f"head {word}" for word in words)


def line_shapes(lines: Sequence[str]) -> Iterator[str]:
    """The shape of each line, and of each two and three that follow each other."""
    shapes = [shape_of(line) for line in lines]
    for length in (1, 2, 3):
        yield from (" ".join(shapes[end - length : end]) for end in range(length, len(shapes) + 1))


def shape_of(line: str) -> str:
    """How long the line is, and whether it is digits for the most part; in a normalised line, every digit is `0`."""
    kind = "digits" if line.count("0") > MOSTLY_DIGITS * len(line) else "letters"
    return f"{min(len(line) // STEP, LONGEST)} {kind}"
