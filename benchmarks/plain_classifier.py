"""The plainest text classifier there is, to see what a benchmark's documents ask: TF-IDF and logistic regression.

It learns from real documents alone where there are any, has no threshold, and knows no kind but those it was shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from docflow.classify.model import ScoringClassifier
from docflow.classify.scoring import Floats
from docflow.types import LabelledText, ModelRef


@dataclass(frozen=True)
class Plain:
    """Words and pairs of words, weighed by TF-IDF, in a logistic regression with all labels alike."""

    name: ClassVar[str] = "plain"
    looks: ClassVar[bool] = False

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> FittedPlain:
        """The fitted pipeline; the seed changes nothing."""
        learnt = [sample for sample in samples if not sample.is_generated] or samples
        pipeline = make_pipeline(
            TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
            LogisticRegression(C=10, class_weight="balanced", max_iter=2000),
        )
        return FittedPlain(pipeline.fit([sample.text for sample in learnt], [sample.label for sample in learnt]))


@dataclass(frozen=True)
class FittedPlain:
    """What `Plain` learnt."""

    pipeline: Pipeline

    def classifier(self, model: ModelRef) -> PlainClassifier:
        """The classifier that answers with it."""
        return PlainClassifier(self.pipeline, model=model)


class PlainClassifier(ScoringClassifier):
    """Answers with the likeliest label, however likely it is."""

    def __init__(self, pipeline: Pipeline, *, model: ModelRef) -> None:
        super().__init__(model=model, labels=[str(label) for label in pipeline.classes_], threshold=0.0)
        self._pipeline = pipeline

    def probabilities(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> Floats:
        """Each text's probability per label."""
        found: Floats = self._pipeline.predict_proba(texts)
        return found
