from __future__ import annotations

from collections.abc import Sequence

import pytest

from bentos.answers import Answer, answer_all
from docflow.errors import ClassifyError
from docflow.types import ModelRef, Prediction

MODEL = ModelRef("docflow", "3", "d")


class Choking:
    """A classifier that chokes on `bad`, as a tokeniser does on a text that nobody thought of."""

    model = MODEL

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        if "bad" in texts:
            raise ValueError("no token left")
        return [Prediction(text, 0.9, True, {text: 0.9}, MODEL) for text in texts]


class Forgetful(Choking):
    """A classifier that loses a text of each batch."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return super().predict(texts)[1:]


def test_a_text_that_cannot_be_classified_fails_alone() -> None:
    answers = answer_all(Choking(), ["a", "bad", "b"])
    assert [answer.failed for answer in answers] == [False, True, False]
    assert [answers[0].prediction().label, answers[2].prediction().label] == ["a", "b"]
    with pytest.raises(ClassifyError):
        answers[1].prediction()


def test_too_few_predictions_reach_nobody() -> None:
    assert [answer.failed for answer in answer_all(Forgetful(), ["a", "b", "c"])] == [True, True, True]


def test_a_prediction_comes_through_whole() -> None:
    sent = Prediction("invoice", 0.75, True, {"invoice": 0.75, "receipt": 0.25}, MODEL)
    assert Answer.of(sent).prediction() == sent
