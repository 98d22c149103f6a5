"""Votes count by their measured agreement, and how sure they must be is measured too."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.labels.combining import Agreement, agreements, combine, cutoff, labels_of, least_sources, lower_bound

GOOD, POOR = Agreement(100, 98), Agreement(100, 60)
LABELS = frozenset("xyz")


def test_agreement_is_counted_for_those_that_voted() -> None:
    voted = [{"a": "x", "b": "y"}, {"a": "x"}, {}]
    assert agreements(voted, ["x", "y", "x"]) == {"a": Agreement(2, 1), "b": Agreement(1, 0)}
    assert Agreement(8, 8).accuracy == 0.9


def test_a_function_that_agrees_with_people_outweighs_two_that_do_not() -> None:
    said = {"good": "x", "poor": "y", "bad": "y"}
    combined = combine(said, {"good": GOOD, "poor": POOR, "bad": POOR}, labels=frozenset("xy"))
    assert combined is not None
    assert (combined.label, combined.by) == ("x", ("good",))
    assert 0.8 < combined.certainty < 0.99


def test_votes_for_the_same_make_surer_and_for_others_less_sure() -> None:
    measured = {"good": GOOD, "poor": POOR}

    def sure(**said: str) -> float:
        combined = combine(said, measured, labels=frozenset("xy"))
        assert combined is not None
        return combined.certainty

    assert sure(good="x", poor="x") > sure(good="x") > sure(good="x", poor="y")


def test_who_was_hardly_measured_is_not_heard() -> None:
    assert combine({"new": "x", "nobody": "x"}, {"new": Agreement(4, 4)}, labels=LABELS) is None


@pytest.mark.parametrize("labels", [frozenset[str](), frozenset("x"), frozenset("abcdefghijklmnopqrstuvw")])
def test_who_was_never_right_is_not_heard_however_many_labels_there_are(labels: frozenset[str]) -> None:
    wrong = {"wrong": Agreement(6, 0)}
    assert combine({"wrong": "z"}, wrong, labels=labels) is None
    heard = combine({"wrong": "z", "good": "x"}, {"good": GOOD} | wrong, labels=labels)
    assert heard is not None
    assert (heard.label, heard.by) == ("x", ("good",))


def test_who_agrees_as_often_as_chance_would_is_not_heard() -> None:
    # Two labels and something else.
    assert combine({"chance": "x"}, {"chance": Agreement(30, 10)}, labels=frozenset("xy")) is None
    assert combine({"better": "x"}, {"better": Agreement(30, 11)}, labels=frozenset("xy")) is not None


names = st.sampled_from("abcdefgh")
measurements = st.integers(0, 60).flatmap(lambda votes: st.integers(0, votes).map(lambda n: Agreement(votes, n)))


@given(
    said=st.dictionaries(names, st.sampled_from("qrstuvwxyz")),
    measured=st.dictionaries(names, measurements),
    labels=st.frozensets(st.sampled_from("qrstuvwxyz")),
)
def test_only_what_somebody_said_comes_out_and_certainty_is_a_share(
    said: dict[str, str], measured: dict[str, Agreement], labels: frozenset[str]
) -> None:
    combined = combine(said, measured, labels=labels)
    if combined is not None:
        assert combined.label in said.values()
        assert 0 < combined.certainty <= 1
        assert all(said[name] == combined.label and measured[name].agreed for name in combined.by)


def test_what_people_never_said_and_functions_did_is_a_label_too() -> None:
    assert labels_of([{"a": "x"}, {"b": "y"}, {}], ["x", "z", "x"]) == LABELS
    assert labels_of([], []) == frozenset()


def test_a_share_that_few_sources_show_is_not_counted_on() -> None:
    assert lower_bound(7, 7) < 0.82
    assert lower_bound(44, 44) < 0.95 < lower_bound(45, 45)
    assert lower_bound(75, 76) < 0.95 < lower_bound(76, 77)
    assert lower_bound(44, 45) < lower_bound(44.5, 45) < lower_bound(45, 45)
    assert lower_bound(0, 5) == 0


@given(st.integers(1, 500).flatmap(lambda count: st.tuples(st.floats(0, count), st.just(count))))
def test_the_lower_bound_is_under_the_share(counts: tuple[float, int]) -> None:
    right, count = counts
    assert 0 <= lower_bound(right, count) <= right / count + 1e-9


@pytest.mark.parametrize("count", [32, 45, 66, 99, 150, 300])
@pytest.mark.parametrize("share", [0.9, 0.95, 0.98])
def test_the_lower_bound_is_too_high_in_one_case_of_ten_at_most(count: int, share: float) -> None:
    too_high = [right for right in range(count + 1) if lower_bound(right, count) > share]
    assert sum(math.comb(count, n) * share**n * (1 - share) ** (count - n) for n in too_high) <= 0.1


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
    enough = cutoff(voted, truth, groups=range(600), precision=0.95)
    assert enough is not None
    measured, labels = agreements(voted, truth), labels_of(voted, truth)
    fresh = [(combine(said, measured, labels=labels), label) for said, label in zip(*documents(4000), strict=True)]
    sure = [one.label == label for one, label in fresh if one is not None and one.certainty >= enough.certainty]
    assert len(sure) > 1000
    assert sum(sure) / len(sure) > 0.94
    assert lower_bound(enough.right, enough.sources) >= 0.95


def test_where_all_are_right_a_certainty_as_high_as_wanted_is_taken_at_its_word() -> None:
    voted, truth = [{"a": "x", "b": "x"}, {"a": "y", "b": "y"}] * 50, ["x", "y"] * 50
    enough = cutoff(voted, truth, groups=range(100), precision=0.97)
    assert enough is not None
    assert (enough.certainty, enough.documents, enough.right, enough.sources) == (0.97, 100, 100, 100)


def test_where_no_certainty_is_right_often_enough_there_is_none() -> None:
    assert cutoff([{"a": "x"}] * 40, ["x", "y"] * 20, groups=range(40), precision=0.9) is None
    assert cutoff([], [], groups=[], precision=0.9) is None


def test_seven_documents_are_too_few_however_right_they_are() -> None:
    def of(count: int) -> bool:
        return cutoff([{"a": "x"}] * count, ["x"] * count, groups=range(count), precision=0.95) is not None

    assert not of(7)
    assert not of(44)
    assert of(45)


def test_a_source_does_not_vouch_for_itself() -> None:
    # The function is right about one sender alone, whose documents are most: of others it knows nothing.
    voted, truth = [{"a": "x"}] * 60 + [{"a": "x"}] * 4, ["x"] * 60 + ["y"] * 4
    assert cutoff(voted, truth, groups=range(64), precision=0.8) is not None
    assert cutoff(voted, truth, groups=[0] * 60 + [1, 2, 3, 4], precision=0.8) is None


def test_the_documents_of_one_source_count_as_one_case() -> None:
    voted, truth = [{"a": "x"}] * 68, ["x"] * 67 + ["y"]
    enough = cutoff(voted, truth, groups=range(68), precision=0.9)
    assert enough is not None
    assert (enough.documents, enough.right, enough.sources) == (68, 67, 68)
    assert cutoff(voted, truth, groups=[0] * 60 + list(range(1, 9)), precision=0.9) is None


def test_a_source_is_right_by_the_share_of_its_documents_that_came_out_right() -> None:
    voted, truth = [{"a": "x"}] * 1000, ["x"] * 995 + ["y"] * 5
    groups = [number for number in range(100) for _ in range(10)]
    share = lower_bound(99.5, 100)
    enough = cutoff(voted, truth, groups=groups, precision=share - 1e-6)
    assert enough is not None
    assert (enough.documents, enough.right, enough.sources) == (1000, 995, 100)
    assert cutoff(voted, truth, groups=groups, precision=share + 1e-6) is None


@pytest.mark.parametrize(("sources", "each", "suits"), [(8, 10, 0.85), (12, 5, 0.9), (20, 5, 0.9)])
def test_a_rule_that_fails_whole_senders_is_hardly_ever_counted_on(sources: int, each: int, suits: float) -> None:
    passed = 0
    for seed in range(100):
        chance = random.Random(seed)
        labels = ["xyz"[source % 3] for source in range(sources)]
        said = [label if chance.random() < suits else "other" for label in labels]
        groups = [source for source in range(sources) for _ in range(each)]
        voted, truth = [{"a": labels[source]} for source in groups], [said[source] for source in groups]
        passed += cutoff(voted, truth, groups=groups, precision=0.95) is not None
    assert passed <= 10


@pytest.mark.parametrize(("precision", "sources"), [(0.8, 11), (0.9, 22), (0.95, 45), (0.99, 230)])
def test_the_sources_that_a_precision_takes_are_told(precision: float, sources: int) -> None:
    assert least_sources(precision) == sources
    assert lower_bound(sources - 1, sources - 1) < precision <= lower_bound(sources, sources)
