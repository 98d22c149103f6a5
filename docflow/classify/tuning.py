"""A bounded search for a candidate's knobs, on folds that keep sources and near duplicates whole."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from docflow.classify.candidates import Candidate, Knob
from docflow.classify.choosing import Fold, real_folds
from docflow.classify.evaluation import evaluate
from docflow.classify.grouping import grouped_folds
from docflow.errors import SettingsError
from docflow.types import LabelledText, ModelRef

log = logging.getLogger(__name__)

SECONDS = 600.0
"""After so long, no further trial begins."""

STARTING_TRIALS = 3
"""Trials that are never pruned, so that there is something to compare with."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting of the knobs: the mean macro accuracy over the folds judged; `is_pruned` where not all were."""

    number: int
    settings: dict[str, float]
    macro_accuracy: float
    is_pruned: bool


def tune(
    candidate: Candidate,
    samples: Sequence[LabelledText],
    *,
    trials: int,
    seconds: float = SECONDS,
    seed: int = 0,
    told: Callable[[Trial], None],
) -> Candidate:
    """The candidate with the knobs that did best; `told` hears of every trial as it ends.

    Real documents judge, generated ones being learnt from beside them; all documents do where real ones are too few
    (`choosing.real_folds`). The first trial is the candidate as it stands. Others are drawn by Optuna's TPE sampler; a
    trial whose folds do worse than the median of earlier ones is given up (Optuna's MedianPruner). The same samples,
    seed and number of trials give the same answer unless `seconds` cut the search short. Raises `TrainingDataError`
    where a label has too few sources for folds, and `SettingsError` for a candidate without knobs.
    """
    if not candidate.knobs:
        raise SettingsError(
            f"`{candidate.name}` has nothing to tune",
            next_step="Name the candidate to tune, or leave tuning out.",
        )
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folds = real_folds(samples, seed=seed) or [
        Fold([samples[row] for row in fit], [samples[row] for row in judge])
        for fit, judge in grouped_folds(samples, seed=seed)
    ]

    def objective(drawn: optuna.Trial) -> float:
        chosen = candidate.turned({knob.name: draw(drawn, knob) for knob in candidate.knobs})
        scores: list[float] = []
        for number, fold in enumerate(folds):
            scores.append(macro_accuracy(chosen, fold, seed=seed))
            drawn.report(float(np.mean(scores)), number)
            if number + 1 < len(folds) and drawn.should_prune():
                told(Trial(drawn.number, chosen.settings(), float(np.mean(scores)), is_pruned=True))
                raise optuna.TrialPruned
        told(Trial(drawn.number, chosen.settings(), float(np.mean(scores)), is_pruned=False))
        return float(np.mean(scores))

    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTING_TRIALS),
    )
    study.enqueue_trial(candidate.settings())
    study.optimize(objective, n_trials=trials, timeout=seconds)
    return candidate.turned(study.best_params)


def draw(trial: object, knob: Knob) -> float:
    """The knob's value in this trial of Optuna's."""
    if knob.is_whole:
        return int(trial.suggest_int(knob.name, int(knob.low), int(knob.high), log=True))  # type: ignore[attr-defined]
    return float(trial.suggest_float(knob.name, knob.low, knob.high, log=True))  # type: ignore[attr-defined]


def macro_accuracy(candidate: Candidate, fold: Fold, *, seed: int) -> float:
    """How the candidate does on the samples that judge."""
    classifier = candidate.fit(fold.fit, seed=seed).classifier(ModelRef(candidate.name, "trial", ""))
    return evaluate(classifier, fold.judge).macro_accuracy
