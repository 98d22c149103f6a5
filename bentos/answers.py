"""What passes between the gateway's process and the classifier's: one answer for each text, good or bad."""

from __future__ import annotations

import logging
from typing import Self

from pydantic import BaseModel, ConfigDict

from docflow.errors import ClassifyError
from docflow.types import Classifier, ModelRef, Prediction

log = logging.getLogger(__name__)


class Answer(BaseModel):
    """A prediction, or why there is none: an exception would fail every request of its batch."""

    model_config = ConfigDict(protected_namespaces=(), frozen=True)

    label: str = ""
    confidence: float = 0.0
    is_confident: bool = False
    scores: dict[str, float] = {}
    model_name: str = ""
    model_version: str = ""
    model_digest: str = ""
    failed: bool = False

    @classmethod
    def of(cls, prediction: Prediction) -> Self:
        """The answer that carries this prediction."""
        return cls(
            label=prediction.label,
            confidence=prediction.confidence,
            is_confident=prediction.is_confident,
            scores=dict(prediction.scores),
            model_name=prediction.model.name,
            model_version=prediction.model.version,
            model_digest=prediction.model.digest,
        )

    def prediction(self) -> Prediction:
        """The carried prediction; `ClassifyError` where there is none."""
        if self.failed:
            raise ClassifyError(
                "the classifier could not take this text",
                next_step="Report it with the text; the service's log has the cause.",
            )
        return Prediction(
            label=self.label,
            confidence=self.confidence,
            is_confident=self.is_confident,
            scores=self.scores,
            model=ModelRef(self.model_name, self.model_version, self.model_digest),
        )


def answer_all(classifier: Classifier, texts: list[str]) -> list[Answer]:
    """Exactly one answer for each text, in their order.

    They are predicted together; where that fails, one by one, so that a text which cannot be predicted fails
    alone. BentoML hands out a shorter list to the wrong callers, without an error.
    """
    try:
        answers = [Answer.of(prediction) for prediction in classifier.predict(texts)]
    except Exception:
        if len(texts) == 1:
            log.exception("a text of %d characters could not be classified", len(texts[0]))
            return [Answer(failed=True)]
        return [answer for text in texts for answer in answer_all(classifier, [text])]
    if len(answers) != len(texts):
        log.error("the classifier gave %d predictions for %d texts", len(answers), len(texts))
        return [Answer(failed=True) for _ in texts]
    return answers
