"""A trained model, and the classifier that answers with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from docflow.classify.evaluation import Evaluation
from docflow.classify.features import count_features
from docflow.classify.scoring import Scorer
from docflow.types import UNKNOWN, ModelRef, Prediction


@dataclass(frozen=True)
class TrainedModel:
    """What training made: the pipeline from counts to calibrated probabilities, and how it came about.

    `labels` are those that the pipeline scores, in its order; `UNKNOWN` is among them where background was
    learnt. `training` says what it was trained on, in plain JSON. `out_of_fold` judges each document by a
    model that has seen neither it nor its group.
    """

    pipeline: Pipeline
    labels: tuple[str, ...]
    threshold: float
    training: Mapping[str, Any]
    out_of_fold: Evaluation


class TextClassifier:
    """Tells what kind of document each text is; a `docflow.types.Classifier`.

    The likeliest label counts when its probability reaches `threshold`; otherwise, and where the likeliest
    is the background, the answer is `UNKNOWN`. A text without a letter or digit is `UNKNOWN` with
    confidence and scores 0.
    """

    def __init__(self, pipeline: Pipeline, *, model: ModelRef, labels: Sequence[str], threshold: float) -> None:
        self._scorer = Scorer.of(pipeline)
        self._model = model
        self._labels = tuple(labels)
        self._threshold = threshold

    @property
    def model(self) -> ModelRef:
        """Which model answers."""
        return self._model

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels that are scored, `UNKNOWN` among them where background was learnt."""
        return self._labels

    @property
    def threshold(self) -> float:
        """The least confidence of a named label."""
        return self._threshold

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction for each text, in their order."""
        probabilities = self._scorer.probabilities(count_features(texts))
        return to_predictions(probabilities, model=self.model, labels=self.labels, threshold=self.threshold)


def to_predictions(
    probabilities: NDArray[np.floating[Any]], *, model: ModelRef, labels: Sequence[str], threshold: float
) -> list[Prediction]:
    """Each row's prediction: the likeliest label, or `UNKNOWN` for the background or under the threshold."""
    predictions = []
    for row in probabilities.tolist():
        confidence = max(row)
        likeliest = labels[row.index(confidence)]
        is_confident = likeliest != UNKNOWN and confidence >= threshold and confidence > 0
        predictions.append(
            Prediction(
                label=likeliest if is_confident else UNKNOWN,
                confidence=confidence,
                is_confident=is_confident,
                scores=dict(zip(labels, row, strict=True)),
                model=model,
            )
        )
    return predictions
