"""The ensemble's choice: some engine's words, by calibrated confidence, with all votes kept."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings import line_at, line_of, pages, several_readings, unhurried

from docflow.ocr.ensemble import Calibration, Calibrations, Consensus, Curve, Reading, WordClass, combine
from docflow.ocr.ensemble.voting import SILENCE, likeliest
from docflow.types import Box, Line, Word

AT_THEIR_WORD = Calibrations()


def together(*readings: Reading) -> Consensus:
    return combine(readings, calibrations=AT_THEIR_WORD)


@unhurried
@given(page=pages())
def test_the_ensemble_of_one_is_itself(page: tuple[Line, ...]) -> None:
    assert together(Reading("a", page)).lines == page


@unhurried
@given(page=pages(), count=st.integers(2, 4))
def test_the_ensemble_of_identical_readings_is_that_reading_and_no_less_sure(
    page: tuple[Line, ...], count: int
) -> None:
    lines = together(*(Reading(f"engine {n}", page) for n in range(count))).lines
    assert [[(w.text, w.box) for w in line.words] for line in lines] == [
        [(w.text, w.box) for w in line.words] for line in page
    ]
    for line, before in zip(lines, page, strict=True):
        for word, said in zip(line.words, before.words, strict=True):
            assert said.confidence <= word.confidence <= 1


@unhurried
@given(readings=several_readings())
def test_the_order_of_engines_does_not_matter(readings: list[Reading]) -> None:
    results = [together(*order) for order in permutations(readings)]
    assert all(result == results[0] for result in results)


@unhurried
@given(readings=several_readings())
def test_every_chosen_word_was_said_by_an_engine_in_that_place(readings: list[Reading]) -> None:
    said = {(word.text, word.box) for reading in readings for word in reading.words}
    consensus = together(*readings)
    assert {(word.text, word.box) for line in consensus.lines for word in line.words} <= said
    for row in consensus.decisions:
        for decision in row:
            chosen = [vote.text for vote in decision.votes if vote.chosen]
            assert " ".join(word.text for word in decision.words) in chosen


@unhurried
@given(readings=several_readings())
def test_no_word_of_any_engine_is_without_a_vote(readings: list[Reading]) -> None:
    decisions = [decision for row in together(*readings).decisions for decision in row]
    for reading in readings:
        voted = sorted(
            text
            for decision in decisions
            for vote in decision.votes
            if vote.engine == reading.engine
            for text in vote.text.split()
        )
        assert voted == sorted(word.text for word in reading.words)


@unhurried
@given(readings=several_readings())
def test_the_ensemble_has_no_more_words_than_its_members_together(readings: list[Reading]) -> None:
    words = sum(len(line.words) for line in together(*readings).lines)
    assert words <= sum(len(reading.words) for reading in readings)


@unhurried
@given(readings=several_readings())
def test_confidences_stay_between_0_and_1(readings: list[Reading]) -> None:
    assert all(0 <= w.confidence <= 1 for line in together(*readings).lines for w in line.words)


@given(own=st.floats(0.2, 1), other=st.floats(0.2, 1))
def test_of_two_that_contradict_the_surer_is_believed_and_less_than_before(own: float, other: float) -> None:
    meaning, probability = likeliest([("a", own), ("b", other)])
    assert meaning == ("a" if own >= other else "b")
    assert probability <= max(own, other) + 2e-6


def test_agreement_raises_confidence() -> None:
    (line,) = together(Reading("a", (line_of("Total", confidence=0.8),)), Reading("b", (line_of("Total"),))).lines
    assert line.words[0].confidence > 0.97


def test_two_that_agree_outvote_a_surer_third() -> None:
    said = (("a", "Total", 0.7), ("b", "Total", 0.7), ("c", "Tota1", 0.8))
    readings = (Reading(name, (line_of(text, confidence=confidence),)) for name, text, confidence in said)
    assert together(*readings).lines[0].text == "Total"


def test_calibrated_confidence_decides_not_the_raw_one() -> None:
    boaster = Calibration("boaster", "1", "eng", "2026-01-01", 1, {WordClass.ANY: Curve((0.0, 1.0), (0.0, 0.5), 100)})
    readings = [
        Reading("boaster", (line_of("wrong", confidence=0.99),), "eng"),
        Reading("modest", (line_of("right", confidence=0.7),), "eng"),
    ]
    assert combine(readings, calibrations=Calibrations()).lines[0].text == "wrong"
    assert combine(readings, calibrations=Calibrations([boaster])).lines[0].text == "right"


def test_typography_and_spaces_do_not_make_a_contradiction() -> None:
    consensus = together(
        Reading("a", (line_of("«Ромашка» — 5", confidence=0.8),)), Reading("b", (line_of('"Ромашка" - 5'),))
    )
    assert all(decision.is_unanimous for row in consensus.decisions for decision in row)
    assert consensus.lines[0].text == '"Ромашка" - 5'


def test_a_doubtful_word_that_the_other_does_not_see_is_dropped_with_its_votes_kept() -> None:
    noise = line_at(0, [("Total", 0.95), ("~", SILENCE - 0.1)])
    consensus = together(Reading("a", (noise,)), Reading("b", (line_of("Total"),)))
    assert [line.text for line in consensus.lines] == ["Total"]
    assert consensus.decisions[0][1].to_dict() == {
        "text": "",
        "votes": [
            {"engine": "a", "text": "~", "confidence": pytest.approx(SILENCE - 0.1), "chosen": False},
            {"engine": "b", "text": "", "confidence": SILENCE, "chosen": True},
        ],
    }


def test_the_silence_of_an_engine_that_was_not_asked_says_nothing() -> None:
    doubted = line_of("faint", confidence=0.2)
    asked = Reading("b", (line_of("Total", top=100),), whole_page=False)
    consensus = together(Reading("a", (doubted, line_of("Total", top=100))), asked)
    assert [line.text for line in consensus.lines] == ["faint", "Total"]
    assert consensus.lines[0].words[0].confidence == 0.2


def test_a_page_without_words_has_no_lines() -> None:
    assert together(Reading("a", ()), Reading("b", ())).lines == ()


def test_engines_that_cut_a_line_at_different_places_say_no_word_twice() -> None:
    total, amount, due, sum_ = (
        Word(text, Box(60 * n, 0, 60 * n + 40, 20), 0.9) for n, text in enumerate(["Total", "amount", "due:", "12.00"])
    )
    early = Reading("early", (Line((total,)), Line((amount, due, sum_))))
    late = Reading("late", (Line((total, amount)), Line((due, sum_))))
    assert [line.text for line in together(early, late).lines] == ["Total amount due: 12.00"]


@pytest.mark.parametrize(("one", "other"), [("27″", '27"'), ("d´Or", "d'Or"), ("d`Or", "d'Or"), ("d’Or", "d´Or")])
def test_marks_that_are_drawn_otherwise_are_no_contradiction(one: str, other: str) -> None:
    ((decision,),) = together(Reading("a", (line_of(one),)), Reading("b", (line_of(other),))).decisions
    assert decision.is_unanimous
