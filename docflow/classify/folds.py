"""Folds to calibrate and judge by: sources are whole in them, except for labels that have too few sources for that."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

FOLDS = 3

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
"""The rows to fit on, and those to judge on."""


@dataclass(frozen=True, eq=False)
class Split:
    """Folds in which every row is judged once; `kind` is `grouped`, `partly grouped` or `plain`.

    `plain_labels` are those whose documents are parted one by one: a model that judges them has seen others of their
    source.
    """

    folds: tuple[Fold, ...]
    kind: str
    plain_labels: tuple[str, ...] = ()

    def described(self, *, is_first_alone: bool = False) -> dict[str, Any]:
        """The kind, whether the first fold alone was used, and the labels that are parted where only some are."""
        used = f"{self.kind}, one of {len(self.folds)}" if is_first_alone else self.kind
        partly = {"plain_labels": list(self.plain_labels)} if self.kind == "partly grouped" else {}
        return {"folds": used} | partly


def split(truth: NDArray[np.str_], sources: NDArray[np.str_], *, seed: int) -> Split:
    """Folds that keep sources whole, each with something of every label to fit on.

    A label with too few sources would be missing from a fold. Its documents are parted one by one then, and no others:
    one such label must not make the judgement on all others unfair. Where what is left has too few sources, all are.
    """
    plain: set[str] = set()
    while True:
        alone = np.isin(truth, np.array(sorted(plain), dtype=truth.dtype))
        if len(np.unique(sources[~alone])) < FOLDS:
            found = Split(parted(np.arange(len(truth)), truth, seed=seed), "plain", tuple(np.unique(truth).tolist()))
            break
        folds = grouped(truth, sources, alone=alone, seed=seed)
        missing = {label for fit, _ in folds for label in np.setdiff1d(truth, truth[fit]).tolist()}
        if not missing:
            found = Split(folds, "partly grouped" if plain else "grouped", tuple(sorted(plain)))
            break
        plain |= missing
    if found.plain_labels:
        log.warning(
            "labels of too few sources, judged by models that have seen their sources: %s",
            ", ".join(found.plain_labels),
        )
    return found


def grouped(
    truth: NDArray[np.str_], sources: NDArray[np.str_], *, alone: NDArray[np.bool_], seed: int
) -> tuple[Fold, ...]:
    """Folds that keep sources whole, but for the rows that stand `alone`."""
    from sklearn.model_selection import StratifiedGroupKFold

    rows = np.flatnonzero(~alone)
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(rows, truth[rows], sources[rows])
    whole = tuple((rows[fit], rows[judge]) for fit, judge in split)
    if not alone.any():
        return whole
    single = parted(np.flatnonzero(alone), truth, seed=seed)
    return tuple(
        (np.union1d(fit, other_fit), np.union1d(judge, other_judge))
        for (fit, judge), (other_fit, other_judge) in zip(whole, single, strict=True)
    )


def parted(rows: NDArray[np.intp], truth: NDArray[np.str_], *, seed: int) -> tuple[Fold, ...]:
    """Folds of these rows, whatever their sources."""
    from sklearn.model_selection import StratifiedKFold

    split = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, truth[rows])
    return tuple((rows[fit], rows[judge]) for fit, judge in split)
