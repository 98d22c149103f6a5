"""What the rules make of what was observed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from docflow.classify.gate import Compared
from docflow.rollout import RolloutVerdict, Ruling
from docflow.rollout.verdict import weigh
from docflow.settings import PromotionSettings, RolloutSettings
from docflow.store import Answerer, Operation, Outcome

RULES = RolloutSettings()
FAIR = RolloutSettings(fair_labels=True)
GATE = PromotionSettings()
SOUND = Operation(documents=200, failed=0, unknown=10, milliseconds=1.0)


def outcome(
    number: int, champion: bool, challenger: bool, *, source: str = "", text: str = "", confirmed: bool = True
) -> Outcome:
    """A document that was labelled before anything was answered, so that it counts whatever labels are."""
    return Outcome(
        number, "invoice", champion, challenger, source, confirmed, answerer=Answerer.NOBODY, key=str(number), text=text
    )


def outcomes(*, wins: int = 0, losses: int = 0, both: int = 0) -> list[Outcome]:
    who = [(False, True)] * wins + [(True, False)] * losses + [(True, True)] * both
    return [outcome(number, champion, challenger) for number, (champion, challenger) in enumerate(who)]


def flipped(chance: random.Random, *, count: int, share: float = 0.5, a_source: int = 1) -> list[Outcome]:
    """Documents that one alone got right, so many a source: the challenger all of a source's, for about this share."""
    won = [chance.random() < share for _ in range(count)]
    rows = [(source, win) for source, win in enumerate(won) for _ in range(a_source)]
    return [outcome(number, not win, win, source=f"sender {source}") for number, (source, win) in enumerate(rows)]


def judged(
    seen: list[Outcome],
    *,
    champion: Operation = SOUND,
    challenger: Operation = SOUND,
    rules: RolloutSettings = RULES,
    gate: PromotionSettings = GATE,
) -> RolloutVerdict:
    return weigh(
        seen,
        (champion, challenger),
        alias="challenger",
        versions=("1", "2"),
        rules=rules,
        gate=gate,
    )


def test_a_better_one_is_promoted_and_the_verdict_says_on_what() -> None:
    verdict = judged(outcomes(wins=12, both=80), rules=FAIR)
    assert verdict.ruling is Ruling.PROMOTE
    assert verdict.reason == (
        "better than version 1: it alone was right on 9 documents, the champion alone on 0; "
        "92 of 92 labels confirm what was answered"
    )
    assert (verdict.version, verdict.champion, verdict.outcomes, verdict.confirmed) == ("2", "1", 92, 92)


def test_a_worse_one_is_withdrawn() -> None:
    verdict = judged(outcomes(losses=12, both=80))
    assert (verdict.ruling, verdict.reason[:22]) == (Ruling.WITHDRAW, "worse than version 1: ")


def test_a_verdict_waits_for_more_labels_but_not_for_ever() -> None:
    seen = outcomes(wins=2, losses=1, both=50)
    assert judged(seen).ruling is Ruling.WAIT
    verdict = judged(seen, rules=RULES.model_copy(update={"most_outcomes": 3}))
    assert (verdict.ruling, verdict.reason[:9]) == (Ruling.WITHDRAW, "no better")


def test_the_first_document_of_a_source_speaks_for_all_of_them() -> None:
    won = [outcome(number, False, True, source="sender") for number in range(20)]
    lost = [outcome(20 + number, True, False, source="sender") for number in range(30)]
    verdict = judged([*won, *lost, outcome(99, True, False)])
    assert (verdict.ruling, verdict.wins, verdict.losses) == (Ruling.WAIT, 1, 1)


def test_near_duplicates_have_one_vote_whatever_their_sources() -> None:
    text = "we thank you for your order of the {} of May and remain at your service"
    won = [outcome(number, False, True, text=text.format(number)) for number in range(10, 30)]
    other = outcome(99, False, True, text="dear sir or madam please find enclosed what you asked for")
    assert judged([*won, other]).wins == 2


@pytest.mark.parametrize("a_source", [1, 10])
def test_an_equal_model_is_seldom_told_apart_however_many_documents_a_source_sent(a_source: int) -> None:
    chance = random.Random(1)
    trials = [judged(flipped(chance, count=60, a_source=a_source)) for _ in range(150)]
    assert sum(verdict.ruling is Ruling.PROMOTE for verdict in trials) <= 150 * RULES.alpha + 8
    assert sum(verdict.reason.startswith("worse") for verdict in trials) <= 150 * RULES.alpha + 8


def test_a_better_model_is_seldom_missed_however_seldom_the_two_disagree() -> None:
    chance = random.Random(2)
    agreed = [outcome(-1, True, True)] * 49
    rulings = []
    for _ in range(100):
        seen: list[Outcome] = []
        ruling = Ruling.WAIT
        for vote in flipped(chance, count=RULES.most_outcomes, share=RULES.effect):
            seen += [*agreed, vote]
            # Looked at now and then, as the job does.
            if ruling is Ruling.WAIT and len(seen) % 1000 == 0:
                ruling = judged(seen).ruling
        rulings.append(ruling)
    assert rulings.count(Ruling.PROMOTE) >= 100 * (1 - RULES.beta) - 9
    assert Ruling.WAIT not in rulings


def test_a_verdict_waits_for_votes_however_many_labels_there_are() -> None:
    assert judged(outcomes(wins=2, losses=1, both=5000)).ruling is Ruling.WAIT


def test_labels_that_are_said_to_be_fair_and_confirm_no_answer_decide_nothing() -> None:
    corrected = [outcome(number, False, True, confirmed=False) for number in range(200)]
    verdict = judged(corrected, rules=FAIR)
    assert (verdict.ruling, verdict.confirmed) == (Ruling.WAIT, 0)
    assert "none of 200 labels confirms what was answered" in verdict.reason
    assert judged([outcome(999, True, True), *corrected], rules=FAIR).ruling is Ruling.PROMOTE


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (replace(SOUND, failed=8), "did not answer for 4.0% of the documents"),
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
        (replace(SOUND, failed=8), "version 1 did not answer for 4.0% of the documents"),
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


@pytest.mark.parametrize("failing", ["champion", "challenger"])
def test_a_failure_that_chance_explains_decides_nothing(failing: str) -> None:
    one = Operation(documents=60, failed=1, unknown=3, milliseconds=1.0)
    operations = {"champion": SOUND, "challenger": SOUND} | {failing: one}
    assert judged(outcomes(), **operations).ruling is Ruling.WAIT
    assert judged(outcomes(losses=30), **operations).ruling is Ruling.WITHDRAW
    assert judged(outcomes(wins=30), **operations).ruling is Ruling.PROMOTE


def test_a_champion_that_cannot_serve_does_not_give_way_to_one_that_is_worse() -> None:
    verdict = judged(outcomes(losses=30), champion=replace(SOUND, failed=20))
    assert verdict.ruling is Ruling.WITHDRAW
    assert verdict.reason.startswith("worse than version 1")


def in_the_shadow(seen: list[Outcome], *, may_challenge: bool, share: float = 0.1) -> RolloutVerdict:
    return weigh(
        seen, (SOUND, SOUND), alias="shadow", versions=("1", "2"), rules=RolloutSettings(share=share),
        gate=GATE, may_challenge=may_challenge,
    )  # fmt: skip


def test_a_predecessor_that_seems_better_is_to_answer_for_some_where_it_may() -> None:
    better = outcomes(wins=12)
    assert in_the_shadow(better, may_challenge=True).ruling is Ruling.CHALLENGE
    assert in_the_shadow(better, may_challenge=False).ruling is Ruling.WAIT
    assert in_the_shadow(better, may_challenge=True, share=0.0).ruling is Ruling.WAIT
    assert in_the_shadow(outcomes(losses=12), may_challenge=True).ruling is Ruling.WITHDRAW


def of_slice(*, lost: int, documents: int, first: int = 100, **known: str) -> list[Outcome]:
    """Documents that have something in common, of which the champion alone was right about so many."""
    rows = [outcome(first + number, True, number >= lost) for number in range(documents)]
    return [replace(one, label="receipt", **known) for one in rows]


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({}, "label receipt"),
        ({"text": "счёт за услуги", "languages": "eng+rus"}, "language rus"),
        ({"source": "Muster GmbH"}, "source Muster GmbH"),
        ({"grade": "C"}, "grade C"),
    ],
)
def test_one_that_is_better_on_the_whole_waits_while_it_loses_a_slice_and_says_which(
    known: dict[str, str], name: str
) -> None:
    verdict = judged([*outcomes(wins=20, both=40), *of_slice(lost=2, documents=10, **known)])
    assert verdict.ruling is Ruling.WAIT
    assert verdict.reason.startswith("better than version 1 on the whole, but it is worse by 0.200 on ")
    told = f"worse by 0.200 on {name}: right about 0.800 of 10 documents, and the champion about 1.000"
    assert told in verdict.reason
    assert "it alone was right on 9 documents, the champion alone on 0; 70 of 70 labels confirm" in verdict.reason
    assert verdict.slices[name] == Compared(10, 1.0, 0.8)
    assert verdict.to_dict()["slices"][name] == {"documents": 10, "champion": 1.0, "challenger": 0.8}


def test_one_that_loses_a_slice_after_the_most_votes_is_withdrawn_and_the_record_says_for_which() -> None:
    seen = [*outcomes(wins=20, both=40), *of_slice(lost=2, documents=10)]
    assert judged(seen, rules=RULES.model_copy(update={"most_outcomes": 23})).ruling is Ruling.WAIT
    verdict = judged(seen, rules=RULES.model_copy(update={"most_outcomes": 22}))
    assert verdict.ruling is Ruling.WITHDRAW
    assert "better than version 1 on the whole, but it is worse by 0.200 on label receipt" in verdict.reason


def test_one_is_promoted_once_later_documents_say_that_it_loses_no_more_of_the_slice_than_is_allowed() -> None:
    better, lost = outcomes(wins=20, both=40), of_slice(lost=2, documents=10)
    assert judged([*better, *lost]).ruling is Ruling.WAIT
    verdict = judged([*better, *lost, *of_slice(lost=0, documents=30, first=200)])
    assert verdict.ruling is Ruling.PROMOTE
    assert verdict.slices["label receipt"] == Compared(40, 1.0, 0.95)


def test_a_slice_of_fewer_documents_than_the_gate_asks_for_holds_nobody_up() -> None:
    seen = [*outcomes(wins=20, both=40), *of_slice(lost=2, documents=9)]
    assert judged(seen).ruling is Ruling.PROMOTE
    assert "label receipt" not in judged(seen).slices
    assert judged(seen, gate=PromotionSettings(least_slice=9)).ruling is Ruling.WAIT
    assert judged(seen, gate=PromotionSettings(least_slice=9, slice_tolerance=0.3)).ruling is Ruling.PROMOTE


def test_documents_that_do_not_count_are_in_no_slice() -> None:
    stood_in = [replace(one, answerer=Answerer.OTHER) for one in of_slice(lost=10, documents=10)]
    verdict = judged([*outcomes(wins=20, both=40), *stood_in])
    assert (verdict.ruling, list(verdict.slices)) == (Ruling.PROMOTE, ["label invoice"])


def test_a_document_of_a_source_that_nobody_named_is_in_no_sources_slice() -> None:
    verdict = judged(outcomes(wins=20), gate=PromotionSettings(least_slice=1))
    assert list(verdict.slices) == ["label invoice"]


def test_a_champion_that_cannot_serve_gives_way_whatever_slice_is_lost() -> None:
    seen = [*outcomes(wins=20, both=40), *of_slice(lost=10, documents=10)]
    verdict = judged(seen, champion=replace(SOUND, failed=20))
    assert (verdict.ruling, verdict.reason[:24]) == (Ruling.PROMOTE, "version 1 did not answer")
    assert verdict.slices["label receipt"].challenger == 0.0


def test_a_predecessor_is_to_answer_for_some_whatever_slice_is_lost() -> None:
    seen = [*outcomes(wins=20), *of_slice(lost=10, documents=10)]
    assert in_the_shadow(seen, may_challenge=True).ruling is Ruling.CHALLENGE
