"""Rows are shown as a table that fits, and in JSON with all that they have."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from docflow.cli.app import OUT
from docflow.cli.rows import show, show_sentence

ROWS = [
    {"label": "[b]letter", "when": datetime(2026, 3, 1, 9, 30, 5, tzinfo=UTC), "replaced": None, "comment": "a slip"},
    {"label": "letter", "when": datetime(2026, 3, 1, 9, 29, 5, tzinfo=UTC), "replaced": None, "comment": ""},
]


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OUT, "width", 80)


def test_a_table_has_short_moments_and_no_column_that_nothing_is_in(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, as_json=False)
    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.split() == ["label", "when", "comment"]
    assert first.split() == ["[b]letter", "2026-03-01", "09:30", "a", "slip"]
    assert second.split() == ["letter", "2026-03-01", "09:29"]


def test_json_has_every_key_and_moments_to_the_second(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, as_json=True)
    first, _ = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first == ROWS[0] | {"when": "2026-03-01T09:30:05+00:00"}


def test_no_rows_are_nothing_yet_and_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    show([], as_json=False)
    show([], as_json=True)
    assert capsys.readouterr().out == "Nothing yet.\n"


HOSTILE = "\x1b]0;owned\x07ann \x9b2J \u202egpj.exe"


def test_a_table_shows_what_a_terminal_would_obey_and_breaks_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"who": HOSTILE, "comment": "one\r\ntwo"}], as_json=False)
    told = capsys.readouterr().out
    assert told.replace("\n", "").isprintable()
    assert r"\x1b]0;owned\x07ann \x9b2J \u202egpj.exe" in told
    assert [line.split()[-1] for line in told.splitlines()[1:]] == ["one", "two"]


def test_json_escapes_what_a_terminal_would_obey_and_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"who": HOSTILE + "\U000e0001", "label": "счёт"}], as_json=True)
    told = capsys.readouterr().out
    assert told.strip().isprintable()
    assert "счёт" in told
    assert json.loads(told)["who"] == HOSTILE + "\U000e0001"


LABEL = {
    "action": "confirmed",
    "document_id": 12,
    "filename": "x" * 78,
    "label": "invoice",
    "origin": "human",
    "who": "Anna Petrova",
    "when": datetime(2026, 3, 1, 9, 30, 5, tzinfo=UTC),
    "replaced": "letter",
    "predicted": "letter",
    "model_version": "3",
    "source": "acme/2024",
    "comment": "it has a number and an amount, so it is one",
}


def test_of_a_table_that_is_too_wide_nothing_is_lost_and_no_short_value_broken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show([LABEL], as_json=False)
    told = capsys.readouterr().out
    short = ["confirmed", "12", "invoice", "human", "Anna Petrova", "2026-03-01 09:30", "letter", "acme/2024"]
    (row,) = [line for line in told.splitlines() if "confirmed" in line]
    assert [value for value in short if value not in row] == []
    assert told.count("x") == 78
    assert all(word in told for word in LABEL["comment"].split())  # type: ignore[attr-defined]
    assert "file" in told
    assert "filename" not in told


def test_a_table_is_as_wide_as_a_terminal_where_its_short_values_let_it(capsys: pytest.CaptureFixture[str]) -> None:
    show([{key: LABEL[key] for key in ("filename", "label", "when", "comment")}], as_json=False)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_lines_end_with_what_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [line.rstrip() for line in lines]


def test_a_sentence_below_a_table_is_one_line_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    show_sentence("champion 2", "it is [b]slow[/b]\x07 " * 20)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.count(r"it is [b]slow[/b]\x07") == 20
