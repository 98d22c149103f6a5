"""Whichever answers people label, a version on trial is promoted for being better, and not for answering less."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from docflow.rollout import RolloutVerdict, Ruling
from docflow.rollout.lineup import in_share
from docflow.rollout.verdict import weigh
from docflow.settings import PromotionSettings, RolloutSettings
from docflow.store import Answerer, Operation, Outcome

SOUND = Operation(documents=2000, failed=0, unknown=0, milliseconds=1.0)
FEW_RIGHT = {True: 0.1, False: 1.0}
"""How often an answer is labelled, a right one and a wrong one: ten wrong ones for one right one."""
ALL = {True: 1.0, False: 1.0}
RUNS = 250
MOST_OF_EQUALS = 21
"""Promotions of equal models in so many runs: at a rate of 0.05 there are more in one of a hundred tests."""


def labelled(
    chance: random.Random,
    *,
    documents: int,
    share: float,
    right: tuple[float, float] = (0.9, 0.9),
    labels: dict[bool, float] = FEW_RIGHT,
    a_source: int = 1,
    first: int = 1,
) -> list[Outcome]:
    """What people labelled of so many documents, about which the champion and the challenger are so often right.

    All documents of a source are alike: each of the two is right about all of them or none.
    """
    seen = []
    for number in range(first, first + documents):
        if (number - first) % a_source == 0:
            source = f"source {number}"
            champion, challenger = (chance.random() < one for one in right)
        key = str(chance.random())
        by = Answerer.CHALLENGER if in_share(key, share, of="2") else Answerer.CHAMPION
        is_right = challenger if by is Answerer.CHALLENGER else champion
        if chance.random() < labels[is_right]:
            seen.append(Outcome(number, "invoice", champion, challenger, source, is_right, answerer=by, key=key))
    return seen


def judged(seen: list[Outcome], *, alias: str = "challenger", **rules: object) -> RolloutVerdict:
    return weigh(
        seen,
        (SOUND, SOUND),
        alias=alias,
        versions=("1", "2"),
        rules=RolloutSettings.model_validate(rules),
        gate=PromotionSettings(),
    )


def trials(count: int = RUNS, *, seed: int = 1, **how: Any) -> list[list[Outcome]]:
    """So many runs of `labelled`."""
    chance = random.Random(seed)
    return [labelled(chance, **how) for _ in range(count)]


def promoted(runs: list[list[Outcome]], **rules: object) -> int:
    """How many of these runs promote the challenger."""
    return sum(judged(seen, **rules).ruling is Ruling.PROMOTE for seen in runs)


@pytest.mark.parametrize(("share", "documents"), [(0.1, 1500), (0.3, 800), (0.5, 500)])
def test_an_equal_challenger_is_seldom_promoted_where_mostly_wrong_answers_are_labelled(
    share: float, documents: int
) -> None:
    assert promoted(trials(documents=documents, share=share), share=share) <= MOST_OF_EQUALS


def test_one_is_promoted_for_answering_less_where_such_labels_are_taken_for_a_fair_sample() -> None:
    """Which is why they are not unless somebody says so: 0.9 of equal challengers and more, where 0.05 are stated."""
    runs = trials(100, documents=1500, share=0.1)
    assert promoted(runs, share=0.1, fair_labels=True) >= 90


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_nor_is_it_where_senders_of_many_documents_have_one_vote(share: float) -> None:
    runs = trials(100, documents=2500, share=share, a_source=5)
    assert promoted(runs, share=share) <= 11


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_nor_is_it_where_every_document_is_labelled(share: float) -> None:
    assert promoted(trials(documents=500, share=share, labels=ALL), share=share) <= MOST_OF_EQUALS


@pytest.mark.parametrize(("share", "documents", "labels"), [(0.1, 2500, 570), (0.3, 900, 190), (0.5, 500, 100)])
def test_a_better_challenger_is_promoted_by_corrections_of_which_a_small_share_needs_more(
    share: float, documents: int, labels: int
) -> None:
    """Right about 0.95 rather than 0.85: `labels` is how many there are on average."""
    runs = trials(100, documents=documents, share=share, right=(0.85, 0.95))
    assert sum(map(len, runs)) / 100 == pytest.approx(labels, rel=0.05)
    assert promoted(runs, share=share) >= 90


def test_slices_that_chance_made_hold_a_better_challenger_up_and_let_it_go_with_more_labels() -> None:
    """Of ten labels that come equally often, in every fifth trial one seems lost; after three times as many, in few."""
    chance = random.Random(1)
    held_up = []
    for documents in (500, 1500):
        runs = trials(100, documents=documents, share=0.5, right=(0.85, 0.95))
        of_ten = [[replace(one, label=f"label {chance.randrange(10)}") for one in seen] for seen in runs]
        verdicts = [judged(seen, share=0.5) for seen in of_ten]
        held_up.append(sum("on the whole, but it is worse" in verdict.reason for verdict in verdicts))
        assert all(verdict.ruling is Ruling.WAIT for verdict in verdicts if "on the whole" in verdict.reason)
    assert 5 <= held_up[0] <= 30
    assert held_up[1] <= 8


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_worse_challenger_is_withdrawn_and_never_promoted(share: float) -> None:
    runs = trials(50, documents=2500, share=share, right=(0.95, 0.85))
    verdicts = [judged(seen, share=share) for seen in runs]
    assert Counter(verdict.ruling for verdict in verdicts)[Ruling.PROMOTE] == 0
    assert sum(verdict.reason.startswith("worse than version 1") for verdict in verdicts) >= 45


def test_the_verdict_says_which_documents_were_counted() -> None:
    (seen,) = trials(1, documents=2500, share=0.1, right=(0.85, 0.95))
    verdict = judged(seen, share=0.1)
    assert (verdict.ruling, verdict.sample, verdict.share, verdict.outcomes) == (
        Ruling.PROMOTE,
        "halves",
        0.1,
        len(seen),
    )
    assert 0 < verdict.wins + verdict.losses <= verdict.counted < len(seen) / 4
    assert verdict.reason.endswith(
        f"; {verdict.counted} of these count, since each of the two answered for half of them"
    )
    fair = judged(seen, share=0.1, fair_labels=True)
    assert (fair.sample, fair.counted) == ("all", len(seen))


def test_nothing_is_decided_by_documents_that_another_share_settled() -> None:
    """Equal models, at a share that the verdict is not told, or that was raised after most of the documents."""
    chance = random.Random(1)
    for _ in range(50):
        before = labelled(chance, documents=1500, share=0.1)
        after = labelled(chance, documents=100, share=0.5, first=1501)
        assert judged(before, share=0.5).ruling is Ruling.WAIT
        verdict = judged([*before, *after], share=0.5)
        assert len(after) <= verdict.counted <= len(after) + 10


@pytest.mark.parametrize("share", [0, 1])
def test_a_share_that_leaves_nothing_to_compare_is_told(share: int) -> None:
    (seen,) = trials(1, documents=500, share=share)
    verdict = judged(seen, share=share)
    assert (verdict.ruling, verdict.counted) == (Ruling.WAIT, 0)
    assert f"a share of {share} leaves nothing to compare: set rollout.share" in verdict.reason


def test_a_document_that_neither_answered_by_the_share_does_not_count() -> None:
    (seen,) = trials(1, documents=500, share=0.5, right=(0.6, 0.99))
    assert judged(seen, share=0.5).ruling is Ruling.PROMOTE
    stood_in = [replace(one, answerer=Answerer.OTHER) for one in seen]
    for alias in ("challenger", "shadow"):
        verdict = judged(stood_in, alias=alias, share=0.5)
        assert (verdict.ruling, verdict.counted) == (Ruling.WAIT, 0)


def test_a_label_that_no_answer_preceded_counts_at_any_share() -> None:
    (seen,) = trials(1, documents=100, share=0.1, right=(0.6, 0.99), labels=ALL)
    blind = [replace(one, answerer=Answerer.NOBODY) for one in seen]
    verdict = judged(blind, share=0.1)
    assert (verdict.ruling, verdict.counted) == (Ruling.PROMOTE, 100)


def test_a_shadow_that_seems_better_waits_and_the_verdict_says_what_to_do() -> None:
    (seen,) = trials(1, documents=500, share=0)
    verdict = judged(seen, alias="shadow")
    assert (verdict.ruling, verdict.sample) == (Ruling.WAIT, "champions")
    assert "seems better than version 1" in verdict.reason
    assert "make it the challenger, or set rollout.fair_labels" in verdict.reason
    assert judged(seen, alias="shadow", fair_labels=True).ruling is Ruling.PROMOTE


def test_a_shadow_that_looks_worse_though_corrections_favour_it_is_withdrawn() -> None:
    (seen,) = trials(1, documents=2000, share=0, right=(0.98, 0.6), labels={True: 0.3, False: 1.0})
    verdict = judged(seen, alias="shadow")
    assert verdict.ruling is Ruling.WITHDRAW
    assert verdict.reason.startswith("worse than version 1")


def test_a_shadow_does_not_count_what_the_challenger_beside_it_answered() -> None:
    (seen,) = trials(1, documents=500, share=0.1)
    answered = Counter(one.answerer for one in seen)
    assert answered[Answerer.CHALLENGER] > 0
    assert judged(seen, alias="shadow").counted == answered[Answerer.CHAMPION]
