"""Wrong labels come first in the list of those to look at."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from docflow.classify import doubts
from docflow.errors import TrainingDataError
from docflow.synth import training_texts
from docflow.types import UNKNOWN, LabelledText

WRONG = 0.05


@pytest.fixture(scope="module")
def samples() -> list[LabelledText]:
    """Generated documents of the named kinds, each its own source, as documents that people labelled are."""
    made = (sample for sample in training_texts(700, seed=77) if sample.label != UNKNOWN)
    return [replace(sample, group=f"document {number}") for number, sample in enumerate(made)]


def test_planted_mistakes_are_found_near_the_top(samples: list[LabelledText]) -> None:
    rng = random.Random(3)
    labels = sorted({sample.label for sample in samples})
    wrong = set(rng.sample(range(len(samples)), round(WRONG * len(samples))))
    given = [
        replace(s, label=rng.choice([name for name in labels if name != s.label])) if number in wrong else s
        for number, s in enumerate(samples)
    ]
    found = doubts(given)
    assert len(found) == len(given)
    planted = {id(given[number]) for number in wrong}
    top = found[: len(wrong)]
    hits = [doubt for doubt in top if id(doubt.sample) in planted]
    assert len(hits) >= 0.8 * len(wrong)
    truth = {id(given[number]): samples[number].label for number in wrong}
    assert sum(doubt.suggested == truth[id(doubt.sample)] for doubt in hits) >= 0.9 * len(hits)
    assert all(doubt.is_issue for doubt in hits[: len(hits) // 2])
    assert [doubt.score for doubt in found] == sorted(doubt.score for doubt in found)


def test_what_lies_beside_is_learnt_from_and_not_judged(samples: list[LabelledText]) -> None:
    few = [samples[number] for number in range(0, 40, 2)]
    found = doubts(few, beside=samples[100:350])
    assert len(found) == len(few)
    assert sum(doubt.score > 0.5 for doubt in found) >= 0.9 * len(few)


def test_mistakes_among_hard_documents_are_found_beside_easy_ones(samples: list[LabelledText]) -> None:
    rng = random.Random(3)
    hard = [replace(s, text=" ".join(rng.sample(s.text.split(), 8))) for s in samples[:200]]
    labels = sorted({sample.label for sample in hard})
    wrong = set(rng.sample(range(len(hard)), 16))
    given = [
        replace(s, label=rng.choice([name for name in labels if name != s.label])) if number in wrong else s
        for number, s in enumerate(hard)
    ]
    planted = {id(given[number]) for number in wrong}
    found = [doubt for doubt in doubts(given, beside=samples[200:]) if doubt.is_issue]
    assert sum(id(doubt.sample) in planted for doubt in found) >= 0.8 * len(wrong)


def test_documents_of_one_label_alone_are_not_doubted_for_what_lies_beside(samples: list[LabelledText]) -> None:
    label = samples[0].label
    alike = [sample for sample in samples if sample.label == label][:8]
    found = doubts(alike, beside=[sample for sample in samples if sample not in alike])
    assert len(found) == len(alike)
    assert not any(doubt.is_issue for doubt in found)


def test_too_little_to_learn_from_is_said(samples: list[LabelledText]) -> None:
    with pytest.raises(TrainingDataError):
        doubts(samples[:5])


def test_a_mistyped_label_comes_first_with_what_was_meant_and_does_not_stop_the_search(
    samples: list[LabelledText],
) -> None:
    mistyped = replace(samples[0], label=samples[0].label[::-1])
    found = doubts([mistyped, *samples[1:200]])
    assert len(found) == 200
    assert (found[0].sample, found[0].suggested, found[0].score) == (mistyped, samples[0].label, 0.0)
    assert found[0].is_issue


def test_a_label_of_one_source_is_marked_and_the_others_are_judged_by_new_sources(samples: list[LabelledText]) -> None:
    few = samples[:150]
    label = few[0].label
    of_one = [replace(s, group="only", source="only") if s.label == label else s for s in few]
    found = doubts(of_one)
    assert {doubt.sample.label for doubt in found if not doubt.is_fair} == {label}
    assert all(doubt.is_fair for doubt in doubts(few))


def test_what_shares_the_only_source_of_a_label_is_marked_too(samples: list[LabelledText]) -> None:
    few = samples[:150]
    label, other = few[0].label, next(s for s in few if s.label != few[0].label)
    of_one = [replace(s, group="only", source="only") if s.label == label or s is other else s for s in few]
    unfair = [doubt.sample for doubt in doubts(of_one) if not doubt.is_fair]
    assert {sample.label for sample in unfair} == {label, other.label}
    assert sum(sample.label == other.label for sample in unfair) == 1
