"""What passes between the gateway's process and the classifier's: one answer for each question, good or bad."""

from __future__ import annotations

import logging
from typing import Self

from pydantic import BaseModel, ConfigDict

from docflow.errors import ClassifyError
from docflow.types import Answered, Answering, ModelRef, Prediction, Question, Variant

log = logging.getLogger(__name__)


class Asked(BaseModel):
    """A question on its way to the classifier."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    text: str
    key: str
    thumbnail: bytes = b""

    def question(self) -> Question:
        """The carried question."""
        return Question(self.text, self.key, self.thumbnail)


class Said(BaseModel):
    """What one model said, on its way back."""

    model_config = ConfigDict(protected_namespaces=(), frozen=True)

    label: str
    confidence: float
    is_confident: bool
    scores: dict[str, float]
    model_name: str
    model_version: str
    model_digest: str
    variant: Variant
    seconds: float | None

    @classmethod
    def of(cls, prediction: Prediction) -> Self:
        """What carries this prediction."""
        return cls(
            label=prediction.label,
            confidence=prediction.confidence,
            is_confident=prediction.is_confident,
            scores=dict(prediction.scores),
            model_name=prediction.model.name,
            model_version=prediction.model.version,
            model_digest=prediction.model.digest,
            variant=prediction.variant,
            seconds=prediction.seconds,
        )

    def prediction(self) -> Prediction:
        """The carried prediction."""
        return Prediction(
            label=self.label,
            confidence=self.confidence,
            is_confident=self.is_confident,
            scores=self.scores,
            model=ModelRef(self.model_name, self.model_version, self.model_digest),
            variant=self.variant,
            seconds=self.seconds,
        )


class Answer(BaseModel):
    """What counts and what was said beside it, or nothing: an exception would fail every request of its batch."""

    model_config = ConfigDict(frozen=True)

    said: Said | None = None
    shadows: tuple[Said, ...] = ()

    @classmethod
    def of(cls, answered: Answered) -> Self:
        """The answer that carries this."""
        shadows = tuple(Said.of(shadow) for shadow in answered.shadows)
        return cls(said=Said.of(answered.prediction), shadows=shadows)

    def answered(self) -> Answered:
        """What is carried; `ClassifyError` where there is nothing."""
        if self.said is None:
            raise ClassifyError(
                "the classifier could not take this text",
                next_step="Report it with the text; the service's log has the cause.",
            )
        return Answered(self.said.prediction(), tuple(shadow.prediction() for shadow in self.shadows))


def answer_all(models: Answering, questions: list[Asked]) -> list[Answer]:
    """Exactly one answer for each question, in their order.

    They are answered together; where that fails, one by one, so that a text which cannot be classified fails alone.
    BentoML hands out a shorter list to the wrong callers, without an error.
    """
    try:
        given = models.answer([asked.question() for asked in questions])
        answers = [Answer.of(answered) for answered in given]
    except Exception:
        if len(questions) == 1:
            log.exception("a text of %d characters could not be classified", len(questions[0].text))
            return [Answer()]
        return [answer for asked in questions for answer in answer_all(models, [asked])]
    if len(answers) != len(questions):
        log.error("the classifier gave %d answers for %d texts", len(answers), len(questions))
        return [Answer() for _ in questions]
    return answers
