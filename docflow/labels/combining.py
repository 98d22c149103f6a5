"""Votes of labelling functions, combined by how often each agreed with people.

Each function's accuracy is its share of agreement on the documents that people labelled, drawn towards one half by two
pretended votes; a vote then weighs its log-odds, as in naive Bayes. How sure the combination has to be is not reckoned
but measured: the least certainty from which on it was right often enough, on documents that its weights were not
measured on, nor on others of their sources. A source counts as one case there, however many documents it has: they
stand and fall together.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from scipy.special import betaincinv

FOLDS = 5
LEAST_VOTES = 5
"""Votes on documents that people labelled, under which a function's agreement is not known and it is not heard."""

MISSED = 0.1
"""How often a lower bound may be above the true share: it holds in 90 % of the cases.

A precision of 0.95 then takes 45 sources where all are right: people have labelled a few dozens when they first ask for
help. A bound of 95 % would take 59.
"""

Votes = Mapping[str, str]
"""What each function said, by its name."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often a function voted on documents that people labelled, and how often it said the same."""

    votes: int
    agreed: int

    @property
    def accuracy(self) -> float:
        """The share of agreement, with one vote for it and one against it pretended (Laplace's rule of succession)."""
        return (self.agreed + 1) / (self.votes + 2)


@dataclass(frozen=True, slots=True)
class Combined:
    """What the functions say together: how sure, from 0 to 1, and which of them said so."""

    label: str
    certainty: float
    by: tuple[str, ...]


def agreements(voted: Sequence[Votes], truth: Sequence[str]) -> dict[str, Agreement]:
    """How often each function agreed with people."""
    votes: defaultdict[str, int] = defaultdict(int)
    agreed: defaultdict[str, int] = defaultdict(int)
    for said, label in zip(voted, truth, strict=True):
        for name, vote in said.items():
            votes[name] += 1
            agreed[name] += vote == label
    return {name: Agreement(count, agreed[name]) for name, count in votes.items()}


@dataclass(frozen=True, slots=True)
class Cutoff:
    """How sure votes have to be, and what that rests on: the documents with such votes, and how many were right.

    They are of so many `sources`, each of which counted as one.
    """

    certainty: float
    documents: int
    right: int
    sources: int


def labels_of(voted: Sequence[Votes], truth: Sequence[str]) -> frozenset[str]:
    """The labels that there are as far as is known: those that people gave, and those that functions voted for."""
    return frozenset(truth).union(*(said.values() for said in voted))


def combine(said: Votes, measured: Mapping[str, Agreement], *, labels: Set[str]) -> Combined | None:
    """What the votes on one document come to; None where nobody is heard.

    It may be one of `labels`, what was voted for, or something else. Nobody is heard who agrees with people no more
    often than chance would.
    """
    count = len(labels | set(said.values())) + 1
    weights: defaultdict[str, float] = defaultdict(float)
    voters: defaultdict[str, list[str]] = defaultdict(list)
    for name, vote in said.items():
        known = measured.get(name)
        if known is None or known.votes < LEAST_VOTES or known.agreed * count <= known.votes:
            continue
        accuracy = known.accuracy
        weights[vote] += math.log(accuracy * (count - 1) / (1 - accuracy))
        voters[vote].append(name)
    if not weights:
        return None
    best = max(weights, key=lambda label: (weights[label], label))
    rest = count - len(weights)
    total = sum(math.exp(weight - weights[best]) for weight in weights.values()) + rest * math.exp(-weights[best])
    return Combined(best, 1 / total, tuple(sorted(voters[best])))


def cutoff(voted: Sequence[Votes], truth: Sequence[str], *, groups: Sequence[int], precision: float) -> Cutoff | None:
    """The least certainty from which on combined votes are right as often as wanted; None where there is none.

    Each document is combined with agreements measured on the other folds, which keep `groups` whole; the lower bound of
    how many were right has to be as high as wanted. A group counts as one case, right by the share of its documents
    that came out right. Where all of them together are right often enough, a certainty as high as the precision is
    taken at its word, though none so low was seen.

    Being the best of several certainties, the bound holds less often than `MISSED` says. Where certainty says nothing
    and votes are right in just 0.95 of the cases, one of eight certainties passes in 0.10 of the draws with 60 or 100
    sources, 0.15 with 300 and 0.20 with 1,000; where no two certainties are alike, in 0.10, 0.14, 0.26 and 0.36
    (`python -m benchmarks.labelling --bound`).
    """
    labels = labels_of(voted, truth)
    judged: list[tuple[float, bool, int]] = []
    for fold in range(FOLDS):
        rest = [row for row, group in enumerate(groups) if group % FOLDS != fold]
        measured = agreements([voted[row] for row in rest], [truth[row] for row in rest])
        for row in (row for row, group in enumerate(groups) if group % FOLDS == fold):
            combined = combine(voted[row], measured, labels=labels)
            if combined is not None:
                judged.append((combined.certainty, combined.label == truth[row], groups[row]))
    judged.sort(key=lambda one: one[0], reverse=True)
    counts: defaultdict[int, int] = defaultdict(int)
    rights: defaultdict[int, int] = defaultdict(int)
    found = None
    for count, (certainty, is_right, group) in enumerate(judged, start=1):
        counts[group] += 1
        rights[group] += is_right
        if count < len(judged) and judged[count][0] == certainty:
            continue
        share_by_group = [rights[one] / counts[one] for one in counts]
        if lower_bound(sum(share_by_group), len(share_by_group)) >= precision:
            enough = min(certainty, precision) if count == len(judged) else certainty
            found = Cutoff(enough, documents=count, right=sum(rights.values()), sources=len(counts))
    return found


def least_sources(precision: float) -> int:
    """How many sources this precision takes where all are right: the bound is `MISSED` ** (1 / count) then."""
    return math.ceil(math.log(MISSED) / math.log(precision))


def lower_bound(right: float, count: int) -> float:
    """The share that is right at least, by so many of `count` cases (Clopper and Pearson 1934).

    A case may be right in part: shares spread no more than cases of the same mean that are right or wrong.
    """
    return float(betaincinv(right, count - right + 1, MISSED)) if right > 0 else 0.0
