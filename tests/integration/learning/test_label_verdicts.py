"""What people say of the documents since decides who stays: promoted, withdrawn or rolled back by rule."""

from __future__ import annotations

import random
from collections.abc import Sequence

from learning_case import TEXTS, Loop, picture

from docflow import rollout
from docflow.pipeline import Pipeline
from docflow.rollout import Lineup, Ruling, load_lineup
from docflow.settings import RolloutSettings
from docflow.testing import FakeEngine
from docflow.types import ModelRef, Prediction


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
    (verdict,) = judge(two, rules=RolloutSettings(fair_labels=True))
    assert (verdict.ruling, verdict.alias, verdict.version) == (Ruling.PROMOTE, "shadow", "1")
    assert (verdict.outcomes, verdict.confirmed) == (20, 10)
    assert rollout.recorded_champion(two.settings, store=two.store).model_version == "1"
    newest = two.store.promotions(model_name="docflow")[0]
    assert newest.promoted_by == "job"
    assert newest.reason.startswith("better than version 2: it alone was right on 9 documents")
    assert newest.evidence is not None
    slices = newest.evidence["verdict"]["slices"]
    assert slices["label invoice"] == {"documents": 10, "champion": 0.0, "challenger": 1.0}
    assert slices["language eng"] == {"documents": 20, "champion": 0.5, "challenger": 1.0}


def test_a_champion_that_disappoints_is_rolled_back_by_itself_though_only_mistakes_are_labelled(two: Loop) -> None:
    promotion = two.promote("2")
    worse, halves = Contrary(promotion.digest, "2"), RolloutSettings(share=0.5)
    label_outcomes(two, Lineup(worse, shadow=load_lineup(two.settings, store=two.store).shadow), count=20)
    (verdict,) = judge(two, rules=halves)
    assert (verdict.ruling, verdict.alias, verdict.confirmed) == (Ruling.CHALLENGE, "shadow", 0)
    assert in_force(two) == {"champion": "2", "challenger": "1"}
    assert judge(two, rules=halves)[0].ruling is Ruling.WAIT
    former = load_lineup(two.settings, store=two.store).challenger
    label_outcomes(two, Lineup(worse, challenger=former, share=0.5), count=30)
    (verdict,) = judge(two, rules=halves)
    assert (verdict.ruling, verdict.alias, verdict.sample) == (Ruling.PROMOTE, "challenger", "halves")
    assert in_force(two) == {"champion": "1"}
    assert {alias: one.version for one in two.registry.versions("docflow") for alias in one.aliases} == in_force(two)


def test_a_predecessor_is_not_to_answer_while_another_version_does(two: Loop) -> None:
    two.train(seed=2)
    promotion = two.promote("2")
    two.challenge("3")
    former = load_lineup(two.settings, store=two.store).shadow
    label_outcomes(two, Lineup(Contrary(promotion.digest, "2"), shadow=former), count=20)
    verdicts = {verdict.alias: verdict.ruling for verdict in judge(two)}
    assert verdicts == {"challenger": Ruling.WAIT, "shadow": Ruling.WAIT}


def in_force(loop: Loop) -> dict[str, str]:
    """The version that has each part."""
    return {
        alias: promotion.model_version
        for alias, promotion in rollout.parts_in_force(loop.settings, store=loop.store).items()
    }


def test_corrections_alone_decide_nothing_beside_a_shadow(two: Loop) -> None:
    promotion = two.promote("2")
    former = load_lineup(two.settings, store=two.store).shadow
    two.challenge("1", alias="shadow")
    label_outcomes(two, Lineup(Contrary(promotion.digest, "2"), shadow=former), count=20)
    for is_fair in (False, True):
        (verdict,) = judge(two, rules=RolloutSettings(fair_labels=is_fair))
        assert (verdict.ruling, verdict.outcomes, verdict.confirmed) == (Ruling.WAIT, 20, 0)
