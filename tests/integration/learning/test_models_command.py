"""What `docflow models …` prints of promotions and trials, whatever the reasons contain."""

from __future__ import annotations

import pytest
from learning_case import Loop

from docflow.cli import models
from docflow.cli.app import OUT


@pytest.fixture
def trial(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> Loop:
    """A loop with a champion and a challenger, which the command finds by its settings."""
    loop.train()
    loop.train(seed=1)
    loop.promote("1")
    loop.challenge("2")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(loop.settings.var_dir))
    monkeypatch.setenv("DOCFLOW_MLFLOW__ARTIFACTS", loop.settings.effective_artifacts)
    monkeypatch.setenv("DOCFLOW_MLFLOW__EXPERIMENT", loop.settings.mlflow.experiment)
    return loop


def test_reasons_that_look_like_markup_are_printed_as_they_are(trial: Loop, capsys: pytest.CaptureFixture[str]) -> None:
    models.promote("1", reason="see [/x] ticket", force=True)
    assert "see [/x] ticket (forced)" in capsys.readouterr().out
    models.withdraw(reason="enough [/b] of [draft]")
    assert "version 2 withdrawn: enough [/b] of [draft]" in capsys.readouterr().out
    models.promote("1", reason="and [/y] again")
    assert "and [/y] again (the champion already)" in capsys.readouterr().out


@pytest.mark.parametrize("width", [80, 200])
def test_the_verdict_says_how_many_labels_count_and_confirm_what_was_answered(
    trial: Loop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(OUT, "width", width)
    models.verdict(dry_run=True)
    header, row = capsys.readouterr().out.splitlines()[:2]
    assert header.split() == [
        "alias",
        "version",
        "ruling",
        "reason",
        "outcomes",
        "counted",
        "confirmed",
        "wins",
        "losses",
    ]
    assert row.split()[-5:] == ["0", "0", "0", "0", "0"]
