"""Training: a linear model on weighted n-grams and lines, calibrated on documents that it has not seen."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import softmax
from threadpoolctl import threadpool_limits

from docflow.classify.blocks import by_block, count_blocks, has_many_real
from docflow.classify.confidence import choose_threshold, fit_temperature
from docflow.classify.evaluation import Judged
from docflow.classify.features import FEATURES_VERSION
from docflow.classify.folds import Fold, Split, split
from docflow.classify.grouping import LEAST_PER_LABEL, sources_of
from docflow.classify.layout import LAYOUT_VERSION
from docflow.classify.model import TrainedModel, judge_out_of_fold
from docflow.classify.weighing import background_of, commonness, document_weights, times_of
from docflow.errors import TrainingDataError
from docflow.types import UNKNOWN, LabelledText

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

log = logging.getLogger(__name__)

Floats = NDArray[np.floating[Any]]

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

TOLERANCE = 1e-4
"""Of the gradient. With 1e-3, how far the optimiser had come decided some answers: over four seeds of the generator,
the tuning half's invoices had a mean probability of 0.86 to 0.91; with 1e-4 it is 0.88 to 0.90, as with 1e-5."""
MOST_ITERATIONS = 300


@dataclass(frozen=True, eq=False)
class Prepared:
    """Samples to learn from, in an order of their own, with what is counted in each and the folds to calibrate on.

    `times` is how often each counts, `judged` the rows to calibrate and judge by, `many_real` whether there are enough
    real ones for lines to be learnt from.
    """

    samples: list[LabelledText]
    counts: sp.csr_matrix
    truth: NDArray[np.str_]
    sources: NDArray[np.str_]
    split: Split
    times: NDArray[np.intp]
    judged: NDArray[np.intp]
    many_real: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in the order of their scores."""
        return tuple(np.unique(self.truth).tolist())

    @property
    def numbers(self) -> NDArray[np.intp]:
        """Each sample's label by its number among `labels`."""
        return np.searchsorted(self.labels, self.truth)

    def weights(self, background_weight: float) -> Floats:
        """What each sample weighs in a linear model, where the background weighs so much against one named label."""
        background = background_of(self.samples, background_weight)
        return document_weights(self.truth, self.times, background_weight=background)

    def temperature(self, logits: Floats) -> float:
        """The temperature that fits these scores, which are out of fold."""
        rows = self.judged
        sources = len(set(self.sources[rows].tolist()))
        return fit_temperature(logits[rows], self.numbers[rows], times=self.times[rows], sources=sources)

    def threshold(self, probabilities: Floats) -> float:
        """The least confidence of a named label that fits these probabilities, which are out of fold."""
        rows = self.judged
        return choose_threshold(probabilities[rows], self.truth[rows], times=self.times[rows], labels=self.labels)

    def out_of_fold(self, probabilities: Floats, *, threshold: float) -> Judged:
        """What these probabilities, which are out of fold, say of the samples with the threshold."""
        return judge_out_of_fold(
            probabilities[self.judged],
            [self.samples[row] for row in self.judged],
            sources=self.sources[self.judged],
            labels=self.labels,
            threshold=threshold,
        )


@dataclass(frozen=True, eq=False)
class Calibrated:
    """The linear pipeline, with its temperature in it, and each sample's probabilities out of fold."""

    pipeline: Pipeline
    temperature: float
    probabilities: Floats


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
    near duplicates are kept whole in the folds, except for labels that have too few of them. The threshold is the least
    confidence from which on named answers are right in 93 % of cases, within `THRESHOLDS`. Samples that a machine
    labelled are learnt from; no figure, temperature or threshold rests on them.

    Raises `TrainingDataError` for under two labels, or under five documents of one.
    """
    prepared = prepare(samples, seed=seed)
    weights = prepared.weights(background_weight)
    linear = fit_calibrated(prepared, weights, inverse_regularisation=inverse_regularisation)
    threshold = prepared.threshold(linear.probabilities)
    return TrainedModel(
        pipeline=linear.pipeline,
        labels=prepared.labels,
        threshold=threshold,
        training=describe_fit(
            prepared,
            linear,
            seed=seed,
            inverse_regularisation=inverse_regularisation,
            background_weight=background_weight,
        ),
        judged=prepared.out_of_fold(linear.probabilities, threshold=threshold),
    )


def prepare(samples: Sequence[LabelledText], *, seed: int) -> Prepared:
    """The samples that have words, counted and in folds; raises `TrainingDataError` for too few labels or documents."""
    ordered = in_order(samples)
    many_real = has_many_real(ordered)
    counts = count_blocks([sample.text for sample in ordered], lines=many_real)
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
    sources = sources_of(learnt)
    return Prepared(
        samples=learnt,
        counts=counts,
        truth=truth,
        sources=sources,
        split=split(truth, sources, seed=seed),
        times=times_of(learnt),
        judged=judged_by(learnt),
        many_real=many_real,
    )


def fit_calibrated(prepared: Prepared, weights: Floats, *, inverse_regularisation: float) -> Calibrated:
    """The linear pipeline of the samples, each of which weighs what `weights` says, calibrated out of fold."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.pipeline import Pipeline

    tfidf = TfidfTransformer(sublinear_tf=True)
    weighted = by_block(tfidf.fit_transform(prepared.counts))
    fitted = partial(fit_linear, inverse_regularisation=inverse_regularisation)
    logits = out_of_fold_logits(weighted, prepared.truth, weights, prepared.split.folds, fitted=fitted)
    temperature = prepared.temperature(logits)
    less = COMMONNESS * commonness(prepared.samples, prepared.labels)
    linear = cooled(fitted(weighted, prepared.truth, weights), temperature, less=less)
    probabilities = softmax(logits / temperature - less, axis=1)
    return Calibrated(Pipeline([("tfidf", tfidf), ("linear", linear)]), temperature, probabilities)


def describe_fit(prepared: Prepared, linear: Calibrated, *, seed: int, **knobs: float) -> dict[str, Any]:
    """What a model with the linear one in it was trained on and how, in plain JSON."""
    return (
        describe(prepared.samples, seed=seed)
        | knobs
        | prepared.split.described()
        | {"temperature": round(linear.temperature, 6)}
        | ({"layout_version": LAYOUT_VERSION} if prepared.many_real else {})
    )


def in_order(samples: Sequence[LabelledText]) -> list[LabelledText]:
    """The samples in an order that depends on nothing but themselves."""
    return sorted(samples, key=lambda s: (s.label, s.language, s.group, s.text, s.is_generated, s.is_automatic))


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


def cooled(linear: LogisticRegression, temperature: float, *, less: Floats) -> LogisticRegression:
    """The model with its scores divided by the temperature, and `less` taken from them: still plainly linear."""
    linear.coef_ = linear.coef_ / np.float32(temperature)
    # Two labels have one score between them.
    taken = less if len(linear.intercept_) == len(less) else np.diff(less)
    linear.intercept_ = (linear.intercept_ / np.float32(temperature) - taken).astype(linear.intercept_.dtype)
    return linear


def describe(samples: Sequence[LabelledText], *, seed: int) -> dict[str, Any]:
    """What a model was trained on, in plain JSON: counts, the data's digest, versions and choices."""
    from sklearn import __version__

    counts: dict[str, Counter[str]] = {}
    digest = hashlib.sha256()
    for sample in samples:
        counts.setdefault(sample.label, Counter())[sample.language] += 1
        seen = [sample.label, sample.language, sample.group, sample.text, sample.is_generated]
        # Nothing is calibrated on such; without any, the digest is the one that it was before there were some.
        digest.update(json.dumps([*seen, "automatic"] if sample.is_automatic else seen).encode())
    return {
        "documents": len(samples),
        "generated": sum(sample.is_generated for sample in samples),
        "counts": {label: dict(sorted(languages.items())) for label, languages in counts.items()},
        "data_digest": digest.hexdigest(),
        "seed": seed,
        "features_version": FEATURES_VERSION,
        "sklearn": __version__,
    }
