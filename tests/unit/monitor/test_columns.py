"""The bins of drift's columns: few, and decided by the reference alone."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from docflow.monitor.columns import MOST_NAMES, NUMBERS, Binned, Column, Observation, binned, name_bins, quantile_bins
from docflow.types import UNKNOWN


def test_a_number_falls_into_a_fifth_of_the_reference_and_nothing_lies_outside() -> None:
    bin_of = quantile_bins(list(range(100)))
    counts = Counter(bin_of(number) for number in range(100))
    assert sorted(counts.values()) == [20] * 5
    assert bin_of(-7) == bin_of(0) == "1: ≤ 19"
    assert bin_of(10**9) == bin_of(99) == "5: > 79"


def test_numbers_that_are_mostly_the_same_have_fewer_bins() -> None:
    bin_of = quantile_bins([1.0] * 97 + [0.5, 0.7, 2.0])
    assert [bin_of(number) for number in (0.5, 1.0, 2.0)] == ["1: ≤ 1", "1: ≤ 1", "2: > 1"]


@pytest.mark.parametrize("reference", [[0.5] * 10, [None] * 10])
def test_what_was_not_measured_has_a_bin_of_its_own(reference: list[float | None]) -> None:
    bin_of = quantile_bins(reference)
    assert bin_of(None) == "none"
    assert bin_of(0.5) != "none"


def test_numbers_that_differ_by_little_are_still_told_apart() -> None:
    bin_of = quantile_bins([0.99991, 0.99992, 0.99993, 0.99994, 0.99995])
    assert len({bin_of(number) for number in (0.99991, 0.99992, 0.99993, 0.99994, 0.99995)}) == 5


def test_rare_names_share_a_bin_with_those_that_the_reference_does_not_have() -> None:
    names = [f"kind {number}" for number in range(MOST_NAMES)] * 3 + ["rare"] * 2
    bin_of = name_bins(names, least=2)
    assert bin_of("kind 0") == "kind 0"
    assert bin_of("rare") == bin_of("never seen") == "others"
    assert bin_of(None) == "none"
    assert name_bins(names, least=4)("kind 0") == "others"


def test_batches_of_documents_that_are_alike_differ_as_much_as_a_few_single_ones() -> None:
    chance = random.Random(1)
    for batch, low, high in ((1, 1.0, 1.3), (5, 4.0, 6.0)):
        drawn = [chance.choices("abcd", k=500 // batch) for _ in range(20)]
        effects = [Binned([name for name in names for _ in range(batch)], []).design_effect for names in drawn]
        assert low <= sum(effects) / len(effects) < high
    assert Binned(["a"] * 500, []).design_effect == 1.0


def test_every_attribute_of_an_observation_is_a_column() -> None:
    one = Observation(UNKNOWN, 0.3, None, 120, "eng", None, 1)
    columns = binned([one] * 10, [one] * 20)
    assert set(columns) == set(Column)
    assert set(Observation.__slots__) | {Column.IS_UNKNOWN} == set(Column)
    assert columns[Column.IS_UNKNOWN].reference == ["yes"] * 10
    assert {len(column.current) for column in columns.values()} == {20}
    assert {column.bins for column in columns.values()} == {1}
    assert {name for name in Column if isinstance(getattr(one, name), int | float)} <= NUMBERS
