"""What `docflow models` says of a version's figures, and of what was promoted and refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from docflow.cli.app import OUT
from docflow.cli.models import macro_accuracy, models
from docflow.errors import PromotionRefused
from docflow.registry import ModelVersion
from docflow.settings import load_settings
from docflow.store import Store
from docflow.types import ModelRef

REAL = {"held_out_macro_accuracy": 0.95}
GENERATED = {"held_out_generated_macro_accuracy": 1.0}


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        (GENERATED | REAL, "0.950"),
        (GENERATED, "1.000 (generated)"),
        ({"held_out_macro_accuracy": 0.0} | GENERATED, "0.000"),
        ({"out_of_fold_macro_accuracy": 0.9}, "–"),
    ],
)
def test_the_figure_is_that_of_real_documents_and_of_generated_ones_only_where_it_says_so(
    figures: dict[str, float], shown: str
) -> None:
    version = ModelVersion("docflow", "1", (), "", "", datetime.now(UTC), figures)
    assert macro_accuracy(version) == shown


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The configured store: version 1 was promoted, 2 and 3 were refused, and then 3 was promoted."""
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(tmp_path))
    opened = Store.open(load_settings().effective_database_url)
    promote(opened, "1")
    refuse(opened, "2", "champion", reasons=["it is slow", "it is large"], costs={"bytes": 7})
    refuse(opened, "3", "shadow")
    promote(opened, "3")
    return opened


def promote(store: Store, version: str) -> None:
    store.record_promotion(
        model_name="docflow", model_version=version, digest=version * 64, promoted_by="ann", reason="a try"
    )


def refuse(store: Store, version: str, alias: str, **detail: object) -> None:
    store.refusals.add(
        PromotionRefused(f"version {version} is no better", detail=detail),
        model=ModelRef("docflow", version, version * 64),
        alias=alias,
        asked_by="bo",
        reason="better, I think",
    )


def history(*arguments: str) -> Result:
    return CliRunner().invoke(models, ["history", *arguments])


def test_the_history_has_what_was_refused_between_what_was_promoted(store: Store) -> None:
    rows = [json.loads(line) for line in history("--json").stdout.splitlines()]
    assert [(row["version"], row["alias"], row["who"], row["refused"]) for row in rows] == [
        ("3", "champion", "ann", None),
        ("3", "shadow", "bo", ["version 3 is no better"]),
        ("2", "champion", "bo", ["it is slow", "it is large"]),
        ("1", "champion", "ann", None),
    ]
    assert [row["when"] for row in rows] == sorted((row["when"] for row in rows), reverse=True)
    assert (rows[2]["digest"], rows[2]["reason"]) == ("2" * 64, "better, I think")
    assert rows[2]["evidence"] == {"reasons": ["it is slow", "it is large"], "costs": {"bytes": 7}}
    assert rows[3]["evidence"]["promoted_by"] == "ann"


@pytest.mark.usefixtures("store")
def test_the_table_says_why_something_was_refused_and_leaves_the_evidence_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OUT, "width", 200)
    told = history().stdout
    assert "it is slow; it is large" in told
    assert "2" * 12 in told
    assert "2" * 13 not in told
    assert "bytes" not in told


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_limit_is_that_of_promotions_and_refusals_together(store: Store, limit: int) -> None:
    shown = history("--json", "--limit", str(limit))
    assert len(shown.stdout.splitlines()) == limit
    assert f"the newest {limit}; with a larger --limit there are more" in shown.stderr
    assert history("--json", "--limit", "4").stderr == ""


LONG = "of the labelled documents that are held out, that neither has learnt from, 12 of 50 are there " * 3


def test_on_a_narrow_terminal_a_refusal_is_one_line_below_the_table(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(store, "2", "champion", reasons=[LONG.strip()])
    monkeypatch.setattr(OUT, "width", 80)
    table, _, below = history().stdout.partition(" champion 2: ")
    assert max(map(len, table.splitlines()[:-1])) <= 80
    assert "refused" not in table
    assert f" champion 2 refused: {LONG.strip()}\n" in below
    assert " shadow 3 refused: version 3 is no better\n" in below
