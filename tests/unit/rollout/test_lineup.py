"""Who answers for which document, and who is only asked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest

from docflow.errors import ModelFileError
from docflow.monitor import MODEL_FAILURES
from docflow.rollout import Lineup
from docflow.rollout.lineup import in_share
from docflow.testing import FakeClassifier
from docflow.types import FAILED, ModelRef, Prediction, Question, Variant

CHAMPION = FakeClassifier({"invoice": "INVOICE"}, version="1")
CHALLENGER = FakeClassifier({"invoice": "INVOICE", "receipt": "RECEIPT"}, version="2")
PREDECESSOR = FakeClassifier({"letter": "DEAR"}, version="0")

QUESTIONS = [Question("RECEIPT", f"document {number}") for number in range(1000)]


class Broken:
    """A model that fails whatever it is asked, or loses answers."""

    def __init__(self, *, said: list[Prediction] | None = None) -> None:
        self.model = ModelRef("fake", "9", "9" * 64)
        self._said = said

    def predict(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        if self._said is None:
            raise MemoryError("too many texts")
        return self._said


def test_a_champion_alone_answers_and_nobody_is_asked_beside_it() -> None:
    (answered,) = Lineup(CHAMPION).answer([Question("INVOICE", "a")])
    assert (answered.prediction.label, answered.prediction.variant) == ("invoice", Variant.CHAMPION)
    assert answered.prediction.seconds is not None
    assert answered.shadows == ()


def test_a_challenger_answers_for_its_share_and_is_a_shadow_for_the_rest() -> None:
    answers = Lineup(CHAMPION, challenger=CHALLENGER, share=0.2).answer(QUESTIONS)
    by_challenger = [answered for answered in answers if answered.prediction.variant is Variant.CHALLENGER]
    assert 150 < len(by_challenger) < 250
    assert {answered.prediction.label for answered in by_challenger} == {"receipt"}
    for answered in answers:
        (beside,) = answered.shadows
        assert beside.variant is Variant.SHADOW
        assert {beside.model.version, answered.prediction.model.version} == {"1", "2"}


def test_the_same_document_is_answered_by_the_same_model_however_it_is_asked() -> None:
    lineup = Lineup(CHAMPION, challenger=CHALLENGER, share=0.5)
    together = [answered.prediction.variant for answered in lineup.answer(QUESTIONS)]
    alone = [lineup.answer([question])[0].prediction.variant for question in QUESTIONS]
    assert together == alone


def test_the_next_challenger_gets_other_documents() -> None:
    chosen = [{q.key for q in QUESTIONS if in_share(q.key, 0.1, of=version)} for version in ("2", "3")]
    assert len(chosen[0] & chosen[1]) < 0.5 * min(map(len, chosen))


@pytest.mark.parametrize(("share", "answering"), [(0.0, 0), (1.0, len(QUESTIONS))])
def test_no_share_and_all_of_it_are_exact(share: float, answering: int) -> None:
    answers = Lineup(CHAMPION, challenger=CHALLENGER, share=share).answer(QUESTIONS)
    assert sum(answered.prediction.variant is Variant.CHALLENGER for answered in answers) == answering


def test_a_shadow_is_asked_about_every_document_and_answers_for_none() -> None:
    answers = Lineup(CHAMPION, challenger=CHALLENGER, shadow=PREDECESSOR, share=1.0).answer(QUESTIONS)
    assert {answered.prediction.model.version for answered in answers} == {"2"}
    assert {tuple(beside.model.version for beside in answered.shadows) for answered in answers} == {("1", "0")}


@pytest.mark.parametrize("broken", [Broken(), Broken(said=[])])
def test_a_challenger_that_fails_is_not_noticed_by_who_asked(broken: Broken) -> None:
    answers = Lineup(CHAMPION, challenger=broken, share=1.0).answer(QUESTIONS[:3])
    assert [answered.prediction.variant for answered in answers] == [Variant.CHAMPION] * 3
    assert [answered.shadows for answered in answers] == [(Prediction.failure(broken.model),)] * 3


class Choking(FakeClassifier):
    """A model that chokes on one text, and on every batch that has it."""

    def predict(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        if "choke" in texts:
            raise ValueError("no token left")
        return super().predict(texts)


def test_another_model_stands_in_where_the_champion_fails_and_nowhere_else() -> None:
    champion = Choking({"invoice": "INVOICE"}, version="1")
    asked = [Question("INVOICE", "a"), Question("choke", "b"), Question("INVOICE", "c")]
    before = MODEL_FAILURES.labels("1")._value.get()
    answers = Lineup(champion, shadow=PREDECESSOR).answer(asked)
    assert [answered.prediction.variant.value for answered in answers] == ["champion", "stand_in", "champion"]
    assert [answered.prediction.model.version for answered in answers] == ["1", "0", "1"]
    assert [answered.shadows[0].label for answered in answers] == ["unknown", FAILED, "unknown"]
    assert [beside.model.version for answered in answers for beside in answered.shadows] == ["0", "1", "0"]
    assert MODEL_FAILURES.labels("1")._value.get() == before + 1


@pytest.mark.parametrize("shadow", [None, Choking({}, version="0")])
def test_a_document_that_nobody_answers_is_counted_once_however_often_it_is_asked_about(
    shadow: Choking | None,
) -> None:
    lineup = Lineup(Choking({"invoice": "INVOICE"}, version="7"), shadow=shadow)
    before = MODEL_FAILURES.labels("7")._value.get()
    asked = [Question("INVOICE", "a"), Question("choke", "b")]
    with pytest.raises(ValueError, match="no token left"):
        lineup.answer(asked)
    for question in asked:
        with suppress(ValueError):
            lineup.answer([question])
    assert MODEL_FAILURES.labels("7")._value.get() == before + 1


def test_models_that_warm_up_are_all_asked_and_nothing_is_counted() -> None:
    before = MODEL_FAILURES.labels("9")._value.get()
    Lineup(CHAMPION, challenger=Broken(), shadow=PREDECESSOR).warm_up()
    with pytest.raises(ModelFileError, match="version 9 is loaded, and fails at what it is asked"):
        Lineup(Broken(), shadow=PREDECESSOR).warm_up()
    assert MODEL_FAILURES.labels("9")._value.get() == before


def test_the_challenger_stands_in_before_the_shadow_does() -> None:
    (answered,) = Lineup(Broken(), challenger=CHALLENGER, shadow=PREDECESSOR).answer([Question("RECEIPT", "a")])
    assert (answered.prediction.model.version, answered.prediction.variant) == ("2", Variant.STAND_IN)
    assert [(beside.model.version, beside.label) for beside in answered.shadows] == [("9", FAILED), ("0", "unknown")]


def test_a_champion_that_fails_alone_is_an_error() -> None:
    with pytest.raises(MemoryError):
        Lineup(Broken()).answer(QUESTIONS[:1])
    with pytest.raises(MemoryError):
        Lineup(Broken(), challenger=Broken()).answer(QUESTIONS[:1])
    with pytest.raises(ValueError, match="0 predictions for 1 texts"):
        Lineup(Broken(said=[])).answer(QUESTIONS[:1])
