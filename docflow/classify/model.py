"""A trained model, and the classifier that answers with it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from docflow.classify.blocks import count_blocks
from docflow.classify.evaluation import Evaluation, Judged, compare
from docflow.classify.pipeline_file import pipeline_file
from docflow.classify.scoring import Floats, Scorer
from docflow.types import UNKNOWN, LabelledText, ModelRef, Prediction

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

CandidateName = Literal["linear", "voting", "multimodal", "neural", "paperless"]
"""What kinds of model there are; see `docflow.classify.candidates`."""

CandidateChoice = Literal["linear", "voting", "multimodal", "neural", "paperless", "best"]
"""What may be asked for: a kind of model, or whichever is best."""


@dataclass(frozen=True, kw_only=True)
class FittedModel(ABC):
    """What training made: something that answers, and how it came about.

    `labels` are those that it scores, in its order; `UNKNOWN` is among them where background was learnt. `training`
    says what it was trained on, in plain JSON. `judged` are documents without their texts, each by a model that has not
    seen it, nor others of its source as far as the folds allow.
    """

    labels: tuple[str, ...]
    threshold: float
    training: Mapping[str, Any]
    judged: Judged

    candidate: ClassVar[CandidateName]

    @cached_property
    def out_of_fold(self) -> Evaluation:
        """How models did on documents that they had not seen."""
        return compare(self.judged.predictions, self.judged.samples)

    @property
    def why_less(self) -> str:
        """Why it answers as a simpler candidate, and as which, in a sentence; empty where it has all of its parts."""
        return ""

    @abstractmethod
    def classifier(self, model: ModelRef) -> ScoringClassifier:
        """The classifier that answers with this model."""

    @abstractmethod
    def files(self) -> dict[str, bytes]:
        """What was fitted as files that hold no code, each by its name."""


@dataclass(frozen=True, kw_only=True)
class TrainedModel(FittedModel):
    """The linear model: the pipeline from counts to calibrated probabilities, with `by_block` between its steps."""

    pipeline: Pipeline

    candidate: ClassVar[CandidateName] = "linear"

    def classifier(self, model: ModelRef) -> TextClassifier:
        """The classifier that answers with this model."""
        return TextClassifier(self.pipeline, model=model, labels=self.labels, threshold=self.threshold)

    def files(self) -> dict[str, bytes]:
        """The pipeline's file by its name."""
        return pipeline_file(self.pipeline)


class ScoringClassifier(ABC):
    """Tells what kind of document each text is from its labels' probabilities; a `docflow.types.Classifier`.

    The likeliest label counts when its probability reaches `threshold`; otherwise, and where the likeliest
    is the background, the answer is `UNKNOWN`.
    """

    looks_at_embeddings: ClassVar[bool] = False
    """Whether it answers otherwise for thumbnails that carry an embedding."""

    def __init__(self, *, model: ModelRef, labels: Sequence[str], threshold: float) -> None:
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

    @abstractmethod
    def probabilities(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> Floats:
        """Each text's probability per label: texts x labels. `thumbnails` are as many, or none."""

    def predict(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        """One prediction for each text, in their order; see `docflow.types.Classifier`."""
        found = self.probabilities(texts, thumbnails)
        return to_predictions(found, model=self.model, labels=self.labels, threshold=self.threshold)


class TextClassifier(ScoringClassifier):
    """Answers with the linear model; a text without a letter or digit is `UNKNOWN` with confidence and scores 0."""

    def __init__(self, pipeline: Pipeline, *, model: ModelRef, labels: Sequence[str], threshold: float) -> None:
        super().__init__(model=model, labels=labels, threshold=threshold)
        self._scorer = Scorer.of(pipeline)

    def probabilities(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> Floats:
        """Each text's probability per label; it only reads."""
        return self._scorer.probabilities(count_blocks(texts, lines=self._scorer.looks_at_lines))


def judge_out_of_fold(
    probabilities: NDArray[np.floating[Any]],
    samples: Sequence[LabelledText],
    *,
    sources: NDArray[np.str_],
    labels: Sequence[str],
    threshold: float,
) -> Judged:
    """What models that had not seen these samples say of them, each row of `probabilities` being one's per label."""
    said = to_predictions(probabilities, model=ModelRef("out-of-fold", "", ""), labels=labels, threshold=threshold)
    # No figure looks at texts and pages, and whoever keeps the model should not keep these.
    return Judged(said, [replace(sample, text="", thumbnail=b"") for sample in samples], sources.tolist())


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
