"""A promotion is judged by what people said before any model had answered: corrections favour who did not answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from learning_case import Loop, samples

from docflow import learning
from docflow.errors import PromotionRefused
from docflow.promoting import Judged, documents_to_judge_by, promote_if_better
from docflow.settings import PromotionSettings, RolloutSettings, Settings
from docflow.store import LabelOrigin

RULES = PromotionSettings(least_documents=5, slice_tolerance=1.0, max_milliseconds=500)


def with_rules(loop: Loop, *, fair_labels: bool = False) -> Settings:
    """The loop's settings, in which labels are a random sample or are not."""
    return loop.settings.model_copy(
        update={"promotion": RULES, "rollout": RolloutSettings(fair_labels=fair_labels, keep_predecessor=False)}
    )


def judging(loop: Loop, *, fair_labels: bool = False) -> dict[int, str]:
    """The label of each document that judges version 2, by the document's id."""
    settings = with_rules(loop, fair_labels=fair_labels)
    found = documents_to_judge_by(loop.store, settings=settings, registry=loop.registry, version="2")
    return {int(sample.document_id): sample.label for sample in found}


def promote(loop: Loop, version: str, *, fair_labels: bool = False) -> Judged:
    return promote_if_better(
        version,
        settings=with_rules(loop, fair_labels=fair_labels),
        store=loop.store,
        registry=loop.registry,
        promoted_by="ann",
    )


def train_mixed_up(loop: Loop) -> str:
    """The number of a version that takes each of the two kinds for the other."""
    other = {"invoice": "letter", "letter": "invoice"}
    mixed_up = [replace(sample, label=other[sample.label]) for sample in samples()]
    trained = learning.train(mixed_up, settings=loop.settings, store=loop.store, registry=loop.registry)
    return trained.version.version


def test_only_documents_that_people_labelled_before_any_model_had_answered_judge(two: Loop) -> None:
    two.label(first=0, count=100)
    unseen = judging(two)
    two.correct(first=100, count=100)
    assert unseen
    assert judging(two) == unseen
    all_of_them = judging(two, fair_labels=True)
    assert unseen.items() < all_of_them.items()


def test_a_document_that_is_labelled_again_after_an_answer_goes_on_to_judge(two: Loop) -> None:
    two.label(first=0, count=100)
    first, *others = judging(two).items()
    number, label = first
    other = "letter" if label == "invoice" else "invoice"
    two.answer(number, label=label)
    two.store.labels.add(number, label=other, who="bob")
    assert judging(two) == {number: other, **dict(others)}


def test_what_a_machine_said_before_the_answer_is_no_label_of_a_person(two: Loop) -> None:
    two.label(first=0, count=100)
    unseen = judging(two)
    source = f"source {min(unseen) - 1}"
    automatic = two.read("invoice of a machine", name="automatic")
    two.store.labels.add(automatic, label="invoice", who="labelling functions", origin=LabelOrigin.AUTO)
    two.answer(automatic, label="invoice")
    two.store.labels.add(automatic, label="letter", who="ann", source=source)
    assert automatic in judging(two, fair_labels=True)
    assert judging(two) == unseen


def test_a_worse_version_is_not_promoted_by_corrections_of_the_champions_answers(two: Loop) -> None:
    worse = train_mixed_up(two)
    two.label(first=0, count=100)
    two.correct(first=100, count=400)
    with pytest.raises(PromotionRefused, match=r"is not better than the champion's 1\.000") as refused:
        promote(two, worse)
    assert refused.value.detail["document_ids"] == tuple(sorted(judging(two)))
    judged = promote(two, worse, fair_labels=True)
    assert judged.verdict is not None
    assert judged.verdict.gain > 0.2


def test_corrections_alone_judge_nobody_and_it_is_said_what_to_do(two: Loop) -> None:
    two.correct(first=0, count=200)
    with pytest.raises(PromotionRefused) as refused:
        promote(two, "2")
    assert (
        "of the labelled documents that are held out, that neither has learnt from, and that people labelled before "
        "any model had answered, 0 documents of 0 sources have a named label, and 5 documents of 6 sources are needed"
    ) in refused.value.message
    assert "rollout.fair_labels" in refused.value.next_step
    assert "`docflow models challenge 2`" in refused.value.next_step
    with pytest.raises(PromotionRefused, match="is not better than the champion's"):
        promote(two, "2", fair_labels=True)
