"""The command's root: each verb is where it is looked for, and no other file is imported for it."""

import os
import subprocess
import sys
from importlib import import_module

import pytest
import typer

from docflow.cli.app import UNFORESEEN, VERBS, WIDE, console


@pytest.mark.parametrize("file", VERBS)
def test_each_file_adds_the_verbs_that_it_is_listed_with(file: str) -> None:
    app = typer.Typer()
    import_module(f"docflow.cli.{file}").register(app)
    commands = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    groups = [group.name or "" for group in app.registered_groups]
    assert (*commands, *groups) == VERBS[file]


@pytest.mark.parametrize(
    ("verb", "is_imported"), [("config", False), ("db", False), ("train", True), ("nothing", True)]
)
def test_only_the_file_of_the_verb_that_is_asked_for_is_imported(verb: str, is_imported: bool) -> None:
    asked = f"from docflow.cli.app import register_verbs; register_verbs({verb!r})"
    code = f"import sys; {asked}; print('docflow.cli.data' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.strip() == str(is_imported)


def test_a_verb_that_cannot_be_imported_ends_the_command_as_any_fault_does() -> None:
    code = "from docflow.cli import app; app.VERBS = {'nothing': ('try',)}; app.main()"
    done = subprocess.run([sys.executable, "-c", code, "try"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == UNFORESEEN
    assert "ModuleNotFoundError" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_only_a_verbs_work_needs_is_not_imported_to_begin_with() -> None:
    late = {"bentoml", "matplotlib", "mlflow", "pandas", "prefect", "scipy.stats", "skops", "sklearn", "torch"}
    code = f"import sys; from docflow.cli.app import register_verbs; register_verbs(); print({late} & {{*sys.modules}})"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.strip() == "set()"


def test_what_is_no_terminal_is_wide_unless_columns_says_how_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert console().width == console(stderr=True).width == WIDE
    terminal, there = os.openpty()
    with os.fdopen(there, "w") as written, monkeypatch.context() as at_it:
        at_it.setattr(sys, "stdout", written)
        assert console().width < WIDE
    os.close(terminal)
    monkeypatch.setenv("COLUMNS", "70")
    assert console().width == 70
