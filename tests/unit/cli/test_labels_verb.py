"""`docflow labels`, on a database of its own."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from docflow.cli.labels import labels, open_store, remarks
from docflow.errors import RequestError
from docflow.labelling import import_labels
from docflow.labels import read_entries
from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.testing import FakeClassifier, FakeEngine


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
    return done.output


def actions(document_id: str) -> list[tuple[str, str, str]]:
    """What was done with which label by whom, newest first."""
    rows = [json.loads(line) for line in run("history", document_id, "--json").splitlines()]
    return [(row["action"], row["label"], row["who"]) for row in rows]


def test_a_label_that_is_set_names_the_source_which_later_ones_keep(document_id: str) -> None:
    run("set", document_id, "invoice", "--who", "ann", "--source", "acme ")
    run("set", document_id, "letter", "--who", "bob")
    rows = [json.loads(line) for line in run("history", document_id, "--json").splitlines()]
    assert [(row["label"], row["source"]) for row in rows] == [("letter", "acme"), ("invoice", "acme")]


def test_a_label_that_is_set_is_spelt_as_any_other(document_id: str) -> None:
    run("set", document_id, unicodedata.normalize("NFD", " счёт  фактура"), "--who", "ann", "--source", "ac  me")
    assert run("set", document_id, "счёт фактура", "--who", "ann", "--source", "ac me") == "as it was\n"


def test_a_label_that_another_person_sets_too_is_confirmed(document_id: str) -> None:
    run("set", document_id, "invoice", "--who", "ann")
    assert run("set", document_id, "invoice", "--who", "bob") == f"document {document_id} is invoice, confirmed\n"
    assert run("set", document_id, "invoice", "--who", "bob") == "as it was\n"
    assert actions(document_id) == [("confirmed", "invoice", "bob"), ("given", "invoice", "ann")]
    (listed,) = (json.loads(line) for line in run("list", "--json").splitlines())
    assert (listed["label"], listed["who"]) == ("invoice", "ann")


def test_a_label_that_is_withdrawn_is_kept_in_the_history(document_id: str) -> None:
    run("set", document_id, "invoice", "--who", "ann")
    told = run("withdraw", document_id, "--who", "bob", "--comment", "was a slip")
    assert told == f"document {document_id} is no longer invoice\n"
    assert run("withdraw", document_id, "--who", "bob") == "as it was: no person's label is in force\n"
    assert actions(document_id) == [("withdrawn", "", "bob"), ("given", "invoice", "ann")]
    assert run("list", "--json") == ""
    assert "was a slip" in run("history", document_id, "--json")


def test_an_import_says_what_it_kept_and_what_looks_like_a_slip(tmp_path: Path) -> None:
    folder = tmp_path / "labelled"
    (folder / "Invoice").mkdir(parents=True)
    Image.new("L", (60, 40), 200).save(folder / "Invoice" / "a.png")
    settings = load_settings(var_dir=tmp_path / "var")
    with Pipeline.open(settings, engine=FakeEngine("text"), classifier=FakeClassifier({})) as pipeline:
        (new,) = import_labels(pipeline, read_entries(folder), who="ann")
        assert new.label is not None
        pipeline.store.labels.add(new.label.document_id, label="receipt", who="bob")
        (kept,) = import_labels(pipeline, read_entries(folder), who="ann")
        pipeline.store.labels.withdraw(new.label.document_id, who="cid")
        (withdrawn,) = import_labels(pipeline, read_entries(folder), who="ann")
    assert list(remarks(new)) == ["'Invoice' is a new label beside 'invoice'. If they are the same, call them so."]
    assert list(remarks(kept)) == ["kept receipt, which bob said since; --overwrite imports it all the same."]
    assert list(remarks(withdrawn)) == [
        "kept it without a label, which cid took back since; --overwrite imports it all the same."
    ]


def test_an_import_tells_what_others_wrote_in_a_way_that_no_terminal_obeys(
    document_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store() as store:
        store.labels.add(int(document_id), label="invoice", who="ann")
        store.labels.add(int(document_id), label="letter", who="\x1b]0;owned\x07bob")
    table = tmp_path / "labels.csv"
    table.write_text(f"document_id,label\n{document_id},invoice\n", "utf-8")
    opened = Pipeline.open(load_settings(), engine=FakeEngine("text"), classifier=FakeClassifier({}))
    monkeypatch.setattr(Pipeline, "open", lambda _: opened)
    told = CliRunner().invoke(labels, ["import", str(table), "--who", "ann"]).output
    assert r"kept letter, which \x1b]0;owned\x07bob said since" in told
    assert "\x1b]" not in told
    assert "\x07" not in told


def test_an_import_names_what_it_left_out_and_does_not_fail_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(tmp_path / "var"))
    folder = tmp_path / "labelled"
    for name in ("invoice", "memo"):
        (folder / name).mkdir(parents=True)
    Image.new("L", (60, 40), 200).save(folder / "invoice" / "a.png")
    (folder / "loose.png").touch()
    opened = Pipeline.open(load_settings(), engine=FakeEngine("text"), classifier=FakeClassifier({}))
    monkeypatch.setattr(Pipeline, "open", lambda _: opened)
    told = run("import", str(folder), "--who", "ann")
    assert "labelled: left out: 1 beside the folders of the labels: loose.png.\n" in told
    assert "memo: left out: no document is in it.\n" in told
    assert told.endswith("2 left out, 1 new\n")


def test_who_has_a_name_that_can_be_seen(document_id: str) -> None:
    for verb in (("set", document_id, "invoice"), ("withdraw", document_id)):
        done = CliRunner().invoke(labels, [*verb, "--who", "\x1b[2Jann"])
        assert isinstance(done.exception, RequestError)


@pytest.mark.usefixtures("document_id")
@pytest.mark.parametrize("header", ["", "17,invoice", "path,label"])
def test_nothing_to_import_is_a_bad_request(tmp_path: Path, header: str) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(header, "utf-8")
    done = CliRunner().invoke(labels, ["import", str(table)])
    assert isinstance(done.exception, RequestError)
    assert done.exception.exit_code == 2


@pytest.mark.usefixtures("document_id")
def test_automatic_labels_come_with_what_they_rest_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "labelling.toml").write_text("")
    monkeypatch.setenv("DOCFLOW_CONFIG_DIR", str(tmp_path))
    told = run("auto")
    assert "no label stands: on 0 documents of 0 sources that people labelled" in told.replace("\n", " ")
    assert "which takes 45 sources that are right" in told.replace("\n", " ")
    assert "0 new, 0 withdrawn, 0 as they were, 0 undecided" in told
    assert json.loads(run("auto", "--json")) == {
        "judged_on": 0,
        "sources": 0,
        "agreements": {},
        "cutoff": None,
        "given": {},
        "withdrawn": {},
        "kept": 0,
        "undecided": 0,
    }


def test_labels_are_listed_with_the_names_of_their_documents(document_id: str) -> None:
    run("set", document_id, "invoice", "--who", "ann")
    (row,) = (json.loads(line) for line in run("list", "--json").splitlines())
    assert list(row)[:3] == ["document_id", "filename", "label"]
    assert row["filename"] == "a.png"
    heading, shown = run("list").splitlines()[-2:]
    assert "file" in heading.split()
    assert "a.png" in shown
