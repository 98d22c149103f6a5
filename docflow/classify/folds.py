"""Folds to calibrate and judge by: sources are whole in them, except for labels that have too few sources for that."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

FOLDS = 3

NOWHERE = -1
"""The fold of rows that have none yet."""

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
"""The rows to fit on, and those to judge on."""


@dataclass(frozen=True, eq=False)
class Split:
    """Folds in which every row is judged once; `kind` is `grouped`, `partly grouped` or `plain`.

    `seen` says of each row whether the model that judges it has seen others of its source. `plain_labels` are those
    whose documents are parted one by one, `mixed_labels` others of which some documents share a source with these.
    """

    folds: tuple[Fold, ...]
    kind: str
    seen: NDArray[np.bool_]
    plain_labels: tuple[str, ...] = ()
    mixed_labels: tuple[str, ...] = ()

    def described(self, *, is_first_alone: bool = False) -> dict[str, Any]:
        """The kind, whether the first fold alone was used, and the labels with documents of sources that were seen.

        Where all labels are parted one by one, they are not listed.
        """
        used = f"{self.kind}, one of {len(self.folds)}" if is_first_alone else self.kind
        partly = {"plain_labels": list(self.plain_labels)} if self.kind == "partly grouped" else {}
        mixed = {"mixed_labels": list(self.mixed_labels)} if self.mixed_labels else {}
        return {"folds": used} | partly | mixed


class Once(logging.Filter):
    """Lets each message pass once."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the message is new."""
        message = record.getMessage()
        is_new = message not in self._passed
        self._passed.add(message)
        return is_new


@contextmanager
def told_once() -> Iterator[None]:
    """A context in which the log names labels of too few sources once, however often the same documents are split."""
    once = Once()
    log.addFilter(once)
    try:
        yield
    finally:
        log.removeFilter(once)


def split(truth: NDArray[np.str_], sources: NDArray[Any], *, seed: int, least: int = 1) -> Split:
    """Folds that keep sources whole, each with so many documents of every label to fit on, at least.

    A label with too few sources would be short in a fold. Its documents are parted one by one then, and no others: one
    such label must not make the judgement on all others unfair. Where a source has other labels too, it stays whole if
    that leaves enough of the label to fit on in every fold. It cannot where the label has no documents but those: what
    has other labels there is judged by models that have seen its source. Where what is left has too few sources, all
    documents are parted one by one. `sources` may be names or numbers.
    """
    plain: set[str] = set()
    while True:
        alone = np.isin(truth, np.array(sorted(plain), dtype=truth.dtype))
        if len(np.unique(sources[~alone])) < FOLDS:
            folds, plain = parted(np.arange(len(truth)), truth, seed=seed), set(truth.tolist())
            break
        folds = grouped(truth, sources, alone=alone, seed=seed, least=least)
        short = {
            label for fit, _ in folds for label in np.unique(truth).tolist() if np.sum(truth[fit] == label) < least
        }
        if short <= plain:
            break
        plain |= short
    return as_split(folds, truth, sources, plain=plain)


def grouped(
    truth: NDArray[np.str_], sources: NDArray[Any], *, alone: NDArray[np.bool_], seed: int, least: int
) -> tuple[Fold, ...]:
    """Folds that keep sources whole, but for the rows that stand `alone` and cannot stay with their source."""
    from sklearn.model_selection import StratifiedGroupKFold

    rows = np.flatnonzero(~alone)
    judged_in = np.full(len(truth), NOWHERE)
    whole = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(rows, truth[rows], sources[rows])
    for number, (_, judge) in enumerate(whole):
        judged_in[rows[judge]] = number
    places = dict(zip(sources[rows].tolist(), judged_in[rows].tolist(), strict=True))
    for label in np.unique(truth[alone]):
        own = np.flatnonzero(truth == label)
        with_source = np.array([places.get(source, NOWHERE) for source in sources[own].tolist()])
        if leaves_enough(with_source, least=least):
            judged_in[own] = with_source
    single = np.flatnonzero(judged_in == NOWHERE)
    if len(single):
        for number, (_, judge) in enumerate(parted(single, truth, seed=seed)):
            judged_in[judge] = number
    return tuple((np.flatnonzero(judged_in != number), np.flatnonzero(judged_in == number)) for number in range(FOLDS))


def leaves_enough(places: NDArray[np.intp], *, least: int) -> bool:
    """Whether a label keeps so many documents to fit on where these are judged in these folds, and the rest parted."""
    rest = int(np.sum(places == NOWHERE))
    most = int(np.bincount(places[places != NOWHERE], minlength=FOLDS).max()) + -(-rest // FOLDS)
    return len(places) - most >= least and (rest == 0 or rest >= FOLDS)


def parted(rows: NDArray[np.intp], truth: NDArray[np.str_], *, seed: int) -> tuple[Fold, ...]:
    """Folds of these rows, whatever their sources."""
    from sklearn.model_selection import StratifiedKFold

    split = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, truth[rows])
    return tuple((rows[fit], rows[judge]) for fit, judge in split)


def as_split(folds: tuple[Fold, ...], truth: NDArray[np.str_], sources: NDArray[Any], *, plain: Set[str]) -> Split:
    """The folds with what the models have seen of the sources that they judge, which the log tells too."""
    seen = np.zeros(len(truth), dtype=np.bool_)
    for fit, judge in folds:
        seen[judge] = np.isin(sources[judge], sources[fit])
    counts = Counter(truth[seen].tolist())
    if plain == set(truth.tolist()):
        kind, named = "plain", sorted(plain)
    else:
        kind, named = "partly grouped" if counts else "grouped", sorted(plain & set(counts))
    mixed = sorted(set(counts) - plain)
    if named:
        log.warning("labels of too few sources, judged by models that have seen their sources: %s", ", ".join(named))
    if mixed:
        shown = ", ".join(f"{label} ({counts[label]})" for label in mixed)
        log.warning("documents of other labels that share these sources, and are judged so as well: %s", shown)
    return Split(folds, kind, seen, tuple(named), tuple(mixed))
