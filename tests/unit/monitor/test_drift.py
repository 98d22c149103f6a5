"""Drift by Evidently's PSI: seen where the documents changed, and hardly ever where they did not."""

from __future__ import annotations

import random
import socket
import sys
from dataclasses import replace

import pytest

from benchmarks.drift import Change, documents, look, more_unknown, new_kind, unchanged, worse_scanner
from docflow.errors import SettingsError
from docflow.monitor.columns import Binned, Column, Observation
from docflow.monitor.drift import FALSE_ALARM, ColumnDrift, Comparison, compare, probability_by_chance, verdict
from docflow.settings import DriftSettings
from docflow.types import UNKNOWN

RULES = DriftSettings()


def compared(change: Change = unchanged) -> Comparison:
    """The default windows of an office's documents, the last ones changed."""
    chance = random.Random(1)
    reference = documents(RULES.reference, chance=chance)
    current = [change(one, chance) for one in documents(RULES.current, chance=chance)]
    return compare(reference, current, rules=RULES)


def of_one_distribution(draws: int, *, shares: dict[str, float], sizes: tuple[int, int], batch: int = 1) -> float:
    """The share of draws of such windows of one column that chance does not explain."""
    chance, found = random.Random(7), 0
    for _ in range(draws):
        reference, current = (
            [name for name in chance.choices(list(shares), [*shares.values()], k=size // batch) for _ in range(batch)]
            for size in sizes
        )
        found += probability_by_chance(Binned(reference, current)) <= FALSE_ALARM
    return found / draws


@pytest.mark.parametrize("sizes", [(500, 200), (100, 50), (200, 200)])
@pytest.mark.parametrize("unknown", [0.02, 0.05, 0.2])
def test_windows_of_one_distribution_are_taken_for_two_as_rarely_as_is_promised(
    sizes: tuple[int, int], unknown: float
) -> None:
    shares = {"known": 1 - unknown, UNKNOWN: unknown}
    # One of a thousand is promised; nine of 3,000 or more come by chance in fewer than one of 250 repetitions.
    assert of_one_distribution(3000, shares=shares, sizes=sizes) <= 8 / 3000


@pytest.mark.parametrize("sizes", [(500, 200), (100, 50)])
def test_a_rare_name_that_one_window_lacks_is_no_drift(sizes: tuple[int, int]) -> None:
    reference, current = sizes
    rare = reference // 50 if reference == 500 else 5
    unknown = ["yes"] * rare + ["no"] * (reference - rare)
    documents = [Observation("letter" if one == "no" else UNKNOWN, 0.9, 0.9, 9, "eng", "A", 1) for one in unknown]
    seen = compare(documents, [documents[-1]] * current, rules=RULES)
    is_unknown = next(one for one in seen.columns if one.name is Column.IS_UNKNOWN)
    assert is_unknown.psi > RULES.psi
    assert not is_unknown.drifted
    assert not seen.drifted


def test_documents_of_one_distribution_have_no_column_that_drifted() -> None:
    drifted, columns = look(unchanged, looks=10, rules=RULES)
    # 0.08 are expected of 80 columns; two or more in three of a thousand repetitions.
    assert columns.total() <= 1
    assert drifted <= 1


def test_documents_that_come_in_batches_are_taken_for_drifted_hardly_more_often() -> None:
    shares = {"invoice": 0.4, "receipt": 0.3, "letter": 0.2, "form": 0.1}
    # 0.005 is measured; without the design effect it is 0.44.
    assert of_one_distribution(400, shares=shares, sizes=(500, 200), batch=5) <= 0.03


def test_a_kind_that_was_never_seen_is_drift_by_itself() -> None:
    seen = compared(new_kind)
    assert seen.drifted
    assert seen.why.startswith("the documents have drifted: label PSI ")
    assert [column.name for column in seen.columns if column.drifted] == [Column.LABEL]


def test_a_share_of_unknown_that_grew_is_drift_by_itself() -> None:
    seen = compared(more_unknown)
    assert seen.drifted
    assert "is unknown PSI" in seen.why


def test_longer_documents_alone_are_not_enough_and_it_says_so() -> None:
    seen = compared(lambda one, _: replace(one, length=3 * one.length))
    assert not seen.drifted
    assert seen.why.startswith("too few columns have drifted, 1 of 8: length PSI ")


def test_a_worse_scanner_is_drift_by_the_share_of_the_columns() -> None:
    seen = compared(worse_scanner)
    assert seen.drifted
    assert {column.name for column in seen.columns if column.drifted} == {
        Column.CONFIDENCE,
        Column.OCR_CONFIDENCE,
        Column.GRADE,
    }


def test_without_any_drift_the_nearest_column_is_named_with_its_figures() -> None:
    seen = compared()
    assert not seen.drifted
    assert seen.why.startswith("no column has drifted; the nearest to it is ")
    assert {column.name for column in seen.columns} == set(Column)


def test_a_column_that_never_changes_has_not_drifted() -> None:
    one = Observation("invoice", 1.0, None, 100, "eng", None, 1)
    seen = compare([one] * 100, [one] * 50, rules=RULES)
    assert not seen.drifted
    assert {column.psi for column in seen.columns} == {0.0}


def test_what_chance_alone_explains_is_no_drift_however_low_the_threshold_is_set() -> None:
    # By hand: 20 and 12 of 100 documents each is a chi-squared of 2.381 with one degree of freedom.
    apart = Binned(["a", "b", "b", "b", "b"] * 20, ["a"] * 12 + ["b"] * 88)
    assert probability_by_chance(apart) == pytest.approx(0.1228, rel=1e-3)
    assert probability_by_chance(Binned(["a"] * 500, ["a"] * 200)) == 1.0
    assert look(unchanged, looks=1, rules=DriftSettings(psi=1e-9))[0] == 0


def test_differences_within_batches_are_explained_by_them() -> None:
    alike = ["a"] * 60 + ["b"] * 40 + ["a"] * 60 + ["b"] * 40
    mixed = ["a", "b", "a", "b", "a"] * 40
    now = ["a"] * 35 + ["b"] * 65
    assert probability_by_chance(Binned(mixed, now)) <= FALSE_ALARM < probability_by_chance(Binned(alike, now))


@pytest.mark.parametrize(("drifted", "is_drift"), [(2, False), (3, True)])
def test_the_share_of_columns_decides_where_none_is_telling_by_itself(drifted: int, is_drift: bool) -> None:
    columns = [
        ColumnDrift(name, 0.5, 0.1, FALSE_ALARM if place >= len(Column) - drifted else 0.01)
        for place, name in enumerate(Column)
    ]
    assert verdict(columns, share=0.3)[0] is is_drift


def test_the_page_needs_nothing_from_elsewhere_and_has_every_column() -> None:
    page = compared().html()
    assert all(name in page for name in Column)
    assert 'src="http' not in page


def test_a_comparison_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    assert not compared().drifted
    assert "iterative_telemetry" not in sys.modules


def test_without_evidently_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evidently", None)
    with pytest.raises(SettingsError) as failed:
        compared()
    assert "docflow[drift]" in failed.value.next_step
