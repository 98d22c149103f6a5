"""How far a figure could be off by chance: percentile bootstrap over the documents (Efron 1979)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """A share of `count` documents with the interval that holds 95 % of what resampling gives; all from 0 to 1.

    Documents are drawn one by one. Where many come from one source, which they do in most archives, the truth about
    other sources lies further off than this interval says.
    """

    value: float
    low: float
    high: float
    count: int


def accuracy_figure(right: Sequence[bool], *, seed: int = 0) -> Figure:
    """The share that is right."""
    return _figure(np.asarray(right, dtype=float), np.zeros(len(right), dtype=np.intp), seed=seed)


def macro_figure(right: Sequence[bool], labels: Sequence[str], *, seed: int = 0) -> Figure:
    """The mean over the labels of the share that is right; a resample lacks a label where none of it was drawn."""
    return _figure(np.asarray(right, dtype=float), np.unique(np.asarray(labels), return_inverse=True)[1], seed=seed)


def _figure(right: NDArray[np.float64], groups: NDArray[np.intp], *, seed: int) -> Figure:
    if not len(right):
        return Figure(0.0, 0.0, 1.0, 0)
    rng = np.random.default_rng(seed)
    drawn = (rng.integers(len(right), size=len(right)) for _ in range(RESAMPLES))
    values = [_mean_of_groups(right[rows], groups[rows]) for rows in drawn]
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(_mean_of_groups(right, groups), float(low), float(high), len(right))


def _mean_of_groups(right: NDArray[np.float64], groups: NDArray[np.intp]) -> float:
    counts = np.bincount(groups)
    present = counts > 0
    return float((np.bincount(groups, weights=right)[present] / counts[present]).mean())
