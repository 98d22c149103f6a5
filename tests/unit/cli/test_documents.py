"""Which files `docflow process` takes, and how it shows their names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from docflow.cli.app import show_error, shown
from docflow.cli.documents import Result, files_below, show_results
from docflow.errors import EmptyFile, OutputUnwritable


def test_files_in_hidden_folders_are_left_out_unless_the_folder_is_named(tmp_path: Path) -> None:
    root = tmp_path / ".root"
    for name in ("b.pdf", "a/c.pdf", ".d.pdf", "a/.e/f/g.pdf", ".h/i.pdf"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    assert list(files_below([root])) == [root / "a/c.pdf", root / "b.pdf"]
    assert list(files_below([root / ".h", root / ".d.pdf"])) == [root / ".h/i.pdf", root / ".d.pdf"]


def test_brackets_in_a_name_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show_results([Result(Path("invoice [copy].pdf"), error=EmptyFile("the file has no bytes"))])
    table, _, below = capsys.readouterr().out.partition("failed:")
    assert "invoice [copy].pdf" in table
    assert "invoice [copy].pdf" in below


BROKEN = Path(os.fsdecode(b"\xd1\xf7\xb8\xf2 7.pdf"))


def test_a_name_that_is_no_utf_8_is_shown_with_replacement_characters(capsys: pytest.CaptureFixture[str]) -> None:
    replaced = "\N{REPLACEMENT CHARACTER}" * 4 + " 7.pdf"
    failed = Result(BROKEN, error=OutputUnwritable(f"the outputs of {BROKEN} could not be written"))
    assert json.loads(shown(json.dumps(failed.to_dict(), ensure_ascii=False)))["path"] == replaced
    show_results([failed])
    assert capsys.readouterr().out.encode().decode().count(replaced) == 3
    assert failed.error is not None
    show_error(failed.error)
    assert replaced in capsys.readouterr().err


def test_what_a_terminal_would_obey_is_shown_and_not_done(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = Result(Path("a\x1b]0;owned\x07\x1b[2Jb.pdf"), error=EmptyFile("the file \x1b[31mhas no bytes"))
    show_results([hostile])
    assert hostile.error is not None
    show_error(hostile.error)
    shown_there = capsys.readouterr()
    assert "\x1b" not in shown_there.out + shown_there.err
    assert shown_there.out.count(r"a\x1b]0;owned\x07\x1b[2Jb.pdf") == 2
    assert r"the file \x1b[31mhas no bytes" in shown_there.err


def test_other_text_is_shown_as_it_is() -> None:
    assert shown("Счёт № 7 €, \N{GRINNING FACE}") == "Счёт № 7 €, \N{GRINNING FACE}"
