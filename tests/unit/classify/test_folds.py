"""Folds keep sources whole, and a label that has too few of them costs the others nothing."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.classify.folds import FOLDS, NOWHERE, Split, grouped, leaves_enough, split

DOCUMENTS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 6)), min_size=10, max_size=60)


def parts(truth: list[str], sources: list[str]) -> Split:
    return split(np.array(truth), np.array(sources), seed=0)


def test_sources_stay_whole() -> None:
    truth = np.repeat(["a", "b"], 40)
    sources = np.array([f"{label}{number % 5}" for number, label in enumerate(truth)])
    found = split(truth, sources, seed=0)
    assert found.described() == {"folds": "grouped"}
    for fit, judge in found.folds:
        assert not set(sources[fit]) & set(sources[judge])


def test_a_label_of_one_source_is_parted_alone_and_named(caplog: pytest.LogCaptureFixture) -> None:
    truth = np.array(["memo"] * 8 + ["invoice", "letter"] * 20)
    sources = np.array(["only"] * 8 + [f"source {number % 6}" for number in range(40)])
    with caplog.at_level(logging.WARNING):
        found = split(truth, sources, seed=0)
    assert found.described() == {"folds": "partly grouped", "plain_labels": ["memo"]}
    assert "memo" in caplog.text
    for fit, judge in found.folds:
        assert set(sources[fit]) & set(sources[judge]) == {"only"}
        assert set(truth[fit]) == set(truth)


def test_documents_of_a_source_that_have_other_labels_stay_together() -> None:
    truth = np.array(["memo"] * 6 + ["invoice"] * 6 + ["invoice", "letter"] * 20)
    sources = np.array(["only"] * 12 + [f"source {number % 6}" for number in range(40)])
    invoices = set(range(6, 12))
    assert all(invoices <= set(fit) or invoices <= set(judge) for fit, judge in split(truth, sources, seed=0).folds)


def test_what_shares_the_only_source_of_a_label_is_judged_by_models_that_saw_it_and_is_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    truth = np.array(["memo"] * 6 + ["invoice"] * 6 + ["invoice", "letter"] * 20)
    sources = np.array(["only"] * 12 + [f"source {number % 6}" for number in range(40)])
    found = split(truth, sources, seed=0)
    assert np.array_equal(found.seen, sources == "only")
    assert found.described()["mixed_labels"] == ["invoice"]
    assert "judged so as well: invoice (6)" in caplog.text


def test_a_source_stays_whole_where_its_label_of_few_sources_has_other_documents_too() -> None:
    truth = np.array(["memo"] * 12 + ["invoice"] * 6 + ["invoice", "letter"] * 20)
    sources = np.array(["own"] * 6 + ["mixed"] * 12 + [f"source {number % 6}" for number in range(40)])
    alone = truth == "memo"
    for fit, judge in grouped(truth, sources, alone=alone, seed=0, least=1):
        assert set(sources[fit]) & set(sources[judge]) == {"own"}
        assert set(truth[fit]) == set(truth)


@pytest.mark.parametrize(
    ("places", "least", "is_enough"),
    [
        ([0, 0, 1], 1, True),
        ([0, 0, 0], 1, False),
        ([0, 0, NOWHERE, NOWHERE, NOWHERE], 1, True),
        ([0, 0, NOWHERE, NOWHERE], 1, False),
        ([0, 0, 1, 2, 2], 3, True),
        ([0, 0, 1, 2, 2], 4, False),
    ],
    ids=["two folds", "one fold", "one fold and the rest parted", "a rest too few to part", "enough", "not enough"],
)
def test_documents_stay_with_their_source_where_enough_of_the_label_is_left(
    places: list[int], least: int, is_enough: bool
) -> None:
    assert leaves_enough(np.array(places), least=least) is is_enough


def test_a_label_that_a_fold_leaves_too_little_of_is_parted() -> None:
    truth = np.array(["memo"] * 9 + ["invoice", "letter"] * 20)
    sources = np.array(["large"] * 7 + ["small"] * 2 + [f"source {number % 6}" for number in range(40)])
    assert split(truth, sources, seed=0).plain_labels == ()
    found = split(truth, sources, seed=0, least=5)
    assert found.plain_labels == ("memo",)
    assert all(np.sum(truth[fit] == "memo") == 6 for fit, _ in found.folds)


def test_where_no_label_has_sources_enough_all_documents_are_parted() -> None:
    found = parts(["a", "b"] * 20, ["one", "two"] * 20)
    assert (found.kind, found.plain_labels) == ("plain", ("a", "b"))
    assert found.described(is_first_alone=True) == {"folds": "plain, one of 3"}


@pytest.mark.filterwarnings("ignore:The least populated class:UserWarning")
@given(DOCUMENTS)
def test_every_document_is_judged_once_and_every_label_is_learnt(documents: list[tuple[str, int]]) -> None:
    documents += [(label, 7 + row) for label in "ab" for row in range(FOLDS)]
    documents += [(label, 0) for label, _ in documents for _ in range(FOLDS)]
    truth, sources = (np.array(column) for column in zip(*documents, strict=True))
    found = split(truth, sources, seed=0)
    assert np.array_equal(np.sort(np.concatenate([judge for _, judge in found.folds])), np.arange(len(truth)))
    for fit, judge in found.folds:
        assert np.array_equal(np.union1d(fit, judge), np.arange(len(truth)))
        assert set(truth[fit]) == set(truth)
        whole = ~np.isin(truth, found.plain_labels)
        assert not set(sources[fit][whole[fit]]) & set(sources[judge][whole[judge]])
        assert np.array_equal(found.seen[judge], np.isin(sources[judge], sources[fit]))
    assert set(truth[found.seen]) <= {*found.plain_labels, *found.mixed_labels}
