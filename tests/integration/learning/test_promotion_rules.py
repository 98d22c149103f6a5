"""What holds for every promotion by rule, where there is nobody or too little to compare with as well."""

from __future__ import annotations

from typing import Any

import pytest
from learning_case import Loop, samples

from docflow import promoting, rollout
from docflow.errors import PromotionRefused
from docflow.promoting import Judged, promote_if_better
from docflow.settings import PromotionSettings
from docflow.types import LabelledText

RULES: dict[str, Any] = {"least_documents": 20, "max_milliseconds": 500}


def promote(loop: Loop, version: str, *, given: list[LabelledText] | None = None, **rules: Any) -> Judged:
    return promote_if_better(
        version,
        settings=loop.settings.model_copy(update={"promotion": PromotionSettings(**RULES | rules)}),
        store=loop.store,
        registry=loop.registry,
        promoted_by="ann",
        samples=given,
    )


@pytest.fixture
def two(loop: Loop) -> Loop:
    """A loop with two versions, none of which was promoted."""
    loop.train()
    loop.train(seed=1)
    return loop


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(
    ("rule", "told"), [("max_bytes", "bytes; 10 are"), ("max_milliseconds", "ms a text; 1e-06 are")]
)
def test_a_version_over_its_budgets_is_refused_though_nothing_is_judged(
    two: Loop, is_first: bool, rule: str, told: str
) -> None:
    if not is_first:
        two.promote("1")
    before = two.store.promotions(model_name="docflow")
    with pytest.raises(PromotionRefused, match=told) as refused:
        promote(two, "2", **{rule: 10 if rule == "max_bytes" else 1e-6})
    assert refused.value.detail["costs"]["bytes"] > 1000
    assert two.store.promotions(model_name="docflow") == before


def test_what_a_version_costs_is_on_record_though_nothing_is_judged(two: Loop) -> None:
    evidence = rollout.Evidence.of(promote(two, "1").promotion)
    size = sum(path.stat().st_size for path in two.folder("1").iterdir())
    assert evidence.metrics["bytes"] == size
    assert 0 < (evidence.metrics["milliseconds_a_text"] or 0) < 500


def test_promoting_the_champion_again_says_that_it_is_the_champion_already(two: Loop) -> None:
    assert promote(two, "1").promotion.reason == "the first champion"
    assert promote(two, "1").promotion.reason == "the champion already"


def test_a_first_champion_is_not_replaced_unjudged_by_another_first_one(
    two: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge_slowly(*_: object, **__: object) -> list[LabelledText]:
        two.promote("1")
        return []

    monkeypatch.setattr(promoting, "documents_to_judge_by", judge_slowly)
    with pytest.raises(PromotionRefused, match="version 1 is the champion by now"):
        promote(two, "2")
    assert rollout.recorded_champion(two.settings, store=two.store).model_version == "1"


def test_documents_that_the_caller_has_already_are_not_looked_up_again(
    two: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object, **__: object) -> list[LabelledText]:
        raise AssertionError("looked up again")

    monkeypatch.setattr(promoting, "documents_to_judge_by", again)
    two.promote("1")
    with pytest.raises(PromotionRefused, match="by 20 documents") as refused:
        promote(two, "2", given=samples(10, seed=7))
    assert refused.value.detail["documents"] == 20
    told = promote(two, "2", given=samples(5, seed=7)).promotion.reason
    assert told == "not judged: 10 labelled documents are held out"
