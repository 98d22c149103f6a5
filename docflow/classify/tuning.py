"""A bounded search for a candidate's knobs, on folds that keep sources and near duplicates whole."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from docflow.classify.candidates import Candidate, Knob
from docflow.classify.choosing import Fold, mean_recall, real_folds
from docflow.classify.folds import FOLDS, split, told_once
from docflow.classify.grouping import LEAST_PER_LABEL, fair_groups
from docflow.classify.training import check_labels
from docflow.errors import SettingsError, TrainingDataError
from docflow.types import LabelledText

log = logging.getLogger(__name__)

SECONDS = 600.0
"""After so long, no further trial begins."""

LEAST_TO_TUNE = -(-LEAST_PER_LABEL * FOLDS // (FOLDS - 1))
"""Documents of a label under which each fold, of which one is judged, would leave too few to learn it from."""

STARTING_TRIALS = 3
"""Trials that are never pruned, so that there is something to compare with."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting of the knobs: its mean recall over the folds judged; `is_pruned` where not all were."""

    number: int
    settings: dict[str, float]
    mean_recall: float
    is_pruned: bool


@told_once()
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
    (`choosing.real_folds`, `all_folds`), by the mean recall over the labels, `unknown` among them, as in choosing a
    candidate: some knobs settle how much is called that. The first trial is the candidate as it stands. Others are
    drawn by Optuna's TPE sampler; a trial whose folds do worse than the median of earlier ones is given up (Optuna's
    MedianPruner). The same samples, seed and number of trials give the same answer unless `seconds` cut the search
    short. Raises `TrainingDataError` where too few labels have documents enough, and `SettingsError` for a candidate
    without knobs.
    """
    if not candidate.knobs:
        raise SettingsError(
            f"`{candidate.name}` has nothing to tune",
            next_step="Name the candidate to tune, or leave tuning out.",
        )
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folds = real_folds(samples, seed=seed) or all_folds(samples, seed=seed)

    def objective(drawn: optuna.Trial) -> float:
        chosen = candidate.turned({knob.name: draw(drawn, knob) for knob in candidate.knobs})
        scores: list[float] = []
        for number, fold in enumerate(folds):
            # A fold that machines alone labelled judges nothing.
            scores.append(mean_recall(chosen, [fold], seed=seed) if fold.judge else 0.0)
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


def all_folds(samples: Sequence[LabelledText], *, seed: int) -> list[Fold]:
    """Folds that all documents judge, generated and real; sources and near duplicates are whole where they can be.

    The documents of a label with too few sources are parted one by one, as in training (`folds.split`); labels of
    under `LEAST_TO_TUNE` documents are left out. The log names both. What a machine labelled is fitted on, and judges
    nothing. Raises `TrainingDataError` where under two labels are left, or one has too few documents to train on.
    """
    check_labels(np.array([sample.label for sample in samples]))
    counts = Counter(sample.label for sample in samples)
    few = sorted(label for label, count in counts.items() if count < LEAST_TO_TUNE)
    if len(counts) - len(few) < 2:
        raise TrainingDataError(
            f"under two labels have {LEAST_TO_TUNE} documents, which tuning takes",
            next_step=f"Give at least two labels with {LEAST_TO_TUNE} documents each, or train without tuning.",
            detail={"few": few},
        )
    if few:
        log.warning("labels with under %s documents are left out of tuning: %s", LEAST_TO_TUNE, ", ".join(few))
    kept = [sample for sample in samples if sample.label not in few]
    truth, sources = np.array([sample.label for sample in kept]), np.array(fair_groups(kept))
    return [
        Fold([kept[row] for row in fit], [kept[row] for row in judge if not kept[row].is_automatic])
        for fit, judge in split(truth, sources, seed=seed, least=LEAST_PER_LABEL).folds
    ]


def draw(trial: object, knob: Knob) -> float:
    """The knob's value in this trial of Optuna's."""
    if knob.is_whole:
        return int(trial.suggest_int(knob.name, int(knob.low), int(knob.high), log=True))  # type: ignore[attr-defined]
    return float(trial.suggest_float(knob.name, knob.low, knob.high, log=True))  # type: ignore[attr-defined]
