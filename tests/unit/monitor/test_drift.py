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
from docflow.monitor.drift import ColumnDrift, Comparison, compare, psi_by_chance, verdict
from docflow.settings import DriftSettings

RULES = DriftSettings()


def compared(change: Change = unchanged) -> Comparison:
    """The default windows of an office's documents, the last ones changed."""
    chance = random.Random(1)
    reference = documents(RULES.reference, chance=chance)
    current = [change(one, chance) for one in documents(RULES.current, chance=chance)]
    return compare(reference, current, rules=RULES)


def test_documents_of_one_distribution_pass_a_threshold_as_rarely_as_is_promised() -> None:
    drifted, columns = look(unchanged, looks=10, rules=RULES)
    # 0.08 are expected of 80 columns; more than two in fewer than one of a thousand repetitions.
    assert columns.total() <= 2
    assert drifted <= 1


def test_documents_that_come_in_batches_are_called_drifted_far_less_often_than_their_number_alone_would_say() -> None:
    drifted, columns = look(unchanged, looks=8, batch=5, rules=RULES)
    # About 0.1 of the looks; without the design effect it would be 0.7 of them, seven in ten by the labels.
    assert drifted <= 3
    assert columns[Column.LABEL] <= 3


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


def test_what_chance_alone_passes_is_no_drift_however_low_the_threshold_is_set() -> None:
    ten, two = list("abcdefghij"), list("ab")
    chance = psi_by_chance(Binned(ten * 50, ten * 20))
    assert chance == pytest.approx(27.877 * 0.007, rel=1e-3)
    assert psi_by_chance(Binned(ten * 50, ten * 5)) > chance > psi_by_chance(Binned(two * 250, two * 100))
    assert psi_by_chance(Binned(["a"] * 500, ["a"] * 200)) == 0.0
    assert look(unchanged, looks=1, rules=DriftSettings(psi=1e-9))[0] == 0


@pytest.mark.parametrize(("drifted", "is_drift"), [(2, False), (3, True)])
def test_the_share_of_columns_decides_where_none_is_telling_by_itself(drifted: int, is_drift: bool) -> None:
    columns = [
        ColumnDrift(name, 0.5 if place >= len(Column) - drifted else 0.0, 0.1) for place, name in enumerate(Column)
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
