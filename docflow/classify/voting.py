"""The linear model and a small network of common words, which vote: the mean of what both hold likely.

Where real documents are fewer than ten a label, the linear model answers alone, as it does without lines. With more,
two draws of the tuning half's folds have 0.941 and 0.925 of eight kinds right for 0.919 and 0.909 of the linear model;
with most of that half learnt from, 0.952 of the four kinds for 0.947, and 0.874 of the others as unknown for 0.844;
with whole sources held out 0.952 for 0.947. A share of a third is between the two. With five a kind it would be 0.953
for 0.965, and with none 0.928 for 0.938.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.special import softmax

from docflow.classify.blocks import REAL_A_LABEL
from docflow.classify.model import CandidateName, FittedModel, ScoringClassifier, TextClassifier
from docflow.classify.pipeline_file import pipeline_file
from docflow.classify.scoring import Floats
from docflow.classify.training import (
    BACKGROUND_WEIGHT,
    INVERSE_REGULARISATION,
    Prepared,
    describe_fit,
    fit_calibrated,
    prepare,
)
from docflow.classify.words import WordNetwork, common_columns, count_words, fit_words
from docflow.types import LabelledText, ModelRef

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True, eq=False)
class Voted:
    """What was learnt from, the two models, what both say of it out of fold, and how that came about in plain JSON."""

    prepared: Prepared
    pipeline: Pipeline
    network: WordNetwork | None
    probabilities: Floats
    training: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class VotingModel(FittedModel):
    """The linear model's pipeline and the network, None where there are too few real documents for it."""

    pipeline: Pipeline
    network: WordNetwork | None

    candidate: ClassVar[CandidateName] = "voting"

    @property
    def why_less(self) -> str:
        """Why the linear model answers alone; empty where both do."""
        few = f"labelled documents are under {REAL_A_LABEL} a label, so it is `linear` alone"
        return few if self.network is None else ""

    def classifier(self, model: ModelRef) -> ScoringClassifier:
        """The classifier that answers with both, or with the linear model alone."""
        if self.network is None:
            return TextClassifier(self.pipeline, model=model, labels=self.labels, threshold=self.threshold)
        return VotingClassifier(self.pipeline, self.network, model=model, labels=self.labels, threshold=self.threshold)

    def files(self) -> dict[str, bytes]:
        """The pipeline's file and the network's, each by its name."""
        return pipeline_file(self.pipeline) | (self.network.files() if self.network is not None else {})


class VotingClassifier(TextClassifier):
    """Answers with the mean of both; a text without a letter or digit is `UNKNOWN` with confidence and scores 0."""

    def __init__(
        self,
        pipeline: Pipeline,
        network: WordNetwork,
        *,
        model: ModelRef,
        labels: Sequence[str],
        threshold: float,
    ) -> None:
        super().__init__(pipeline, model=model, labels=labels, threshold=threshold)
        self._network = network

    def probabilities(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> Floats:
        """Each text's probability per label; it only reads."""
        linear = super().probabilities(texts)
        words = softmax(self._network.scores(count_words(texts)), axis=1)
        # Nothing was read where the linear model has nothing to say.
        return np.where(linear.any(axis=1, keepdims=True), together(linear, words), 0.0)


def train_voting(
    samples: Sequence[LabelledText],
    *,
    seed: int = 0,
    inverse_regularisation: float = INVERSE_REGULARISATION,
    background_weight: float = BACKGROUND_WEIGHT,
) -> VotingModel:
    """The two models of these samples, each calibrated by a temperature of its own, and the threshold of their mean.

    Raises `TrainingDataError` as the linear model does.
    """
    voted = fit_voting(
        samples, seed=seed, inverse_regularisation=inverse_regularisation, background_weight=background_weight
    )
    threshold = voted.prepared.threshold(voted.probabilities)
    return VotingModel(
        pipeline=voted.pipeline,
        network=voted.network,
        labels=voted.prepared.labels,
        threshold=threshold,
        training=voted.training,
        judged=voted.prepared.out_of_fold(voted.probabilities, threshold=threshold),
    )


def fit_voting(
    samples: Sequence[LabelledText], *, seed: int, inverse_regularisation: float, background_weight: float
) -> Voted:
    """The linear model of the samples, and the network where it may vote; raises `TrainingDataError` as the former."""
    prepared = prepare(samples, seed=seed)
    weights = prepared.weights(background_weight)
    linear = fit_calibrated(prepared, weights, inverse_regularisation=inverse_regularisation)
    probabilities, network = linear.probabilities, None
    if prepared.many_real:
        network, words = fit_network(prepared, weights, seed=seed)
        probabilities = together(probabilities, words)
    return Voted(
        prepared,
        linear.pipeline,
        network,
        probabilities,
        describe_fit(
            prepared,
            linear,
            seed=seed,
            inverse_regularisation=inverse_regularisation,
            background_weight=background_weight,
        ),
    )


def fit_network(prepared: Prepared, weights: Floats, *, seed: int) -> tuple[WordNetwork, Floats]:
    """The calibrated network of the samples, and each one's probabilities out of fold."""
    counts = count_words([sample.text for sample in prepared.samples])
    fitted = partial(fit_words, columns=common_columns(counts, prepared.times), seed=seed)
    logits = np.zeros((len(prepared.truth), len(prepared.labels)))
    for fit, judge in prepared.split.folds:
        logits[judge] = fitted(counts[fit], prepared.truth[fit], weights[fit]).scores(counts[judge])
    temperature = prepared.temperature(logits)
    network = fitted(counts, prepared.truth, weights).cooled(temperature)
    return network, softmax(logits / temperature, axis=1)


def together(linear: Floats, words: Floats) -> Floats:
    """The mean of what the two hold likely: documents x labels."""
    mean: Floats = (linear + words) / 2
    return mean
