"""How well a page was read: precision, recall and F1 of its words, and the share of wrong characters."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.ensemble import character_error_rate


@dataclass(frozen=True, slots=True)
class Score:
    """Words as a bag, case ignored, as `benchmarks.corpus.word_f1` counts them; `cer` is None without a true order."""

    precision: float
    recall: float
    f1: float
    cer: float | None


def score(truth: str, read: str, *, is_ordered: bool) -> Score:
    """One page's score."""
    expected, found = (Counter(re.findall(r"\w+", text.lower())) for text in (truth, read))
    common = (expected & found).total()
    precision = common / found.total() if found else float(not expected)
    recall = common / expected.total() if expected else 1.0
    f1 = 2 * common / (expected.total() + found.total()) if expected or found else 1.0
    return Score(precision, recall, f1, character_error_rate(truth, read) if is_ordered else None)


def mean(scores: Sequence[Score]) -> Score:
    """The mean over pages, each counted alike."""
    rates = [s.cer for s in scores if s.cer is not None]
    return Score(
        *(statistics.mean(values) for values in zip(*((s.precision, s.recall, s.f1) for s in scores), strict=True)),
        cer=statistics.mean(rates) if rates else None,
    )
