"""What the rules make of what was observed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from docflow.rollout import RolloutVerdict, Ruling
from docflow.rollout.verdict import weigh
from docflow.settings import RolloutSettings
from docflow.store import Operation, Outcome

RULES = RolloutSettings()
SOUND = Operation(documents=200, failed=0, unknown=10, milliseconds=1.0)


def outcomes(*, wins: int = 0, losses: int = 0, both: int = 0) -> list[Outcome]:
    who = [(False, True)] * wins + [(True, False)] * losses + [(True, True)] * both
    return [Outcome(number, champion, challenger) for number, (champion, challenger) in enumerate(who)]


def judged(
    seen: list[Outcome], *, champion: Operation = SOUND, challenger: Operation = SOUND, rules: RolloutSettings = RULES
) -> RolloutVerdict:
    return weigh(
        seen,
        (champion, challenger),
        alias="challenger",
        versions=("1", "2"),
        rules=rules,
        max_milliseconds=20,
    )


def test_a_better_one_is_promoted_and_the_verdict_says_on_what() -> None:
    verdict = judged(outcomes(wins=12, both=80))
    assert verdict.ruling is Ruling.PROMOTE
    assert verdict.reason == "better than version 1: it alone was right on 9 documents, the champion alone on 0"
    assert (verdict.version, verdict.champion, verdict.outcomes) == ("2", "1", 92)


def test_a_worse_one_is_withdrawn() -> None:
    verdict = judged(outcomes(losses=12, both=80))
    assert (verdict.ruling, verdict.reason[:22]) == (Ruling.WITHDRAW, "worse than version 1: ")


def test_a_verdict_waits_for_more_labels_but_not_for_ever() -> None:
    seen = outcomes(wins=2, losses=1, both=50)
    assert judged(seen).ruling is Ruling.WAIT
    verdict = judged(seen, rules=RULES.model_copy(update={"most_outcomes": 53}))
    assert (verdict.ruling, verdict.reason[:9]) == (Ruling.WITHDRAW, "no better")


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (replace(SOUND, failed=3), "did not answer for 1.5% of the documents"),
        (replace(SOUND, unknown=50), "calls 20.0% more of the documents unknown"),
        (replace(SOUND, milliseconds=30.0), "takes 30.0 ms a text"),
        (replace(SOUND, failed=200, unknown=0, milliseconds=None), "did not answer for 100.0%"),
    ],
)
def test_one_that_is_more_often_right_is_withdrawn_for_how_it_runs(operation: Operation, why: str) -> None:
    verdict = judged(outcomes(wins=12), challenger=operation)
    assert verdict.ruling is Ruling.WITHDRAW
    assert why in verdict.reason


def test_a_few_failures_among_few_documents_decide_nothing() -> None:
    few = replace(SOUND, documents=10, failed=5)
    assert judged(outcomes(), challenger=few).ruling is Ruling.WAIT


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (replace(SOUND, failed=3), "version 1 did not answer for 1.5% of the documents"),
        (replace(SOUND, milliseconds=30.0), "version 1 takes 30.0 ms a text"),
    ],
)
def test_a_champion_that_cannot_serve_gives_way_whatever_it_gets_right(operation: Operation, why: str) -> None:
    verdict = judged(outcomes(losses=3), champion=operation)
    assert verdict.ruling is Ruling.PROMOTE
    assert why in verdict.reason


def test_a_champion_does_not_give_way_to_one_that_runs_no_better_or_for_calling_more_unknown() -> None:
    slow = replace(SOUND, milliseconds=30.0)
    assert judged(outcomes(), champion=slow, challenger=slow).ruling is Ruling.WITHDRAW
    assert judged(outcomes(), champion=replace(SOUND, unknown=150)).ruling is Ruling.WAIT
    few = replace(SOUND, documents=10, failed=5)
    assert judged(outcomes(), champion=few).ruling is Ruling.WAIT
