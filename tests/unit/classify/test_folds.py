"""Folds keep sources whole, and a label that has too few of them costs the others nothing."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.classify.folds import FOLDS, Split, split

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
        grouped = ~np.isin(truth, found.plain_labels)
        assert not set(sources[fit][grouped[fit]]) & set(sources[judge][grouped[judge]])
