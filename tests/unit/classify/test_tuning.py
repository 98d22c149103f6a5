from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import ascii_lowercase
from typing import ClassVar, Self

import pytest
from kinds_case import WORDS

from docflow.classify import CANDIDATES, Trial, tune
from docflow.classify.candidates import Knob
from docflow.classify.choosing import real_folds
from docflow.classify.grouping import FOLDS, grouped_folds
from docflow.classify.tuning import LEAST_TO_TUNE, all_folds
from docflow.errors import TrainingDataError
from docflow.types import UNKNOWN, LabelledText, ModelRef, Prediction

Make = Callable[..., list[LabelledText]]
KINDS = ("invoice", "letter", "receipt")


@dataclass
class Scripted:
    """A candidate that gets so many of three kinds right in its first trial, its second, and so on."""

    script: Sequence[int]
    seconds: float = 0.0
    trial: int = -1
    fits: list[int] = field(default_factory=list)
    """The trial of each fit."""

    name: ClassVar[str] = "scripted"
    looks: ClassVar[bool] = False
    knobs: ClassVar[tuple[Knob, ...]] = (Knob("x", 0.1, 10.0),)

    def settings(self) -> dict[str, float]:
        return {"x": 1.0}

    def turned(self, _values: Mapping[str, float]) -> Self:
        self.trial += 1
        return self

    def fit(self, _samples: Sequence[LabelledText], *, seed: int = 0) -> Self:
        time.sleep(self.seconds)
        self.fits.append(self.trial)
        return self

    def classifier(self, model: ModelRef) -> Knowing:
        return Knowing(model, KINDS[: self.script[self.trial]])


@dataclass
class Knowing:
    """Tells these kinds by their words, and no others."""

    model: ModelRef
    known: Sequence[str]

    def predict(self, texts: Sequence[str], _thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        labels = [next((kind for kind in self.known if is_of(kind, text)), UNKNOWN) for text in texts]
        return [Prediction(label, 0.9, label != UNKNOWN, {label: 0.9}, self.model) for label in labels]


def is_of(kind: str, text: str) -> bool:
    return bool(set(text.split()) & {word for words in WORDS[kind] for word in words.split()})


def test_every_trial_is_told_and_the_first_is_the_candidate_as_it_stands(make: Make) -> None:
    trials: list[Trial] = []
    best = tune(CANDIDATES["linear"], make(), trials=4, told=trials.append)
    assert [trial.number for trial in trials] == [0, 1, 2, 3]
    assert trials[0].settings == CANDIDATES["linear"].settings()
    finished = [trial for trial in trials if not trial.is_pruned]
    assert best.settings() in [t.settings for t in finished if t.mean_recall == max(f.mean_recall for f in finished)]


def test_the_same_seed_finds_the_same_knobs(make: Make) -> None:
    found = [tune(CANDIDATES["linear"], make(), trials=3, seed=2, told=lambda _: None) for _ in range(2)]
    assert found[0] == found[1]


def test_after_three_trials_one_that_does_worse_than_the_median_is_given_up_on_its_first_fold(make: Make) -> None:
    candidate = Scripted([3, 1, 2, 0, 2, 1])
    trials: list[Trial] = []
    tune(candidate, make(labels=KINDS), trials=6, told=trials.append)
    assert [trial.is_pruned for trial in trials] == [False, False, False, True, False, True]
    assert [round(3 * trial.mean_recall) for trial in trials] == candidate.script
    assert [candidate.fits.count(number) for number in range(6)] == [FOLDS, FOLDS, FOLDS, 1, FOLDS, 1]


def test_no_trial_begins_after_so_many_seconds_and_the_one_that_runs_is_ended(make: Make) -> None:
    candidate = Scripted([3] * 20, seconds=0.1)
    trials: list[Trial] = []
    tune(candidate, make(labels=KINDS), trials=20, seconds=0.15, told=trials.append)
    assert [(trial.number, trial.is_pruned) for trial in trials] == [(0, False)]
    assert candidate.fits == [0] * FOLDS


def test_no_group_is_both_fitted_and_judged(make: Make) -> None:
    samples = make()
    for fit, judge in grouped_folds(samples, seed=0):
        assert not {samples[row].group for row in fit} & {samples[row].group for row in judge}


def test_a_label_of_one_source_is_judged_document_by_document_and_named(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    folds = all_folds(make() + memos(9, group="the office"), seed=0)
    assert "labels of too few sources, judged by models that have seen their sources: memo" in caplog.text
    assert sorted(s.text for fold in folds for s in fold.judge if s.label == "memo") == [s.text for s in memos(9)]
    for fold in folds:
        assert sum(sample.label == "memo" for sample in fold.fit) == 6
        fitted, judged = ({s.group for s in part if s.label != "memo"} for part in (fold.fit, fold.judge))
        assert not fitted & judged


def test_where_no_label_has_sources_enough_all_are_tuned_on_document_by_document(make: Make) -> None:
    samples = [replace(sample, group=sample.label) for sample in make(12, labels=KINDS[:2])]
    trials: list[Trial] = []
    tune(CANDIDATES["linear"], samples, trials=1, told=trials.append)
    assert trials[0].mean_recall == 1.0


def test_however_many_models_tuning_fits_a_label_of_one_source_is_named_once(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    tune(CANDIDATES["linear"], make(12, labels=KINDS) + memos(9, group="the office"), trials=1, told=lambda _: None)
    assert caplog.text.count("seen their sources: memo") == 1


def test_what_a_machine_labelled_is_learnt_in_tuning_and_judges_nothing(make: Make) -> None:
    samples = make() + [replace(memo, is_automatic=True) for memo in memos(9)]
    for fold in all_folds(samples, seed=0):
        assert any(sample.is_automatic for sample in fold.fit)
        assert not any(sample.is_automatic for sample in fold.judge)


def test_a_label_of_too_few_documents_for_folds_is_left_out_of_tuning_and_named(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    folds = all_folds(make() + memos(LEAST_TO_TUNE - 1), seed=0)
    assert "left out of tuning: memo" in caplog.text
    assert not any(sample.label == "memo" for fold in folds for part in (fold.fit, fold.judge) for sample in part)


def test_where_one_label_alone_has_documents_enough_tuning_is_refused(make: Make) -> None:
    with pytest.raises(TrainingDataError, match="under two labels") as refused:
        first_trial(make(labels=("invoice",)) + memos(LEAST_TO_TUNE - 1))
    assert refused.value.detail == {"few": ["memo"]}
    assert "train without tuning" in refused.value.next_step


def test_a_label_that_cannot_be_trained_on_is_refused_before_anything_is_tuned(make: Make) -> None:
    with pytest.raises(TrainingDataError, match="memo: 4"):
        first_trial(make() + memos(4))


def test_real_documents_judge_and_generated_ones_are_learnt_beside_where_real_ones_are_enough(make: Make) -> None:
    real = make(labels=KINDS)
    other = dict(zip(KINDS, (*KINDS[1:], KINDS[0]), strict=True))
    wrong = [replace(s, label=other[s.label], is_generated=True) for s in make(60, labels=KINDS, seed=1)]
    assert first_trial([*wrong, *real]).mean_recall == 1.0
    assert first_trial([*wrong, *make(5, labels=KINDS)]).mean_recall < 0.5
    for fold in real_folds([*wrong, *real], seed=0):
        assert not any(sample.is_generated for sample in fold.judge)
        assert sum(sample.is_generated for sample in fold.fit) == len(wrong)


def test_documents_of_no_named_label_judge_too_as_in_choosing_a_candidate(make: Make) -> None:
    named = make(labels=KINDS)
    looking_like_invoices = [replace(s, label=UNKNOWN) for s in make(labels=("invoice",), seed=1)]
    assert first_trial([*named, *make(labels=(UNKNOWN,))]).mean_recall == 1.0
    assert first_trial([*named, *looking_like_invoices]).mean_recall == pytest.approx(3 / 4)


def test_where_machines_labelled_every_document_nothing_judges_and_tuning_ends_all_the_same(make: Make) -> None:
    assert first_trial([replace(sample, is_automatic=True) for sample in make(labels=KINDS)]).mean_recall == 0.0


def first_trial(samples: Sequence[LabelledText]) -> Trial:
    """The trial of a candidate that knows all three kinds, whatever it is fitted on."""
    trials: list[Trial] = []
    tune(Scripted([3]), samples, trials=1, told=trials.append)
    return trials[0]


def memos(count: int, *, group: str = "") -> list[LabelledText]:
    """So many texts of a label of their own, no two alike."""
    return [LabelledText(f"memo {letter * 3}", "memo", "eng", group=group) for letter in ascii_lowercase[:count]]
