"""Versions are published, tried beside the champion, judged on what people say, and swapped while they serve."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from learning_case import Loop, never
from PIL import Image

from docflow import rollout
from docflow.errors import DigestMismatch, ModelNotFound, NoChampion, PromotionRefused
from docflow.pipeline import Pipeline
from docflow.rollout import Lineup, LiveModels, Ruling, load_lineup
from docflow.settings import RolloutSettings
from docflow.store import Store
from docflow.testing import FakeEngine
from docflow.types import ModelRef, Prediction, Question, Variant

TEXTS = {"invoice": "invoice due payment vat", "letter": "dear sincerely regards"}


class Contrary:
    """A model that is asked as this version and says the one label or the other, always wrong."""

    def __init__(self, promotion_digest: str, version: str) -> None:
        self.model = ModelRef("docflow", version, promotion_digest)

    def predict(self, texts: list[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        wrong = ["letter" if "invoice" in text else "invoice" for text in texts]
        return [Prediction(label, 0.9, True, {"invoice": 0.5, "letter": 0.5}, self.model) for label in wrong]


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


def test_a_database_that_is_gone_changes_nothing(two: Loop) -> None:
    start = Lineup(rollout.load_champion(two.settings, store=two.store))
    models = LiveModels(
        two.settings, start_with=start, open_store=lambda: Store.open("postgresql://nobody@127.0.0.1:9/none")
    )
    assert not models.refresh()
    assert version_of(models) == "1"


def label_outcomes(loop: Loop, lineup: Lineup, *, count: int) -> None:
    """Documents that the lineup answered for and a person labelled."""
    kinds = ["invoice", "letter"] * (count // 2)
    said = iter(kinds)
    engine = FakeEngine(lambda image: TEXTS[next(said)])
    with Pipeline.open(loop.settings, engine=engine, models=lineup) as pipeline:
        for number, kind in enumerate(kinds):
            outcome = pipeline.process(picture(number), filename=f"{number}.png")
            loop.store.labels.add(outcome.document.id, label=kind, who="ann")


def judge(loop: Loop, *, act: bool = True) -> list[rollout.RolloutVerdict]:
    return rollout.judge_rollout(
        loop.settings, store=loop.store, registry_factory=lambda: loop.registry, judged_by="job", act=act
    )


def test_a_worse_challenger_is_withdrawn_by_rule_with_its_evidence(two: Loop) -> None:
    promotion = two.challenge("2")
    assert [verdict.ruling for verdict in judge(two)] == [Ruling.WAIT]
    champion = rollout.load_champion(two.settings, store=two.store)
    label_outcomes(two, Lineup(champion, challenger=Contrary(promotion.digest, "2"), share=0.3), count=20)
    assert [verdict.ruling for verdict in judge(two, act=False)] == [Ruling.WITHDRAW]
    (verdict,) = judge(two)
    assert (verdict.ruling, verdict.outcomes, verdict.losses, verdict.wins) == (Ruling.WITHDRAW, 20, 9, 0)
    newest = two.store.promotions(model_name="docflow")[0]
    assert newest.evidence is not None
    assert (newest.alias, newest.model_version, newest.evidence["losses"]) == ("challenger", "1", 9)
    assert judge(two) == []


def test_a_champion_that_does_worse_than_its_predecessor_is_rolled_back_by_rule(two: Loop) -> None:
    promotion = two.promote("2")
    former = load_lineup(two.settings, store=two.store).shadow
    label_outcomes(two, Lineup(Contrary(promotion.digest, "2"), shadow=former), count=20)
    (verdict,) = judge(two)
    assert (verdict.ruling, verdict.alias, verdict.version) == (Ruling.PROMOTE, "shadow", "1")
    assert rollout.recorded_champion(two.settings, store=two.store).model_version == "1"
    newest = two.store.promotions(model_name="docflow")[0]
    assert newest.promoted_by == "job"
    assert newest.reason.startswith("better than version 2: it alone was right on 9 documents")


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
