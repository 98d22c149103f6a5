"""`docflow labels`, on a database of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docflow.cli.labels import labels, open_store


@pytest.fixture
def document_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a document in the configured database."""
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(tmp_path))
    with open_store() as store:
        document, _ = store.add_document(
            sha256="a" * 64, filename="a.png", media_type="image/png", size=1, storage_path="a"
        )
    return str(document.id)


def run(*arguments: str) -> str:
    """What `docflow labels` prints."""
    done = CliRunner().invoke(labels, arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_label_that_is_set_names_the_source_which_later_ones_keep(document_id: str) -> None:
    run("set", document_id, "invoice", "--who", "ann", "--source", "acme ")
    run("set", document_id, "letter", "--who", "bob")
    rows = [json.loads(line) for line in run("history", document_id, "--json").splitlines()]
    assert [(row["label"], row["source"]) for row in rows] == [("letter", "acme"), ("invoice", "acme")]
