"""Votes of labelling functions, combined by how often each agreed with people.

Each function's accuracy is its share of agreement on the documents that people labelled, drawn towards one half by two
pretended votes; a vote then weighs its log-odds, as in naive Bayes. How sure the combination has to be is not reckoned
but measured: the least certainty from which on it was right often enough, on documents that its weights were not
measured on.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FOLDS = 5
LEAST_VOTES = 5
"""Votes on documents that people labelled, under which a function's agreement is not known and it is not heard."""

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


def combine(said: Votes, measured: Mapping[str, Agreement], *, labels: int) -> Combined | None:
    """What the votes on one document come to; None where nobody is heard. `labels` counts those there are."""
    weights: defaultdict[str, float] = defaultdict(float)
    voters: defaultdict[str, list[str]] = defaultdict(list)
    for name, vote in said.items():
        known = measured.get(name)
        if known is None or known.votes < LEAST_VOTES:
            continue
        accuracy = known.accuracy
        weights[vote] += math.log(accuracy * max(labels - 1, 1) / (1 - accuracy))
        voters[vote].append(name)
    if not weights:
        return None
    best = max(weights, key=lambda label: (weights[label], label))
    rest = labels - len(weights)
    total = sum(math.exp(weight - weights[best]) for weight in weights.values()) + rest * math.exp(-weights[best])
    return Combined(best, 1 / total, tuple(sorted(voters[best])))


def least_certainty(voted: Sequence[Votes], truth: Sequence[str], *, precision: float) -> float | None:
    """The least certainty from which on combined votes are right as often as wanted; None where there is none.

    Each document is combined with agreements measured on the other folds. Where all of them together are right often
    enough, a certainty as high as the precision is taken at its word, though none so low was seen.
    """
    labels = len(set(truth))
    judged: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        rest = [row for row in range(len(truth)) if row % FOLDS != fold]
        measured = agreements([voted[row] for row in rest], [truth[row] for row in rest])
        for row in range(fold, len(truth), FOLDS):
            combined = combine(voted[row], measured, labels=labels)
            if combined is not None:
                judged.append((combined.certainty, combined.label == truth[row]))
    judged.sort(reverse=True)
    right, found = 0, None
    for count, (certainty, is_right) in enumerate(judged, start=1):
        right += is_right
        is_last_of_its_certainty = count == len(judged) or judged[count][0] < certainty
        if is_last_of_its_certainty and count >= LEAST_VOTES and right / count >= precision:
            found = min(certainty, precision) if count == len(judged) else certainty
    return found
