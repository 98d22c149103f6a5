"""What `docflow models …` prints of promotions and trials, whatever the reasons contain."""

from __future__ import annotations

import getpass

import pytest
import typer
from learning_case import Loop

from docflow import rollout
from docflow.cli import models
from docflow.cli.app import OUT
from docflow.errors import ModelNotFound


@pytest.fixture
def trial(trial: Loop, monkeypatch: pytest.MonkeyPatch) -> Loop:
    """A loop with a champion and a challenger, which the command finds by its settings."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(trial.settings.var_dir))
    monkeypatch.setenv("DOCFLOW_MLFLOW__ARTIFACTS", trial.settings.effective_artifacts)
    monkeypatch.setenv("DOCFLOW_MLFLOW__EXPERIMENT", trial.settings.mlflow.experiment)
    return trial


def test_reasons_that_look_like_markup_are_printed_as_they_are(trial: Loop, capsys: pytest.CaptureFixture[str]) -> None:
    models.promote("1", reason="see [/x] ticket", force=True)
    assert "see [/x] ticket (forced)" in capsys.readouterr().out
    assert rollout.Evidence.of(trial.store.promotions(model_name="docflow")[0]).forced
    models.withdraw(reason="enough [/b] of [draft]")
    assert "version 2 withdrawn: enough [/b] of [draft]" in capsys.readouterr().out
    models.promote("1", reason="and [/y] again")
    assert "and [/y] again (the champion already)" in capsys.readouterr().out


@pytest.mark.parametrize("reason", ["", "  "])
def test_forcing_a_version_needs_a_reason(trial: Loop, reason: str) -> None:
    before = trial.store.promotions(model_name="docflow")
    with pytest.raises(typer.BadParameter, match="--force needs a --reason") as refused:
        models.promote("2", reason=reason, force=True)
    assert refused.value.exit_code == 2
    assert trial.store.promotions(model_name="docflow") == before


def test_who_decided_is_on_record_as_it_was_said(trial: Loop) -> None:
    models.promote("2", reason="tried elsewhere", force=True, who="ann")
    models.rollback(who="bo")
    models.challenge("2", who="cy")
    models.withdraw(who="di")
    models.promote("1")
    told = [promotion.promoted_by for promotion in trial.store.promotions(model_name="docflow")]
    assert [who for who in told if who != "anna"][:2] == [getpass.getuser(), "di"]
    assert {"ann", "bo", "cy", "di"} <= set(told)


@pytest.mark.parametrize("width", [80, 200])
def test_the_verdict_says_how_many_labels_count_and_confirm_what_was_answered(
    trial: Loop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(OUT, "width", width)
    models.verdict(dry_run=True)
    header, row, why = capsys.readouterr().out.splitlines()
    assert header.split() == [
        "alias",
        "version",
        "ruling",
        "outcomes",
        "counted",
        "confirmed",
        "wins",
        "losses",
    ]
    assert row.split()[-5:] == ["0", "0", "0", "0", "0"]
    assert why.startswith("challenger 2: ")


def test_a_rollback_says_which_version_another_one_would_bring_back(
    trial: Loop, capsys: pytest.CaptureFixture[str]
) -> None:
    trial.promote("2")
    for back, other in (("1", "2"), ("2", "1")):
        models.rollback()
        told = capsys.readouterr().out
        assert told.startswith(f"version {back} is the champion again")
        assert told.endswith(f"Another rollback would bring version {other} back.\n")


def test_nothing_on_trial_is_told_with_the_verb_that_shows_what_is(trial: Loop) -> None:
    with pytest.raises(ModelNotFound, match="no version is on trial as shadow") as refused:
        models.withdraw(in_shadow=True)
    assert "docflow models list" in refused.value.next_step


@pytest.mark.usefixtures("trial")
def test_the_versions_are_listed_with_their_candidates(capsys: pytest.CaptureFixture[str]) -> None:
    models.list_versions()
    heading, *rows = capsys.readouterr().out.splitlines()
    assert "candidate" in heading
    assert [" linear " in row for row in rows] == [True, True]
