"""Votes count by their measured agreement, and how sure they must be is measured too."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.labels.combining import Agreement, agreements, combine, least_certainty

GOOD, POOR = Agreement(100, 98), Agreement(100, 60)


def test_agreement_is_counted_for_those_that_voted() -> None:
    voted = [{"a": "x", "b": "y"}, {"a": "x"}, {}]
    assert agreements(voted, ["x", "y", "x"]) == {"a": Agreement(2, 1), "b": Agreement(1, 0)}
    assert Agreement(8, 8).accuracy == 0.9


def test_a_function_that_agrees_with_people_outweighs_two_that_do_not() -> None:
    said = {"good": "x", "poor": "y", "bad": "y"}
    combined = combine(said, {"good": GOOD, "poor": POOR, "bad": POOR}, labels=2)
    assert combined is not None
    assert (combined.label, combined.by) == ("x", ("good",))
    assert 0.9 < combined.certainty < 0.99


def test_votes_for_the_same_make_surer_and_for_others_less_sure() -> None:
    measured = {"good": GOOD, "poor": POOR}

    def sure(**said: str) -> float:
        combined = combine(said, measured, labels=2)
        assert combined is not None
        return combined.certainty

    assert sure(good="x", poor="x") > sure(good="x") > sure(good="x", poor="y")


def test_who_was_hardly_measured_is_not_heard() -> None:
    assert combine({"new": "x", "nobody": "x"}, {"new": Agreement(4, 4)}, labels=3) is None


@given(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xyz")),
    st.dictionaries(st.sampled_from("abcd"), st.integers(5, 50).map(lambda n: Agreement(n, n // 2))),
)
def test_only_what_somebody_said_comes_out_and_certainty_is_a_share(
    said: dict[str, str], measured: dict[str, Agreement]
) -> None:
    combined = combine(said, measured, labels=3)
    if combined is not None:
        assert combined.label in said.values()
        assert 0 < combined.certainty <= 1
        assert all(said[name] == combined.label for name in combined.by)


@pytest.mark.parametrize("seed", range(3))
def test_the_certainty_that_is_asked_for_holds_on_documents_that_were_not_measured(seed: int) -> None:
    chance = random.Random(seed)

    def documents(count: int) -> tuple[list[dict[str, str]], list[str]]:
        truth = [chance.choice("xyz") for _ in range(count)]
        accuracies = {"good": 0.95, "fair": 0.8, "poor": 0.5}
        voted = [
            {
                name: label if chance.random() < accuracy else chance.choice("xyz")
                for name, accuracy in accuracies.items()
                if chance.random() < 0.7
            }
            for label in truth
        ]
        return voted, truth

    voted, truth = documents(600)
    certainty = least_certainty(voted, truth, precision=0.97)
    assert certainty is not None
    measured = agreements(voted, truth)
    fresh = [(combine(said, measured, labels=3), label) for said, label in zip(*documents(4000), strict=True)]
    sure = [one.label == label for one, label in fresh if one is not None and one.certainty >= certainty]
    assert len(sure) > 1000
    assert sum(sure) / len(sure) > 0.95


def test_where_all_are_right_a_certainty_as_high_as_wanted_is_taken_at_its_word() -> None:
    certainty = least_certainty([{"a": "x", "b": "x"}, {"a": "y", "b": "y"}] * 50, ["x", "y"] * 50, precision=0.97)
    assert certainty == 0.97


def test_where_no_certainty_is_right_often_enough_there_is_none() -> None:
    voted = [{"a": "x"}] * 40
    assert least_certainty(voted, ["x", "y"] * 20, precision=0.9) is None
    assert least_certainty([], [], precision=0.9) is None
