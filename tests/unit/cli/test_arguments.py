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


@pytest.mark.parametrize("verb", ["synth", "train"])
@pytest.mark.parametrize("seed", ["-1", "4294967296"])
def test_what_is_no_seed_is_refused_before_any_work(command: typer.Typer, verb: str, seed: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [verb, str(tmp_path), "--seed", seed])
    assert done.exit_code == 2
    assert "--seed" in done.stderr


def test_synth_and_train_make_other_documents_where_no_seed_is_given(command: typer.Typer) -> None:
    verbs = typer.main.get_command(command).commands  # type: ignore[attr-defined]
    seeds = [param.default for name in ("synth", "train") for param in verbs[name].params if param.name == "seed"]
    assert len(seeds) == len(set(seeds)) == 2


@pytest.mark.parametrize("verb", ["train", "evaluate"])
@pytest.mark.parametrize("name", ["nothing", "file"])
def test_a_folder_that_is_not_there_is_named(command: typer.Typer, verb: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = CliRunner().invoke(command, [verb, str(tmp_path / name)])
    assert done.exit_code == 2
    assert "folder" in done.stderr.lower()
