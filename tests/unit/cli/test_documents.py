"""Which files `docflow process` takes, and how it shows their names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image

from docflow.cli.app import OUT, WIDE, show_error, shown
from docflow.cli.documents import Result, files_below, show_results
from docflow.errors import EmptyFile, OutputUnwritable
from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.testing import FakeClassifier, FakeEngine


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


def test_what_a_terminal_would_obey_is_shown_and_not_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OUT, "width", WIDE)
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


def test_long_names_leave_every_figure_in_the_table_of_a_narrow_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OUT, "width", 80)
    Image.new("L", (60, 40), 200).save(tmp_path / "a.png")
    opened = Pipeline.open(load_settings(var_dir=tmp_path), engine=FakeEngine("text"), classifier=FakeClassifier({}))
    with opened as pipeline:
        outcome = pipeline.process((tmp_path / "a.png").read_bytes(), filename="a.png", languages="eng")
    name = "n" * 74 + ".png"
    show_results([Result(Path(name), outcome=outcome), Result(Path("b.png"), error=EmptyFile("no bytes"))])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[:5])) <= 80
    headings = " ".join(lines[:2])
    assert all(word in headings for word in ("kind", "confidence", "language", "pages", "OCR", "seconds"))
    confidence = f"{outcome.prediction.confidence:.2f}"
    first = lines[2].split()
    assert first[1:4] == [outcome.prediction.label, confidence, "eng"]
    assert first[-1] == f"{outcome.seconds:.2f}"
    assert "".join(line.split()[0] for line in lines[2:] if line.startswith(("n", ".p"))) == name
    assert any(line.split()[:2] == ["b.png", "empty_file"] for line in lines)
