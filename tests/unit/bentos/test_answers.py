from __future__ import annotations

from collections.abc import Sequence

import pytest

from bentos.answers import Answer, Asked, answer_all
from docflow.errors import ClassifyError
from docflow.types import Answered, ModelRef, Prediction, Question, Variant

MODEL = ModelRef("docflow", "3", "d")


class Choking:
    """Models that choke on `bad`, as a tokeniser does on a text that nobody thought of."""

    def answer(self, questions: Sequence[Question]) -> list[Answered]:
        if any(question.text == "bad" for question in questions):
            raise ValueError("no token left")
        return [Answered(Prediction(one.text, 0.9, True, {one.text: 0.9}, MODEL)) for one in questions]


class Forgetful(Choking):
    """Models that lose a question of each batch."""

    def answer(self, questions: Sequence[Question]) -> list[Answered]:
        return super().answer(questions)[1:]


def asked(*texts: str) -> list[Asked]:
    return [Asked(text=text, key=text) for text in texts]


def test_a_text_that_cannot_be_classified_fails_alone() -> None:
    answers = answer_all(Choking(), asked("a", "bad", "b"))
    assert [answer.said is None for answer in answers] == [False, True, False]
    assert [answers[row].answered().prediction.label for row in (0, 2)] == ["a", "b"]
    with pytest.raises(ClassifyError):
        answers[1].answered()


def test_too_few_answers_reach_nobody() -> None:
    assert [answer.said for answer in answer_all(Forgetful(), asked("a", "b", "c"))] == [None] * 3


def test_an_answer_comes_through_whole_with_what_was_said_beside_it() -> None:
    sent = Answered(
        Prediction("invoice", 0.75, True, {"invoice": 0.75, "receipt": 0.25}, MODEL, Variant.CHALLENGER, 0.001),
        (Prediction("receipt", 0.5, False, {"receipt": 0.5}, MODEL, Variant.SHADOW), Prediction.failure(MODEL)),
    )
    carried = Answer.model_validate_json(Answer.of(sent).model_dump_json())
    assert carried.answered() == sent


def test_a_question_comes_through_whole_with_its_picture() -> None:
    question = Question("a text", "key", bytes(range(256)))
    sent = Asked(text=question.text, key=question.key, thumbnail=question.thumbnail)
    assert Asked.model_validate_json(sent.model_dump_json()).question() == question
