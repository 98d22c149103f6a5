"""Versions are published, tried beside the champion, judged on what people say, and swapped while they serve."""

from __future__ import annotations

import json
import shutil

import pytest
from learning_case import TEXTS, Loop, never, picture

from docflow import promoting, rollout
from docflow.errors import ModelNotFound, NoChampion, PromotionRefused
from docflow.pipeline import Pipeline
from docflow.rollout import Lineup, load_lineup
from docflow.rollout.evidence import pack_folder
from docflow.rollout.standing import champion_since
from docflow.settings import MlflowSettings, RolloutSettings
from docflow.store import Promotion
from docflow.testing import FakeEngine
from docflow.types import LabelledText, Variant


def test_what_was_promoted_is_had_without_the_registry(two: Loop) -> None:
    shutil.rmtree(two.folder("1"))
    classifier = rollout.load_champion(two.settings, store=two.store, registry_factory=never)
    assert classifier.predict([TEXTS["invoice"]])[0].label == "invoice"
    assert two.folder("1").is_dir()


def test_a_challenger_is_asked_beside_the_champion_and_both_are_stored(two: Loop) -> None:
    two.challenge("2")
    engine = FakeEngine(lambda image: TEXTS["invoice"])
    settings = two.settings.model_copy(update={"rollout": RolloutSettings(share=1.0)})
    with Pipeline.open(settings, engine=engine) as pipeline:
        outcome = pipeline.process(picture(), filename="a.png")
        assert (outcome.prediction.model.version, outcome.prediction.variant) == ("2", Variant.CHALLENGER)
        assert outcome.to_dict()["prediction"]["variant"] == "challenger"
        operations = two.store.outcomes.operations(
            "1", "2", model_name="docflow", since=two.store.promotions(model_name="docflow")[-1].promoted_at
        )
        assert [operation.documents - operation.failed for operation in operations] == [1, 1]


def test_who_was_withdrawn_is_asked_no_more(two: Loop) -> None:
    two.challenge("2")
    assert load_lineup(two.settings, store=two.store).challenger is not None
    gone = rollout.withdraw(
        "challenger", settings=two.settings, store=two.store, registry=two.registry, withdrawn_by="bo", reason="slow"
    )
    assert (gone.reason, gone.promoted_by) == ("version 2 withdrawn: slow", "bo")
    assert (
        load_lineup(two.settings, store=two.store)
        == Lineup(load_lineup(two.settings, store=two.store).champion, share=two.settings.rollout.share)
        or load_lineup(two.settings, store=two.store).challenger is None
    )
    with pytest.raises(ModelNotFound, match="no version is on trial as challenger"):
        rollout.withdraw("challenger", settings=two.settings, store=two.store, registry=two.registry, withdrawn_by="bo")


def in_force(loop: Loop) -> dict[str, str]:
    """The version that has each part."""
    parts = rollout.parts_in_force(loop.settings, store=loop.store)
    return {alias: promotion.model_version for alias, promotion in parts.items()}


def aliases(loop: Loop) -> dict[str, str]:
    """The version that each of the registry's aliases means."""
    return {alias: one.version for one in loop.registry.versions("docflow") for alias in one.aliases}


def withdraw(loop: Loop, *, alias: str = "challenger", instead_of: str | None = None) -> Promotion:
    return rollout.withdraw(
        alias, settings=loop.settings, store=loop.store, registry=loop.registry, withdrawn_by="bo",
        instead_of=instead_of,
    )  # fmt: skip


@pytest.fixture
def three(two: Loop) -> Loop:
    """A loop whose version 1 is the champion, and versions 2 and 3 are registered."""
    two.train(seed=2)
    return two


def test_who_was_withdrawn_does_not_come_back_with_the_next_champion(three: Loop) -> None:
    three.challenge("2")
    assert withdraw(three).reason == "version 2 withdrawn"
    three.promote("3")
    assert in_force(three) == aliases(three) == {"champion": "3", "shadow": "1"}
    three.challenge("2")
    assert in_force(three)["challenger"] == aliases(three)["challenger"] == "2"


def test_a_challenger_that_became_the_champion_is_none_after_a_rollback(two: Loop) -> None:
    two.challenge("2")
    two.promote("2")
    two.rollback()
    assert in_force(two) == aliases(two) == {"champion": "1"}
    with pytest.raises(ModelNotFound):
        withdraw(two)


def test_a_trial_in_the_shadow_goes_on_whoever_is_promoted_beside_it(three: Loop) -> None:
    three.challenge("3", alias="shadow")
    three.promote("2")
    assert in_force(three) == aliases(three) == {"champion": "2", "shadow": "3"}
    three.promote("3")
    assert in_force(three) == aliases(three) == {"champion": "3", "shadow": "2"}
    three.promote("1")
    assert in_force(three) == aliases(three) == {"champion": "1", "shadow": "3"}


@pytest.mark.parametrize("alias", ["challenger", "shadow"])
def test_who_was_withdrawn_in_the_champions_name_does_not_come_back_either(three: Loop, alias: str) -> None:
    three.challenge("2", alias=alias)
    champion = rollout.recorded_champion(three.settings, store=three.store)
    three.store.record_promotion(
        model_name="docflow", model_version="1", digest=champion.digest, alias=alias, promoted_by="bo",
        reason="withdrawn",
    )  # fmt: skip
    alone = three.settings.model_copy(update={"rollout": RolloutSettings(keep_predecessor=False)})
    assert in_force(three) == {"champion": "1"}
    rollout.promote("3", settings=alone, store=three.store, registry=three.registry, promoted_by="ann")
    assert in_force(three) == {"champion": "3"}


def test_nothing_is_promoted_where_another_became_the_champion_since_it_was_judged(
    three: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge_slowly(*_: object, **__: object) -> list[LabelledText]:
        three.promote("3")
        return []

    monkeypatch.setattr(promoting, "documents_to_judge_by", judge_slowly)
    # A champion that cannot be loaded is nobody to judge against, so that nothing else is in the way.
    three.published("1").unlink()
    for folder in (three.folder("1"), three.artifacts("1").parent):
        shutil.rmtree(folder)
    with pytest.raises(PromotionRefused, match="version 3 is the champion by now"):
        promoting.promote_if_better(
            "2", settings=three.settings, store=three.store, registry=three.registry, promoted_by="ann"
        )
    assert in_force(three)["champion"] == aliases(three)["champion"] == "3"


def test_nobody_is_withdrawn_in_the_place_of_another(three: Loop) -> None:
    three.challenge("2")
    second = three.store.promotions(model_name="docflow", alias="challenger")[0]
    three.challenge("3")
    third = three.store.promotions(model_name="docflow", alias="challenger")[0]
    with pytest.raises(PromotionRefused, match="version 3 is the challenger by now"):
        withdraw(three, instead_of=second.digest)
    assert in_force(three)["challenger"] == "3"
    withdraw(three, instead_of=third.digest)
    assert in_force(three) == {"champion": "1"}


def test_without_the_registry_models_are_withdrawn_and_rolled_back_all_the_same(
    three: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    three.promote("2")
    three.challenge("3")
    shutil.rmtree(three.folder("1"))
    down = three.settings.model_copy(
        update={"mlflow": MlflowSettings(tracking_uri="postgresql://nobody@127.0.0.1:9/none")}
    )
    rollout.withdraw("challenger", settings=down, store=three.store, withdrawn_by="bo")
    assert rollout.rollback(settings=down, store=three.store, promoted_by="bo").model_version == "1"
    assert caplog.text.count("the registry was not told") == 2
    assert in_force(three) == {"champion": "1"}
    assert aliases(three) == {"champion": "2", "challenger": "3", "shadow": "1"}
    missed = three.store.promotions(model_name="docflow")[0]
    three.promote("1")
    assert aliases(three) == in_force(three)
    told = three.registry.attached("docflow", version="1", path=f"{pack_folder(missed)}/promotion.json")
    assert json.loads(told)["reason"] == "rolled back from version 2"


def test_nobody_is_tried_without_a_champion_nor_the_champion_against_itself(loop: Loop) -> None:
    loop.train()
    with pytest.raises(NoChampion):
        loop.challenge("1")
    loop.promote("1")
    with pytest.raises(PromotionRefused, match="against itself"):
        loop.challenge("1")


def test_the_predecessor_goes_on_in_the_shadow_unless_that_is_not_wanted(two: Loop) -> None:
    two.promote("2")
    shadow = load_lineup(two.settings, store=two.store).shadow
    assert shadow is not None
    assert shadow.model.version == "1"
    assert [(p.alias, p.model_version) for p in two.store.promotions(model_name="docflow")][:2] == [
        ("champion", "2"),
        ("shadow", "1"),
    ]


def test_a_challenger_whose_files_are_wrong_is_left_out_and_the_champion_answers(two: Loop) -> None:
    promotion = two.challenge("2")
    two.store.record_promotion(
        model_name="docflow", model_version="2", digest="0" * 64, alias="challenger", promoted_by="x",
        files=promotion.files,
    )  # fmt: skip
    shutil.rmtree(two.folder("2"))
    lineup = load_lineup(two.settings, store=two.store)
    assert (lineup.champion.model.version, lineup.challenger) == ("1", None)


@pytest.mark.parametrize(("first", "then"), [("challenger", "shadow"), ("shadow", "challenger")])
def test_a_version_on_trial_has_one_part_at_a_time(two: Loop, first: str, then: str) -> None:
    two.challenge("2", alias=first)
    two.challenge("2", alias=then)
    assert in_force(two) == aliases(two) == {"champion": "1", then: "2"}


def test_the_champion_promoted_again_leaves_the_trial_its_labels(two: Loop) -> None:
    begun = two.challenge("2").promoted_at
    assert champion_since(two.settings, store=two.store) < begun
    two.promote("1")
    assert champion_since(two.settings, store=two.store) < begun


def test_who_was_rolled_back_from_is_asked_no_more(two: Loop) -> None:
    two.promote("2")
    assert in_force(two)["shadow"] == "1"
    two.rollback()
    assert in_force(two) == aliases(two) == {"champion": "1"}
