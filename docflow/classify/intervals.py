"""How far a figure could be off by chance: bootstrap over whole sources, whose documents stand and fall together.

Percentiles are expanded, since few sources say less than their resamples look like (Hesterberg 2015). Where resamples
do not differ, as where all is right or there is one source, they say nothing: the interval is Wilson's (1927) then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
LEVEL = 0.95
SAME = 1e-9
"""Width under which resamples differ by rounding alone."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A share of `count` documents of so many `sources`, with its 95 % interval; all from 0 to 1.

    The interval is for documents of sources like these; near duplicates are of one source.
    """

    value: float
    low: float
    high: float
    count: int
    sources: int


def accuracy_figure(right: Sequence[bool], *, sources: Sequence[int] | None = None, seed: int = 0) -> Figure:
    """The share that is right; `sources` numbers the documents' sources, each its own where it is None."""
    return macro_figure(right, [""] * len(right), sources=sources, seed=seed)


def macro_figure(
    right: Sequence[bool], labels: Sequence[str], *, sources: Sequence[int] | None = None, seed: int = 0
) -> Figure:
    """The mean over the labels of the share that is right; a resample lacks a label where none of it was drawn."""
    if not len(right):
        return Figure(0.0, 0.0, 1.0, 0, 0)
    places = np.unique(range(len(right)) if sources is None else sources, return_inverse=True)[1]
    columns = np.unique(np.asarray(labels), return_inverse=True)[1]
    shape = (int(places.max()) + 1, int(columns.max()) + 1)
    documents, hits = np.zeros(shape), np.zeros(shape)
    np.add.at(documents, (places, columns), 1)
    np.add.at(hits, (places, columns), np.asarray(right, dtype=float))
    value = float(_mean_shares(hits.sum(axis=0), documents.sum(axis=0)))
    low, high = _resampled(hits, documents, seed=seed) if shape[0] > 1 else (value, value)
    if high - low < SAME:
        low, high = wilson(value, count=_evidence((documents > 0).sum(axis=0)))
    return Figure(value, low, high, len(right), shape[0])


def wilson(share: float, *, count: float) -> tuple[float, float]:
    """The bounds of a share that was measured on so many independent cases; never without width."""
    from scipy.stats import norm

    z = float(norm.ppf((1 + LEVEL) / 2))
    middle = share + z**2 / (2 * count)
    reach = z * float(np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)))
    whole = 1 + z**2 / count
    return min(share, max(0.0, (middle - reach) / whole)), max(share, min(1.0, (middle + reach) / whole))


def expanded(level: float, *, count: int) -> float:
    """The percentile of resamples of so many sources that says what this one would of many; two sources at least."""
    from scipy.stats import norm, t

    return float(norm.cdf(np.sqrt(count / (count - 1)) * t.ppf(level, count - 1)))


def _resampled(hits: NDArray[np.float64], documents: NDArray[np.float64], *, seed: int) -> tuple[float, float]:
    """The bounds that resamples of the rows give: sources x labels, how many are right and how many there are."""
    count = len(documents)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    raised = expanded((1 + LEVEL) / 2, count=count)
    low, high = np.quantile(_mean_shares(drawn @ hits, drawn @ documents), [1 - raised, raised])
    return float(low), float(high)


def _mean_shares(hits: NDArray[np.float64], documents: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over the last axis of the shares, without what there are no documents of."""
    present = documents > 0
    means: NDArray[np.float64] = (hits / np.where(present, documents, 1)).sum(axis=-1) / present.sum(axis=-1)
    return means


def _evidence(sources: NDArray[np.intp]) -> float:
    """Independent cases that say as much of one share as these sources, by label, say of the mean over the labels."""
    return float(len(sources) ** 2 / (1 / sources).sum())
