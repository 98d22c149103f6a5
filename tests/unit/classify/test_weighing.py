"""What documents weigh: labels alike, the background less, real documents more than made-up ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from docflow.classify.weighing import (
    GENERATED_ALONE,
    MOST_REAL_WEIGHT,
    REAL_WEIGHT,
    background_of,
    commonness,
    document_weights,
    label_weights,
    times_of,
)
from docflow.types import UNKNOWN, LabelledText

REAL = LabelledText("a", "invoice", "eng")
MADE = replace(REAL, is_generated=True)


def test_a_real_document_counts_as_many_generated_ones() -> None:
    assert times_of([REAL, MADE, MADE]).tolist() == [REAL_WEIGHT, 1, 1]


def test_many_real_documents_of_a_label_count_as_a_hundred_together() -> None:
    letter = replace(REAL, label="letter")
    times = times_of([*[REAL] * 20, *[letter] * 5, MADE])
    assert times.tolist() == [MOST_REAL_WEIGHT // 20] * 20 + [REAL_WEIGHT] * 5 + [1]


def test_no_real_document_counts_less_than_a_generated_one() -> None:
    assert times_of([*[REAL] * 500, MADE]).tolist() == [1] * 501


@pytest.mark.parametrize("alone", [REAL, MADE])
def test_documents_of_one_sort_count_once(alone: LabelledText) -> None:
    assert times_of([alone, alone]).tolist() == [1, 1]


def test_labels_weigh_the_same_together_and_the_background_less() -> None:
    truth = np.array(["a"] * 2 + ["b"] * 6 + [UNKNOWN] * 12)
    weights = document_weights(truth, np.ones(20, dtype=np.intp), background_weight=0.3)
    together = {label: weights[truth == label].sum() for label in ("a", "b", UNKNOWN)}
    assert together["a"] == pytest.approx(together["b"])
    assert together[UNKNOWN] == pytest.approx(0.3 * together["a"])


def test_the_background_weighs_more_where_nothing_but_generated_documents_is_learnt_from() -> None:
    assert background_of([MADE, MADE], 0.25) == pytest.approx(0.25 * GENERATED_ALONE)
    assert background_of([MADE, REAL], 0.25) == background_of([REAL], 0.25) == 0.25


def test_a_real_document_weighs_more_within_its_label() -> None:
    truth = np.array(["a", "a", "b"])
    weights = document_weights(truth, np.array([20, 1, 20]), background_weight=1.0)
    assert weights[0] == pytest.approx(20 * weights[1])
    assert label_weights(truth, np.array([20, 1, 20]), background_weight=1.0)["a"] == pytest.approx(weights[1])


def test_commonness_is_that_of_generated_documents_alone() -> None:
    samples = [MADE] * 8 + [replace(MADE, label="receipt")] * 2 + [REAL] * 50 + [replace(REAL, label="memo")] * 50
    found = commonness(samples, ("invoice", "memo", "receipt"))
    assert found.tolist() == pytest.approx([np.log(2), 0.0, -np.log(2)])
    assert commonness([REAL], ("invoice", "memo")).tolist() == [0.0, 0.0]
