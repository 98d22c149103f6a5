"""What holds for every promotion by rule, where there is nobody or too little to compare with as well."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from learning_case import Loop, samples

from docflow import promoting, rollout
from docflow.errors import ModelNotFound, PromotionRefused
from docflow.promoting import Judged, promote_if_better, put_on_trial
from docflow.settings import PromotionSettings
from docflow.types import LabelledText

RULES: dict[str, Any] = {"least_documents": 20, "max_milliseconds": 500}


def promote(
    loop: Loop, version: str, *, given: list[LabelledText] | None = None, reason: str = "", **rules: Any
) -> Judged:
    return promote_if_better(
        version,
        settings=loop.settings.model_copy(update={"promotion": PromotionSettings(**RULES | rules)}),
        store=loop.store,
        registry=loop.registry,
        promoted_by="ann",
        reason=reason,
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
    (row,) = two.store.refusals.newest("docflow")
    assert row.refused_because == ["version 1 is the champion by now: what was decided before is outdated"]
    assert row.evidence["costs"]["bytes"] > 1000


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


@pytest.mark.parametrize("held_out", [0, 5, 9])
def test_with_too_few_labelled_documents_to_judge_by_nobody_takes_the_champions_place(two: Loop, held_out: int) -> None:
    two.promote("1")
    with pytest.raises(PromotionRefused) as refused:
        promote(two, "2", given=samples(held_out, seed=7))
    told = (
        "of the labelled documents that are held out, that neither has learnt from, and that people labelled before any"
    )
    assert f"{told} model had answered, {2 * held_out} documents of " in refused.value.message
    assert "and 20 documents of 6 sources are needed to judge by" in refused.value.message
    assert "set rollout.fair_labels where labels are a random sample" in refused.value.next_step
    assert "`docflow models challenge 2`" in refused.value.next_step
    assert "--force and a --reason" in refused.value.next_step
    assert rollout.recorded_champion(two.settings, store=two.store).model_version == "1"


def test_a_champion_that_cannot_be_loaded_does_not_keep_its_place(two: Loop) -> None:
    two.promote("1")
    for path in (two.folder("1"), two.artifacts("1")):
        (path / "model.json").write_text("{}")
    two.published("1").write_bytes(b"spoilt")
    with pytest.raises(PromotionRefused, match="bytes; 10 are"):
        promote(two, "2", max_bytes=10)
    judged = promote(two, "2")
    assert judged.verdict is None
    assert judged.promotion.reason == "not judged: the champion, version 1, cannot be loaded"
    assert rollout.load_champion(two.settings, store=two.store).model.version == "2"


def test_a_versions_number_is_the_same_however_it_is_written(two: Loop) -> None:
    two.promote("1")
    assert promote(two, "01").promotion.reason == "the champion already"
    for written in ("٣", "-1", "1.0", "0", "²", "9" * 40):
        with pytest.raises(ModelNotFound, match="versions are whole numbers"):
            promote(two, written)


def test_a_version_of_the_champions_number_with_other_files_is_not_the_champion_again(two: Loop) -> None:
    two.promote("2")
    two.store.record_promotion(
        model_name="docflow",
        model_version="1",
        digest=two.registry.version("docflow", version="2").digest,
        promoted_by="ann",
        files=two.store.promotions(model_name="docflow")[0].files,
    )
    with pytest.raises(PromotionRefused, match="are needed to judge by"):
        promote(two, "1")


def test_a_version_over_its_budgets_is_not_tried_on_the_traffic_either(two: Loop) -> None:
    two.promote("1")
    tight = two.settings.model_copy(update={"promotion": PromotionSettings(max_bytes=1)})
    with pytest.raises(PromotionRefused, match="version 2 is not to be tried: its files have"):
        put_on_trial("2", settings=tight, store=two.store, registry=two.registry, promoted_by="ann")
    assert set(rollout.parts_in_force(two.settings, store=two.store)) == {"champion"}
    tried = put_on_trial("02", settings=two.settings, store=two.store, registry=two.registry, promoted_by="ann")
    assert (tried.alias, tried.model_version) == ("challenger", "2")
    assert rollout.Evidence.of(tried).metrics["bytes"] > 1


def test_a_refused_promotion_leaves_a_row_that_says_why(two: Loop) -> None:
    two.promote("1")
    with pytest.raises(PromotionRefused) as refused:
        promote(two, "2", given=samples(10, seed=7), reason="a try", max_bytes=10)
    (row,) = two.store.refusals.newest("docflow")
    assert (row.model_version, row.digest) == ("2", two.registry.version("docflow", version="2").digest)
    assert (row.alias, row.asked_by, row.reason) == ("champion", "ann", "a try")
    assert [reason[:13] for reason in row.refused_because] == ["its macro acc", "its files hav"]
    assert row.evidence == json.loads(json.dumps(refused.value.detail))
    assert (row.evidence["champion_version"], row.evidence["documents"]) == ("1", 20)
    assert row.evidence["rules"]["max_bytes"] == 10


def test_a_refused_trial_leaves_a_row_too(two: Loop) -> None:
    two.promote("1")
    tight = two.settings.model_copy(update={"promotion": PromotionSettings(max_bytes=1)})
    for version, settings in (("2", tight), ("1", two.settings)):
        with pytest.raises(PromotionRefused):
            put_on_trial(
                version, settings=settings, store=two.store, registry=two.registry, promoted_by="bo", alias="shadow"
            )
    itself, too_large = two.store.refusals.newest("docflow")
    assert (too_large.model_version, too_large.alias, too_large.asked_by) == ("2", "shadow", "bo")
    assert too_large.evidence["costs"]["bytes"] > 1
    assert (itself.model_version, list(itself.evidence)) == ("1", ["costs"])
    assert itself.refused_because == ["version 1 is the champion: it cannot be tried against itself"]


def test_the_champions_twin_is_not_tried_against_it_and_the_refusal_says_why(two: Loop) -> None:
    two.promote("1")
    twin = two.train().version.version
    with pytest.raises(PromotionRefused) as refused:
        two.challenge(twin)
    same = f"version {twin} is the same model as the champion, version 1: it cannot be tried against itself"
    assert refused.value.message == same
    assert "--force" not in refused.value.next_step
    assert "docflow models list" in refused.value.next_step


def test_a_refusal_that_cannot_be_put_on_record_is_one_nevertheless(
    two: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    two.promote("1")
    with closing(sqlite3.connect(two.settings.var_dir / "docflow.db")) as database, database:
        database.execute("DROP TABLE refusals")
    with pytest.raises(PromotionRefused, match="are needed to judge by"):
        promote(two, "2", given=[])
    assert "version 2 was refused, which is not on record: SQLite does not answer" in caplog.text
