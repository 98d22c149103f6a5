"""A sequential test of two models on the documents that only one of them gets right.

Two of Wald's sequential probability ratio tests side by side (Wald 1945; for three hypotheses, Sobel & Wald 1949): one
asks whether the challenger wins a share `effect` of such documents rather than half of them, the other whether the
champion does. It may be looked at after every document; the error rates hold all the same, for documents that are
independent of each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import log


class Finding(StrEnum):
    """What the documents say of the challenger so far."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Sequence:
    """What was found, and after how many wins and losses of the challenger."""

    finding: Finding
    wins: int
    losses: int


def sequential_test(wins: Iterable[bool], *, effect: float, alpha: float, beta: float) -> Sequence:
    """What is found by the first document that decides it; later ones are not looked at.

    `wins` tells for each document that one model got right and the other wrong, in order, whether the challenger did.
    A challenger that wins half of them is called better with a probability of about `alpha` at most, and as seldom
    worse; one that wins `effect` of them is missed with a probability of about `beta` at most.
    """
    accept, give_up = log((1 - beta) / alpha), log(beta / (1 - alpha))
    gain, loss = log(effect / 0.5), log((1 - effect) / 0.5)
    better = worse = 0.0
    won = lost = 0
    is_better, is_worse = Finding.UNDECIDED, Finding.UNDECIDED
    for win in wins:
        won, lost = won + win, lost + (not win)
        if is_better is Finding.UNDECIDED:
            better += gain if win else loss
            is_better = decided(better, accept=accept, give_up=give_up, as_finding=Finding.BETTER)
        if is_worse is Finding.UNDECIDED:
            worse += loss if win else gain
            is_worse = decided(worse, accept=accept, give_up=give_up, as_finding=Finding.WORSE)
        for finding in (is_better, is_worse):
            if finding in (Finding.BETTER, Finding.WORSE):
                return Sequence(finding, won, lost)
        if is_better is is_worse is Finding.SAME:
            return Sequence(Finding.SAME, won, lost)
    return Sequence(Finding.UNDECIDED, won, lost)


def exceeds(failed: int, documents: int, *, allowed: float, alpha: float) -> bool:
    """Whether so many failures show that more than the allowed share of documents fails.

    The likelihood of three times that share beside that of the share itself, at 1 / `alpha`: it may be looked at as
    often as one likes, and finds who fails as often as is allowed with a probability of `alpha` at most (Ville 1939).
    """
    if failed <= allowed * documents:
        return False
    if allowed == 0:
        return True
    more = min(3 * allowed, (1 + allowed) / 2)
    ratio = failed * log(more / allowed) + (documents - failed) * log((1 - more) / (1 - allowed))
    return ratio >= -log(alpha)


def decided(ratio: float, *, accept: float, give_up: float, as_finding: Finding) -> Finding:
    """What a logarithm of the likelihoods' ratio decides."""
    if ratio >= accept:
        return as_finding
    return Finding.SAME if ratio <= give_up else Finding.UNDECIDED
