"""Versions are published, tried beside the champion, judged on what people say, and swapped while they serve."""

from __future__ import annotations

import io
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from learning_case import Loop, never
from PIL import Image

from docflow import promoting, rollout
from docflow.errors import DigestMismatch, ModelNotFound, NoChampion, PromotionRefused
from docflow.monitor import MODEL_REFUSED
from docflow.pipeline import Pipeline
from docflow.rollout import Lineup, LiveModels, Ruling, load_lineup
from docflow.settings import MlflowSettings, RolloutSettings
from docflow.store import Promotion, Store
from docflow.testing import FakeEngine
from docflow.types import LabelledText, ModelRef, Prediction, Question, Variant

TEXTS = {"invoice": "invoice due payment vat", "letter": "dear sincerely regards"}


class Contrary:
    """A model that is asked as this version and says the one label or the other, wrong about these kinds."""

    def __init__(self, promotion_digest: str, version: str, *, about: Sequence[str] = ("invoice", "letter")) -> None:
        self.model = ModelRef("docflow", version, promotion_digest)
        self._about = about

    def predict(self, texts: list[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        said = [self._of("invoice" if "invoice" in text else "letter") for text in texts]
        return [Prediction(label, 0.9, True, {"invoice": 0.5, "letter": 0.5}, self.model) for label in said]

    def _of(self, kind: str) -> str:
        (other,) = {"invoice", "letter"} - {kind}
        return other if kind in self._about else kind


def refreshed(loop: Loop, models: LiveModels) -> bool:
    """Whether it took others; never by way of the registry."""
    for version in ("1", "2", "3"):
        shutil.rmtree(loop.folder(version), ignore_errors=True)
    return models.refresh()


@pytest.fixture
def two(loop: Loop) -> Loop:
    """A loop whose version 1 is the champion, and version 2 is registered."""
    loop.train()
    loop.train(seed=1)
    loop.promote("1")
    return loop


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


def withdraw(loop: Loop, *, alias: str = "challenger", version: str | None = None) -> Promotion:
    return rollout.withdraw(
        alias, settings=loop.settings, store=loop.store, registry=loop.registry, withdrawn_by="bo", version=version
    )


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
    assert in_force(two) == aliases(two) == {"champion": "1", "shadow": "2"}
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
    with pytest.raises(PromotionRefused, match="version 1 is not the champion any more"):
        promoting.promote_if_better(
            "2", settings=three.settings, store=three.store, registry=three.registry, promoted_by="ann"
        )
    assert in_force(three) == aliases(three) == {"champion": "3", "shadow": "1"}


def test_nobody_is_withdrawn_in_the_place_of_another(three: Loop) -> None:
    three.challenge("2")
    three.challenge("3")
    with pytest.raises(PromotionRefused, match="version 2 is not the challenger any more"):
        withdraw(three, version="2")
    assert in_force(three)["challenger"] == "3"
    withdraw(three, version="3")
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
    assert in_force(three) == {"champion": "1", "shadow": "2"}
    assert aliases(three) == {"champion": "2", "challenger": "3", "shadow": "1"}
    three.promote("1")
    assert aliases(three) == in_force(three)


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


@pytest.fixture
def live(two: Loop) -> Iterator[LiveModels]:
    """The models of a service that began with the champion."""
    start = Lineup(rollout.load_champion(two.settings, store=two.store))
    quick = two.settings.model_copy(update={"rollout": RolloutSettings(refresh_seconds=0.05)})
    models = LiveModels(quick, start_with=start, open_store=lambda: Store.open(two.settings.effective_database_url))
    yield models
    models.close()


def version_of(models: LiveModels) -> str:
    return models.answer([Question(TEXTS["invoice"], "a")])[0].prediction.model.version


def test_a_service_takes_what_is_promoted_while_it_runs(two: Loop, live: LiveModels) -> None:
    live.start()
    assert version_of(live) == "1"
    two.promote("2")
    until(lambda: version_of(live) == "2")
    two.rollback()
    until(lambda: version_of(live) == "1")


def test_a_promoted_model_with_the_wrong_digest_is_refused_and_the_old_one_goes_on(
    two: Loop, live: LiveModels, caplog: pytest.LogCaptureFixture
) -> None:
    assert not refreshed(two, live)
    promotion = two.promote("2")
    two.published("2").write_bytes(b"spoilt")
    with (two.artifacts("2") / "model.json").open("a") as described:
        described.write(" ")
    assert not refreshed(two, live)
    assert version_of(live) == "1"
    assert "champion 2, shadow 1 refused" in caplog.text
    with pytest.raises(DigestMismatch):
        rollout.bring(promotion, settings=two.settings, registry_factory=lambda: two.registry)
    two.promote("1")
    live.refresh()
    assert version_of(live) == "1"


def test_a_promoted_model_whose_files_are_gone_is_refused_by_name_and_the_old_one_goes_on(
    two: Loop, live: LiveModels, caplog: pytest.LogCaptureFixture
) -> None:
    two.promote("2")
    two.published("2").unlink()
    shutil.rmtree(two.artifacts("2").parent)
    assert not refreshed(two, live)
    assert version_of(live) == "1"
    assert MODEL_REFUSED._value.get() == 1
    assert "the models at work stay: the model folder of docflow version 2 is gone from the registry" in caplog.text


def test_a_challenger_that_could_not_be_had_once_is_taken_later(
    two: Loop, live: LiveModels, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.challenge("2")
    away = [two.published("2"), two.artifacts("2")]
    for path in away:
        path.rename(path.with_suffix(".away"))
    assert not refreshed(two, live)
    assert MODEL_REFUSED._value.get() == 1
    assert "the challenger, version 2, is left out" in caplog.text
    assert "now at work" not in caplog.text
    for path in away:
        path.with_suffix(".away").rename(path)
    assert not refreshed(two, live)
    monkeypatch.setattr("docflow.rollout.live.RETRY_SECONDS", 0.0)
    assert refreshed(two, live)
    assert MODEL_REFUSED._value.get() == 0
    assert "now at work: champion 1, challenger 2" in caplog.text


def test_another_version_with_the_same_files_is_taken(two: Loop, live: LiveModels) -> None:
    same = rollout.recorded_champion(two.settings, store=two.store)
    two.store.record_promotion(
        model_name="docflow", model_version="4", digest=same.digest, promoted_by="ann", files=same.files
    )
    assert refreshed(two, live)
    assert version_of(live) == "4"


def test_a_database_that_is_gone_changes_nothing(two: Loop) -> None:
    start = Lineup(rollout.load_champion(two.settings, store=two.store))
    models = LiveModels(
        two.settings, start_with=start, open_store=lambda: Store.open("postgresql://nobody@127.0.0.1:9/none")
    )
    assert not models.refresh()
    assert version_of(models) == "1"


def label_outcomes(loop: Loop, lineup: Lineup, *, count: int) -> None:
    """Documents that the lineup answered for and a person labelled, no two of them alike."""
    kinds = ["invoice", "letter"] * (count // 2)
    said = iter(kinds)
    chance = random.Random(count)
    engine = FakeEngine(lambda image: " ".join([TEXTS[kind := next(said)], *chance.choices(TEXTS[kind].split(), k=15)]))
    with Pipeline.open(loop.settings, engine=engine, models=lineup) as pipeline:
        for number, kind in enumerate(kinds):
            outcome = pipeline.process(picture(number), filename=f"{number}.png")
            loop.store.labels.add(outcome.document.id, label=kind, who="ann")


def judge(loop: Loop, *, act: bool = True, rules: RolloutSettings | None = None) -> list[rollout.RolloutVerdict]:
    settings = loop.settings.model_copy(update={"rollout": rules or loop.settings.rollout})
    return rollout.judge_rollout(
        settings, store=loop.store, registry_factory=lambda: loop.registry, judged_by="job", act=act
    )


def test_a_worse_challenger_is_withdrawn_by_rule_with_its_evidence(two: Loop) -> None:
    promotion = two.challenge("2")
    assert [verdict.ruling for verdict in judge(two)] == [Ruling.WAIT]
    champion = rollout.load_champion(two.settings, store=two.store)
    label_outcomes(two, Lineup(champion, challenger=Contrary(promotion.digest, "2"), share=0.5), count=20)
    halves = RolloutSettings(share=0.5)
    assert [verdict.ruling for verdict in judge(two, act=False, rules=halves)] == [Ruling.WITHDRAW]
    (verdict,) = judge(two, rules=halves)
    assert (verdict.sample, verdict.counted) == ("halves", 20)
    assert (verdict.ruling, verdict.outcomes, verdict.losses, verdict.wins) == (Ruling.WITHDRAW, 20, 9, 0)
    newest = two.store.promotions(model_name="docflow")[0]
    assert newest.evidence is not None
    assert (newest.alias, newest.model_version) == ("challenger", "")
    assert (newest.evidence["version"], newest.evidence["verdict"]["losses"]) == ("2", 9)
    assert newest.evidence["verdict"]["sample"] == "halves"
    assert judge(two) == []


def test_a_champion_that_does_worse_than_its_predecessor_is_rolled_back_by_rule_where_labels_are_fair(
    two: Loop,
) -> None:
    promotion = two.promote("2")
    former = load_lineup(two.settings, store=two.store).shadow
    label_outcomes(two, Lineup(Contrary(promotion.digest, "2", about=["invoice"]), shadow=former), count=20)
    (verdict,) = judge(two)
    assert verdict.ruling is Ruling.WAIT
    assert verdict.reason.startswith("seems better than version 2")
    (verdict,) = judge(two, rules=RolloutSettings(fair_labels=True))
    assert (verdict.ruling, verdict.alias, verdict.version) == (Ruling.PROMOTE, "shadow", "1")
    assert (verdict.outcomes, verdict.confirmed) == (20, 10)
    assert rollout.recorded_champion(two.settings, store=two.store).model_version == "1"
    newest = two.store.promotions(model_name="docflow")[0]
    assert newest.promoted_by == "job"
    assert newest.reason.startswith("better than version 2: it alone was right on 9 documents")


def test_corrections_alone_decide_nothing_beside_a_shadow(two: Loop) -> None:
    promotion = two.promote("2")
    former = load_lineup(two.settings, store=two.store).shadow
    label_outcomes(two, Lineup(Contrary(promotion.digest, "2"), shadow=former), count=20)
    for is_fair in (False, True):
        (verdict,) = judge(two, rules=RolloutSettings(fair_labels=is_fair))
        assert (verdict.ruling, verdict.outcomes, verdict.confirmed) == (Ruling.WAIT, 20, 0)


def picture(number: int = 0) -> bytes:
    """A page like no other."""
    written = io.BytesIO()
    Image.new("L", (60 + number, 40), 255).save(written, "PNG")
    return written.getvalue()


def until(holds: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Return once it holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
