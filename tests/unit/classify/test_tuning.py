from __future__ import annotations

from collections.abc import Callable

import pytest

from docflow.classify import CANDIDATES, Trial, tune
from docflow.classify.grouping import grouped_folds
from docflow.errors import TrainingDataError
from docflow.types import LabelledText

Make = Callable[..., list[LabelledText]]


def test_every_trial_is_told_and_the_first_is_the_candidate_as_it_stands(make: Make) -> None:
    trials: list[Trial] = []
    best = tune(CANDIDATES["linear"], make(), trials=4, told=trials.append)
    assert [trial.number for trial in trials] == [0, 1, 2, 3]
    assert trials[0].settings == CANDIDATES["linear"].settings()
    finished = [trial for trial in trials if not trial.is_pruned]
    assert best.settings() in [
        t.settings for t in finished if t.macro_accuracy == max(f.macro_accuracy for f in finished)
    ]


def test_the_same_seed_finds_the_same_knobs(make: Make) -> None:
    found = [tune(CANDIDATES["linear"], make(), trials=3, seed=2, told=lambda _: None) for _ in range(2)]
    assert found[0] == found[1]


def test_no_group_is_both_fitted_and_judged(make: Make) -> None:
    samples = make()
    for fit, judge in grouped_folds(samples, seed=0):
        assert not {samples[row].group for row in fit} & {samples[row].group for row in judge}


def test_a_label_of_one_source_cannot_be_tuned_on() -> None:
    samples = [LabelledText(f"{label} word {n}", label, "eng", group=label) for label in "ab" for n in range(12)]
    with pytest.raises(TrainingDataError, match="sources"):
        tune(CANDIDATES["linear"], samples, trials=1, told=lambda _: None)


def test_what_a_fold_would_leave_too_little_of_is_named(make: Make) -> None:
    few = [LabelledText(f"memo word {n}", "memo", "eng", group=f"memo {n}") for n in range(12)]
    with pytest.raises(TrainingDataError, match=r"too few documents.*: memo") as refused:
        tune(CANDIDATES["linear"], make() + few, trials=1, told=lambda _: None)
    assert refused.value.detail == {"few": ["memo"]}
