"""What serves is told by the record, and where MLflow's aliases lag behind it, that is told too."""

from __future__ import annotations

import pytest
from learning_case import Loop

from docflow import rollout
from docflow.cli import models
from docflow.cli.app import OUT
from docflow.cli.doctor import Finding, examine
from docflow.errors import AliasMismatch
from docflow.rollout.aliases import recorded_aliases
from docflow.settings import MlflowSettings


@pytest.fixture
def lagging(two: Loop, monkeypatch: pytest.MonkeyPatch) -> Loop:
    """A loop that was rolled back to version 1 while MLflow was down, which the command finds by its settings."""
    two.promote("2")
    down = two.settings.model_copy(
        update={"mlflow": MlflowSettings(tracking_uri="postgresql://nobody@127.0.0.1:9/none")}
    )
    rollout.rollback(settings=down, store=two.store, promoted_by="bo")
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(two.settings.var_dir))
    monkeypatch.setenv("DOCFLOW_MLFLOW__ARTIFACTS", two.settings.effective_artifacts)
    monkeypatch.setenv("DOCFLOW_MLFLOW__EXPERIMENT", two.settings.mlflow.experiment)
    monkeypatch.setattr(OUT, "width", 200)
    return two


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What the command prints of each version."""
    models.list_versions()
    lines = capsys.readouterr().out.splitlines()[1:]
    return {line.split()[0]: line for line in lines}


def aliases_of(loop: Loop) -> Finding:
    """What the doctor finds of the aliases."""
    (found,) = [finding for finding in examine(loop.settings) if finding.name == "aliases"]
    return found


def test_the_list_marks_what_is_in_force_and_says_where_mlflow_says_otherwise(
    lagging: Loop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert recorded_aliases(lagging.settings, store=lagging.store)["champion"] == "1"
    rows = listed(capsys)
    assert "champion (MLflow: shadow)" in rows["1"]
    assert "(MLflow: champion)" in rows["2"]
    lagging.promote("1")
    rows = listed(capsys)
    assert "champion" in rows["1"]
    assert "MLflow" not in rows["1"] + rows["2"]


def test_the_doctor_names_aliases_that_are_not_what_is_on_record(lagging: Loop) -> None:
    found = aliases_of(lagging)
    assert isinstance(found.error, AliasMismatch)
    assert found.error.message.startswith("by the record champion 1")
    assert "MLflow's aliases say champion 2, shadow 1" in found.error.message
    assert not found.needed
    lagging.promote("1")
    assert aliases_of(lagging).told.startswith("champion 1")


def test_where_nothing_was_promoted_there_are_no_aliases(loop: Loop, capsys: pytest.CaptureFixture[str]) -> None:
    assert recorded_aliases(loop.settings, store=loop.store) == {}
    assert aliases_of(loop).told == "none"
