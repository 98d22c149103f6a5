"""What the command's root makes of its arguments: each verb explains itself, and bad arguments are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from docflow.cli.app import VERBS, app, register_verbs


@pytest.fixture(scope="module")
def command() -> typer.Typer:
    """The command with all its verbs."""
    register_verbs()
    return app


@pytest.mark.parametrize("verb", [verb for verbs in VERBS.values() for verb in verbs])
def test_every_verb_explains_itself(command: typer.Typer, verb: str) -> None:
    done = CliRunner().invoke(command, [verb, "--help"], prog_name="docflow")
    assert done.exit_code == 0
    assert f"docflow {verb}" in done.stdout


@pytest.mark.parametrize("verb", ["train", "evaluate"])
@pytest.mark.parametrize("name", ["nothing", "file"])
def test_a_folder_that_is_not_there_is_named(command: typer.Typer, verb: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = CliRunner().invoke(command, [verb, str(tmp_path / name)])
    assert done.exit_code == 2
    assert "folder" in done.stderr.lower()
