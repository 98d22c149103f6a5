"""The columns that drift is looked for in: few and robust, of what is stored of a document, and never its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from docflow.types import UNKNOWN

QUANTILES = (0.2, 0.4, 0.6, 0.8)
"""Of the reference, where numbers are parted: five bins of a fifth each. They are the same for a number's logarithm."""

MOST_NAMES = 9
"""Names that have a bin of their own, the reference's most frequent ones. Many bins hide drift in their noise."""

LEAST_EXPECTED = 5
"""Documents of a name to be expected in the smaller window, for it to have a bin of its own (Cochran's rule)."""

BLOCKS = 10
"""Of the reference, one after the other, to see how far what comes together is alike."""

OTHERS, NONE = "others", "none"


@dataclass(frozen=True, slots=True)
class Observation:
    """What is looked at of one answered document, each attribute a column.

    `confidence`, the answer's, and `ocr_confidence` run from 0 to 1. The latter is None for a text without words, and
    `grade` where the text was not graded. `length` is the text's, in characters.
    """

    label: str
    confidence: float
    ocr_confidence: float | None
    length: int
    language: str
    grade: str | None
    pages: int

    @property
    def is_unknown(self) -> str:
        """Whether the model could not name the document's kind."""
        return "yes" if self.label == UNKNOWN else "no"


class Column(StrEnum):
    """The columns, by the names of an observation's attributes."""

    LABEL = "label"
    IS_UNKNOWN = "is_unknown"
    CONFIDENCE = "confidence"
    OCR_CONFIDENCE = "ocr_confidence"
    LENGTH = "length"
    LANGUAGE = "language"
    GRADE = "grade"
    PAGES = "pages"


NUMBERS = frozenset({Column.CONFIDENCE, Column.OCR_CONFIDENCE, Column.LENGTH, Column.PAGES})


@dataclass(frozen=True, slots=True)
class Binned:
    """One column of both windows: each document's bin, by name."""

    reference: list[str]
    current: list[str]

    @property
    def bins(self) -> int:
        """How many bins there is a document in."""
        return len({*self.reference, *self.current})

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many documents each window has in each bin: the reference's, and below them the current ones."""
        names = list(dict.fromkeys([*self.reference, *self.current]))
        found = [Counter(window) for window in (self.reference, self.current)]
        return np.array([[counted[name] for name in names] for counted in found])

    @property
    def design_effect(self) -> float:
        """By how much more the reference's blocks differ than if documents came independently; 1 at least.

        Documents come in batches that have much in common, so that windows differ by chance more than as many single
        ones would. It is the design effect of Rao and Scott (1981): Pearson's statistic for equal blocks, over its
        degrees of freedom. Of batches that are nearly as long as a block it shows a part.
        """
        names = {name: row for row, name in enumerate(dict.fromkeys(self.reference))}
        if len(names) == 1:
            return 1.0
        blocks = np.array_split([names[name] for name in self.reference], BLOCKS)
        found = np.array([np.bincount(block, minlength=len(names)) for block in blocks])
        expected = np.outer(found.sum(axis=1), found.sum(axis=0)) / found.sum()
        return max(1.0, float(((found - expected) ** 2 / expected).sum() / ((BLOCKS - 1) * (len(names) - 1))))


def binned(reference: Sequence[Observation], current: Sequence[Observation]) -> dict[Column, Binned]:
    """Every column of both windows, in bins that the reference decides; each window has ten documents at least."""
    least = LEAST_EXPECTED * max(1.0, len(reference) / len(current))
    found = {}
    for column in Column:
        before, now = ([getattr(one, column) for one in window] for window in (reference, current))
        bin_of = quantile_bins(before) if column in NUMBERS else name_bins(before, least=least)
        found[column] = Binned([bin_of(value) for value in before], [bin_of(value) for value in now])
    return found


def quantile_bins(reference: Sequence[float | None]) -> Callable[[float | None], str]:
    """What names a number's bin between the reference's quantiles; equal ones are one."""
    known = [value for value in reference if value is not None]
    edges = np.unique(np.quantile(known, QUANTILES, method="inverted_cdf")) if known else np.empty(0)
    bounds = [*(f"≤ {edge:.4g}" for edge in edges), f"> {edges[-1]:.4g}" if known else "some"]
    names = [f"{place}: {bound}" for place, bound in enumerate(bounds, start=1)]

    def bin_of(value: float | None) -> str:
        return NONE if value is None else names[int(np.searchsorted(edges, value))]

    return bin_of


def name_bins(reference: Sequence[str | None], *, least: float) -> Callable[[str | None], str]:
    """What names a name's bin: itself where the reference has it so many times at least, and it is among the first."""
    frequent = {name for name, count in Counter(reference).most_common(MOST_NAMES) if count >= least}

    def bin_of(name: str | None) -> str:
        return NONE if name is None else name if name in frequent else OTHERS

    return bin_of
