"""Training: a linear model on weighted n-grams and lines, calibrated on documents that it has not seen."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax
from threadpoolctl import threadpool_limits

from docflow.classify.blocks import by_block, count_blocks, has_enough_lines
from docflow.classify.evaluation import compare
from docflow.classify.features import FEATURES_VERSION
from docflow.classify.grouping import LEAST_PER_LABEL, sources_of
from docflow.classify.layout import LAYOUT_VERSION
from docflow.classify.model import TrainedModel, to_predictions
from docflow.classify.weighing import commonness, document_weights, times_of
from docflow.errors import TrainingDataError
from docflow.types import UNKNOWN, LabelledText, ModelRef

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

log = logging.getLogger(__name__)

Floats = NDArray[np.floating[Any]]
Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
"""The rows to fit on, and those to judge on."""

FOLDS = 3
INVERSE_REGULARISATION = 3.0
"""Between 1 and 100, it makes no difference that could be measured on real documents."""

BACKGROUND_WEIGHT = 0.25
"""What the background weighs against one named label: it is a sample of everything else, and at equal weight it takes
every letter that is worded unlike the training's. On the tuning half, over four seeds of the generator, 0.88 of the
others come out as unknown with 0.25, at a macro accuracy of 0.94; 0.93 and 0.93 with 0.3, 0.82 and 0.95 with 0.2."""

COMMONNESS = 1.0
"""What is taken from a label's score for each e-fold that it is commoner among the generated documents (logit
adjustment, Menon et al. 2021): how often it is generated says nothing of how often it comes. On the tuning half, with
generated documents alone, 0.859 of the others come out as unknown for 0.821 without, at a macro accuracy of 0.904 for
0.909; with real ones beside, that goes from 0.929 to 0.974 in random folds, and stays where sources are held out."""

TOLERANCE = 1e-3
MOST_ITERATIONS = 300

TEMPERATURES = (0.02, 20.0)
"""Bounds of the calibration's temperature; beyond them the folds are too easy or too few to calibrate on."""

PRECISION_WANTED = 0.93
"""Of named answers out of fold, where whole layouts are unseen; real documents are less foreign than that."""

THRESHOLDS = (0.5, 0.8)
"""Bounds of the threshold: from 0.5 on no other label can be likelier; over 0.8, more real documents are refused than
mistaken ones are caught."""


def train(
    samples: Sequence[LabelledText],
    *,
    seed: int = 0,
    inverse_regularisation: float = INVERSE_REGULARISATION,
    background_weight: float = BACKGROUND_WEIGHT,
) -> TrainedModel:
    """A calibrated model of these samples; in any order, with the same seed, they give the same model.

    Samples labelled `UNKNOWN` are background: learnt as a class of their own, never a confident answer. Real samples
    count `REAL_WEIGHT` times beside generated ones; where they are ten a label, lines are learnt from too
    (`docflow.classify.layout`). Samples without a word are left out. Logistic regression's scores are calibrated by one
    temperature (Guo et al. 2017), fitted to what out-of-fold models say; groups (a sample without one is its own) and
    near duplicates are kept whole in the folds where every label has enough of them. The threshold is the least
    confidence from which on named answers are right in 93 % of cases, within `THRESHOLDS`. Samples that a machine
    labelled are learnt from; no figure, temperature or threshold rests on them.

    Raises `TrainingDataError` for under two labels, or under five documents of one.
    """
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.pipeline import Pipeline

    ordered = in_order(samples)
    has_lines = has_enough_lines(ordered)
    counts = count_blocks([sample.text for sample in ordered], lines=has_lines)
    features = np.diff(counts.indptr)
    wordless = [ordered[row] for row in np.flatnonzero(features == 0)]
    kept = np.flatnonzero(features)
    learnt, counts = [ordered[row] for row in kept], counts[kept]
    if wordless:
        # An empty page that is labelled as nothing known is no fault of the data.
        level = logging.INFO if all(sample.label == UNKNOWN for sample in wordless) else logging.WARNING
        log.log(level, "%s of %s samples have no words and are left out", len(wordless), len(samples))
    truth = np.array([sample.label for sample in learnt])
    check_labels(truth)

    tfidf = TfidfTransformer(sublinear_tf=True)
    weighted = by_block(tfidf.fit_transform(counts))
    sources = sources_of(learnt)
    folds, kind = split(truth, sources, seed=seed)
    times = times_of(learnt)
    weights = document_weights(truth, times, background_weight=background_weight)
    fitted = partial(fit_linear, inverse_regularisation=inverse_regularisation)
    logits = out_of_fold_logits(weighted, truth, weights, folds, fitted=fitted)
    labels = tuple(np.unique(truth).tolist())
    numbers = np.searchsorted(labels, truth)
    judged = judged_by(learnt)
    temperature = fit_temperature(
        logits[judged], numbers[judged], times=times[judged], sources=len(set(sources[judged].tolist()))
    )
    less = COMMONNESS * commonness(learnt, labels)
    probabilities = softmax(logits / temperature - less, axis=1)
    threshold = choose_threshold(probabilities[judged], truth[judged], times=times[judged], labels=labels)
    linear = cooled(fitted(weighted, truth, weights), temperature, less=less)

    predictions = to_predictions(
        probabilities[judged], model=ModelRef("out-of-fold", "", ""), labels=labels, threshold=threshold
    )
    return TrainedModel(
        pipeline=Pipeline([("tfidf", tfidf), ("linear", linear)]),
        labels=labels,
        threshold=threshold,
        training=describe(learnt, seed=seed)
        | {
            "inverse_regularisation": inverse_regularisation,
            "background_weight": background_weight,
            "folds": kind,
            "temperature": round(temperature, 6),
        }
        | ({"layout_version": LAYOUT_VERSION} if has_lines else {}),
        out_of_fold=compare(predictions, [learnt[row] for row in judged]),
    )


def in_order(samples: Sequence[LabelledText]) -> list[LabelledText]:
    """The samples in an order that depends on nothing but themselves."""
    return sorted(samples, key=lambda s: (s.label, s.language, s.group, s.text))


def check_labels(truth: NDArray[np.str_]) -> None:
    """Raise `TrainingDataError` for under two labels, or under five documents of one."""
    counts = Counter(truth.tolist())
    if len(counts) < 2:
        raise TrainingDataError(f"the training documents have {len(counts)} labels: there must be two at least")
    few = {label: count for label, count in sorted(counts.items()) if count < LEAST_PER_LABEL}
    if few:
        shown = ", ".join(f"{label}: {count}" for label, count in few.items())
        raise TrainingDataError(
            f"labels with under {LEAST_PER_LABEL} training documents that have text: {shown}",
            detail={"few": few},
        )


def judged_by(samples: Sequence[LabelledText]) -> NDArray[np.intp]:
    """The rows to judge by: those that no machine labelled, or all where it labelled all."""
    rows = np.flatnonzero([not sample.is_automatic for sample in samples])
    return rows if len(rows) else np.arange(len(samples))


def split(truth: NDArray[np.str_], sources: NDArray[np.str_], *, seed: int) -> tuple[list[Fold], str]:
    """Folds that keep sources whole (`grouped`), or do not where a label would be missing from one (`plain`)."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    grouped = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    if len(np.unique(sources)) >= FOLDS:
        folds: list[Fold] = list(grouped.split(truth, truth, sources))
        if all(set(truth[fit]) == set(truth) for fit, _ in folds):
            return folds, "grouped"
    log.info("a label has too few groups to keep them whole: calibrating on plain folds")
    plain = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return list(plain.split(truth, truth)), "plain"


def out_of_fold_logits(
    weighted: sp.csr_matrix,
    truth: NDArray[np.str_],
    weights: Floats,
    folds: Sequence[Fold],
    *,
    fitted: Callable[[sp.csr_matrix, NDArray[np.str_], Floats], LogisticRegression],
) -> Floats:
    """Each row's score per label, from a model that was not fitted on it.

    All folds share the terms' weights: making them anew takes most of the time and leaves the scores nearly
    as they are.
    """
    logits = np.zeros((len(truth), len(np.unique(truth))))
    for fit, judge in folds:
        logits[judge] = logits_of(fitted(weighted[fit], truth[fit], weights[fit]), weighted[judge])
    return logits


def logits_of(linear: LogisticRegression, weighted: sp.csr_matrix) -> Floats:
    """Each row's score per label, texts x labels; scikit-learn has one between two labels."""
    scores = linear.decision_function(weighted)
    return scores if scores.ndim == 2 else np.column_stack([np.zeros(len(scores)), scores])


def fit_linear(
    weighted: sp.csr_matrix,
    truth: NDArray[np.str_],
    weights: Floats,
    *,
    inverse_regularisation: float = INVERSE_REGULARISATION,
) -> LogisticRegression:
    """Logistic regression on texts (texts x n-grams), each of which weighs what `weights` says."""
    from sklearn.linear_model import LogisticRegression

    linear = LogisticRegression(C=inverse_regularisation, tol=TOLERANCE, max_iter=MOST_ITERATIONS)
    # An n-gram that no text has keeps the weight 0: without them, a few hundred texts take a fraction of the time.
    occurring = np.flatnonzero(np.bincount(weighted.indices, minlength=weighted.shape[1]))
    # Threads of BLAS wait for each other most of the time here, and how many there are changes the rounding: on one, it
    # takes a quarter of the CPU time, and the model is the same on any number of cores.
    with threadpool_limits(limits=1, user_api="blas"):
        linear.fit(weighted[:, occurring], truth, sample_weight=weights)
    coefficients = np.zeros((len(linear.coef_), weighted.shape[1]), dtype=linear.coef_.dtype)
    coefficients[:, occurring] = linear.coef_
    linear.coef_, linear.n_features_in_ = coefficients, weighted.shape[1]
    return linear


def fit_temperature(logits: Floats, truth: NDArray[np.intp], *, times: NDArray[np.intp], sources: int) -> float:
    """The temperature at which the scores, divided by it, are the likeliest for what is true; `times` each row counts.

    The truth is doubted as much as if one source of `sources` more had come out wrong (after Platt 1999, with sources
    in the place of documents, since those of one source are alike): folds without a mistake would otherwise make the
    model certain of whatever it sees.
    """
    from scipy.optimize import minimize_scalar

    doubt = 1 / (sources + 2)
    targets = np.full(logits.shape, doubt / (logits.shape[1] - 1))
    targets[np.arange(len(truth)), truth] = 1 - doubt

    def loss(logarithm: float) -> float:
        likely = (targets * log_softmax(logits / np.exp(logarithm), axis=1)).sum(axis=1)
        return -float(np.average(likely, weights=times))

    found = minimize_scalar(loss, bounds=tuple(np.log(TEMPERATURES)), method="bounded")
    return float(np.exp(found.x))


def cooled(linear: LogisticRegression, temperature: float, *, less: Floats) -> LogisticRegression:
    """The model with its scores divided by the temperature, and `less` taken from them: still plainly linear."""
    linear.coef_ = linear.coef_ / np.float32(temperature)
    # Two labels have one score between them.
    taken = less if len(linear.intercept_) == len(less) else np.diff(less)
    linear.intercept_ = (linear.intercept_ / np.float32(temperature) - taken).astype(linear.intercept_.dtype)
    return linear


def choose_threshold(
    probabilities: Floats, truth: NDArray[np.str_], *, times: NDArray[np.intp], labels: Sequence[str]
) -> float:
    """The least confidence from which on named answers are right as often as wanted, within `THRESHOLDS`."""
    said = np.array(labels)[probabilities.argmax(axis=1)]
    named = said != UNKNOWN
    confidence, right = probabilities.max(axis=1)[named], (said == truth)[named]
    descending = np.argsort(-confidence, kind="stable")
    counted = times[named][descending]
    precision = np.cumsum(right[descending] * counted) / np.cumsum(counted)
    enough = np.flatnonzero(precision >= PRECISION_WANTED)
    found = confidence[descending[enough[-1]]] if len(enough) else THRESHOLDS[1]
    return round(float(np.clip(found, *THRESHOLDS)), 4)


def describe(samples: Sequence[LabelledText], *, seed: int) -> dict[str, Any]:
    """What a model was trained on, in plain JSON: counts, the data's digest, versions and choices."""
    from sklearn import __version__

    counts: dict[str, Counter[str]] = {}
    digest = hashlib.sha256()
    for sample in samples:
        counts.setdefault(sample.label, Counter())[sample.language] += 1
        digest.update(
            json.dumps([sample.label, sample.language, sample.group, sample.text, sample.is_generated]).encode()
        )
    return {
        "documents": len(samples),
        "generated": sum(sample.is_generated for sample in samples),
        "counts": {label: dict(sorted(languages.items())) for label, languages in counts.items()},
        "data_digest": digest.hexdigest(),
        "seed": seed,
        "features_version": FEATURES_VERSION,
        "sklearn": __version__,
    }
