"""The sequential test keeps the error rates that it states, whenever it is looked at."""

from __future__ import annotations

import random

import pytest

from docflow.rollout.sequential import Finding, Sequence, exceeds, sequential_test

RATES = {"effect": 0.7, "alpha": 0.05, "beta": 0.1}
TRIALS = 4000


def found(share: float, *, seed: int, most: int = 400, **rates: float) -> dict[Finding, float]:
    """How often each is found where the challenger wins this share of the documents."""
    chance = random.Random(seed)
    counts = dict.fromkeys(Finding, 0)
    for _ in range(TRIALS):
        wins = [chance.random() < share for _ in range(most)]
        counts[sequential_test(wins, **RATES | rates).finding] += 1
    return {finding: count / TRIALS for finding, count in counts.items()}


def test_an_equal_challenger_is_seldom_called_better_or_worse() -> None:
    rates = found(0.5, seed=1)
    assert rates[Finding.BETTER] <= RATES["alpha"] + 0.01
    assert rates[Finding.WORSE] <= RATES["alpha"] + 0.01
    assert rates[Finding.SAME] > 0.85


@pytest.mark.parametrize(("share", "right"), [(0.7, Finding.BETTER), (0.3, Finding.WORSE)])
def test_one_that_is_better_or_worse_by_the_stated_effect_is_seldom_missed(share: float, right: Finding) -> None:
    rates = found(share, seed=2)
    assert 1 - rates[right] <= RATES["beta"] + 0.01


@pytest.mark.parametrize(("effect", "most", "missed"), [(0.65, 200, 0.094), (0.6, 500, 0.095), (0.6, 200, 0.234)])
def test_smaller_effects_take_the_votes_that_the_setting_tells(effect: float, most: int, missed: float) -> None:
    rates = found(effect, seed=3, most=most, effect=effect)
    assert 1 - rates[Finding.BETTER] == pytest.approx(missed, abs=0.02)


def test_what_comes_after_the_decision_is_not_looked_at() -> None:
    decided = sequential_test([True] * 9, **RATES)
    assert decided == Sequence(Finding.BETTER, 9, 0)
    assert sequential_test([True] * 9 + [False] * 100, **RATES) == decided


def test_nothing_is_decided_by_little() -> None:
    assert sequential_test([], **RATES).finding is Finding.UNDECIDED
    assert sequential_test([True, False, True], **RATES) == Sequence(Finding.UNDECIDED, 2, 1)


def ever_exceeds(share: float, *, seed: int) -> float:
    """How often 1,000 documents, of which this share fails, are found to exceed 0.01, looked at after each of them."""
    chance = random.Random(seed)
    found = 0
    for _ in range(1000):
        failed = 0
        for number in range(1, 1001):
            failed += chance.random() < share
            if exceeds(failed, number, allowed=0.01, alpha=0.05):
                found += 1
                break
    return found / 1000


def test_who_fails_as_often_as_is_allowed_is_seldom_found_out_however_often_one_looks() -> None:
    assert ever_exceeds(0.01, seed=3) <= 0.05 + 0.015


def test_who_fails_three_times_as_often_is_found_out() -> None:
    assert ever_exceeds(0.03, seed=4) > 0.95


@pytest.mark.parametrize(
    ("failed", "allowed", "exceeding"), [(1, 0.0, True), (0, 0.0, False), (60, 1.0, False), (60, 0.9, True)]
)
def test_none_allowed_and_all_allowed_are_exact(failed: int, allowed: float, exceeding: bool) -> None:
    assert exceeds(failed, 60, allowed=allowed, alpha=0.05) is exceeding
