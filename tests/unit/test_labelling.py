"""Labelled documents come in with their texts, and come out to learn from."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from docflow.errors import DocumentNotFound, EmptyFile, RecognitionFailed, RequestError
from docflow.labelling import Outcome, import_labels, labelled_texts
from docflow.labels import Entry, LeftOut
from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.store import LabelOrigin
from docflow.testing import FakeClassifier, FakeEngine

SLIP_AND_BACK = ("invoice", "receipt", "invoice")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(lambda image: f"INVOICE {image.pixels.flat[0]}")


@pytest.fixture
def pipeline(tmp_path: Path, engine: FakeEngine) -> Iterator[Pipeline]:
    settings = load_settings(var_dir=tmp_path / "var")
    with Pipeline.open(settings, engine=engine, classifier=FakeClassifier({"invoice": "INVOICE"})) as opened:
        yield opened


def scan(folder: Path, shade: int) -> Path:
    written = io.BytesIO()
    Image.new("L", (60, 40), shade).save(written, "PNG")
    path = folder / f"{shade}.png"
    path.write_bytes(written.getvalue())
    return path


def test_files_become_documents_with_labels_and_texts(pipeline: Pipeline, tmp_path: Path) -> None:
    entries = [
        Entry("invoice", path=scan(tmp_path, 200), source="acme"),
        Entry("letter", path=scan(tmp_path, 210), who="bob"),
    ]
    imported = list(import_labels(pipeline, entries, who="ann"))
    assert [(one.outcome, one.error) for one in imported] == [(Outcome.NEW, None)] * 2
    assert [one.label.who for one in imported if one.label] == ["ann", "bob"]
    texts = labelled_texts(pipeline.store)
    assert [(t.label, t.text, t.language) for t in texts] == [
        ("invoice", "INVOICE 200", "eng"),
        ("letter", "INVOICE 210", "eng"),
    ]
    assert [t.group for t in texts] == ["acme", f"document {texts[1].document_id}"]


def test_importing_again_changes_nothing_and_reads_nothing(
    pipeline: Pipeline, engine: FakeEngine, tmp_path: Path
) -> None:
    entries = [Entry("invoice", path=scan(tmp_path, 200))]
    list(import_labels(pipeline, entries, who="ann"))
    read = engine.pages_read
    (again,) = import_labels(pipeline, entries, who="ann")
    assert (again.outcome, again.error, engine.pages_read) == (Outcome.AS_IT_WAS, None, read)


def test_importing_again_keeps_what_was_corrected_since(pipeline: Pipeline, tmp_path: Path) -> None:
    entries = [Entry("letter", path=scan(tmp_path, 200), source="acme")]
    (first,) = import_labels(pipeline, entries, who="ann")
    assert first.label is not None
    corrected, _ = pipeline.store.labels.add(first.label.document_id, label="invoice", who="bob")
    (again,) = import_labels(pipeline, entries, who="ann")
    assert (again.label, again.outcome, again.error) == (corrected, Outcome.KEPT, None)
    assert [(text.label, text.group) for text in labelled_texts(pipeline.store)] == [("invoice", "acme")]


def test_importing_again_keeps_what_was_taken_back_since(pipeline: Pipeline, tmp_path: Path) -> None:
    entries = [Entry("letter", path=scan(tmp_path, 200), source="acme")]
    (first,) = import_labels(pipeline, entries, who="ann")
    assert first.label is not None
    taken, _ = pipeline.store.labels.withdraw(first.label.document_id, who="bob")
    (again,) = import_labels(pipeline, entries, who="ann")
    assert (again.label, again.outcome, again.error) == (taken, Outcome.KEPT, None)
    assert labelled_texts(pipeline.store) == []
    (other,) = import_labels(pipeline, entries, who="cid")
    assert other.outcome is Outcome.NEW
    assert [(text.label, text.group) for text in labelled_texts(pipeline.store)] == [("letter", "acme")]


def test_what_another_person_imports_too_is_confirmed_once(pipeline: Pipeline, tmp_path: Path) -> None:
    entries = [Entry("letter", path=scan(tmp_path, 200), source="acme")]
    imported = [next(import_labels(pipeline, entries, who=who)) for who in ("ann", "bob", "bob", "ann")]
    assert [one.outcome for one in imported] == [
        Outcome.NEW,
        Outcome.CONFIRMED,
        Outcome.AS_IT_WAS,
        Outcome.AS_IT_WAS,
    ]
    assert len(labelled_texts(pipeline.store)) == 1


def test_a_table_that_takes_a_correction_back_says_that_it_did_not_unless_it_is_to_overwrite(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    path = scan(tmp_path, 200)
    outcomes = [next(import_labels(pipeline, [Entry(label, path=path)], who="ann")) for label in SLIP_AND_BACK]
    assert [one.outcome for one in outcomes] == [Outcome.NEW, Outcome.CHANGED, Outcome.KEPT]
    assert [text.label for text in labelled_texts(pipeline.store)] == ["receipt"]
    (taken,) = import_labels(pipeline, [Entry("invoice", path=path)], who="ann", overwrite=True)
    (again,) = import_labels(pipeline, [Entry("invoice", path=path)], who="ann", overwrite=True)
    assert [taken.outcome, again.outcome] == [Outcome.CHANGED, Outcome.AS_IT_WAS]
    assert [text.label for text in labelled_texts(pipeline.store)] == ["invoice"]


def test_a_label_that_differs_from_a_known_one_in_its_capitals_is_told_once(pipeline: Pipeline, tmp_path: Path) -> None:
    memo, *others = (scan(tmp_path, shade) for shade in (200, 205, 210, 215, 220))
    list(import_labels(pipeline, [Entry("memo", path=memo)], who="ann"))
    labels = ("Memo", "Memo", "Invoice", "permit")
    entries = [Entry(label, path=path) for label, path in zip(labels, others, strict=True)]
    imported = list(import_labels(pipeline, entries, who="ann"))
    assert [one.outcome for one in imported] == [Outcome.NEW] * 4
    assert [one.doubt for one in imported] == [
        "'Memo' is a new label beside 'memo'",
        "",
        "'Invoice' is a new label beside 'invoice'",
        "",
    ]


def test_an_entry_that_contradicts_an_earlier_one_is_an_error(pipeline: Pipeline, tmp_path: Path) -> None:
    path = scan(tmp_path, 200)
    entries = [Entry("invoice", path=path, row=1), Entry("receipt", path=path, row=2), Entry("invoice", path=path)]
    imported = list(import_labels(pipeline, entries, who="ann"))
    assert [one.outcome for one in imported] == [Outcome.NEW, Outcome.FAILED, Outcome.AS_IT_WAS]
    assert [type(one.error) for one in imported] == [type(None), RequestError, type(None)]
    assert imported[1].name == "row 2, 200.png"
    assert "was labelled invoice before" in str(imported[1].error)
    assert [text.label for text in labelled_texts(pipeline.store)] == ["invoice"]


def test_the_same_document_of_two_sources_is_an_error_and_the_first_one_stays(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    path = scan(tmp_path, 200)
    entries = [Entry("invoice", path=path, source=source, row=row) for row, source in enumerate(("", "acme", "beta"))]
    first, again = (list(import_labels(pipeline, entries, who="ann")) for _ in range(2))
    assert [one.outcome for one in first] == [Outcome.NEW, Outcome.CHANGED, Outcome.FAILED]
    assert "was said to come from acme before, and now from beta" in str(first[2].error)
    assert [one.outcome for one in again] == [Outcome.AS_IT_WAS, Outcome.AS_IT_WAS, Outcome.FAILED]
    assert [text.source for text in labelled_texts(pipeline.store)] == ["acme"]


def test_what_is_left_out_is_told_and_is_no_failure(pipeline: Pipeline) -> None:
    (one,) = import_labels(pipeline, [LeftOut("letter", "no document is in it")], who="ann")
    assert (one.name, one.outcome, one.why, one.error) == ("letter", Outcome.LEFT_OUT, "no document is in it", None)


def test_a_file_may_be_called_as_a_word_processor_calls_its_own(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scan(tmp_path, 200).rename("~$x.png")
    (one,) = import_labels(pipeline, [Entry("invoice", path=Path("~$x.png"))], who="ann")
    assert (one.outcome, one.error) == (Outcome.NEW, None)


@pytest.mark.parametrize("name", ["missing.png", "x" * 5000, "."])
def test_a_file_that_is_not_there_is_named_with_its_row(pipeline: Pipeline, tmp_path: Path, name: str) -> None:
    (one,) = import_labels(pipeline, [Entry("invoice", path=tmp_path / name, row=7)], who="ann")
    assert isinstance(one.error, RequestError)
    assert one.name.startswith("row 7, ")
    assert str(tmp_path / name) in one.error.message


def test_a_bad_entry_fails_alone(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    entries = [
        RequestError("row 1: nothing", next_step="Mend it."),
        Entry("invoice", path=tmp_path / "empty.png"),
        Entry("invoice", document_id=99),
        Entry("invoice", path=scan(tmp_path, 200)),
    ]
    imported = list(import_labels(pipeline, entries, who="ann"))
    assert [type(one.error) for one in imported] == [RequestError, EmptyFile, DocumentNotFound, type(None)]
    assert len(labelled_texts(pipeline.store)) == 1


def test_a_document_that_cannot_be_read_keeps_its_label(pipeline: Pipeline, engine: FakeEngine, tmp_path: Path) -> None:
    def fail(_: object) -> str:
        raise RecognitionFailed("the engine gave up")

    engine.say(fail)
    (one,) = import_labels(pipeline, [Entry("invoice", path=scan(tmp_path, 200))], who="ann")
    assert isinstance(one.error, RecognitionFailed)
    assert one.label is not None
    assert one.label.label == "invoice"
    assert labelled_texts(pipeline.store) == []


def test_what_machines_labelled_comes_only_where_it_is_asked_for(pipeline: Pipeline, tmp_path: Path) -> None:
    document = pipeline.process(scan(tmp_path, 200).read_bytes(), filename="a.png").document
    pipeline.store.labels.add(document.id, label="invoice", who="rules", origin=LabelOrigin.AUTO)
    assert labelled_texts(pipeline.store) == []
    (text,) = labelled_texts(pipeline.store, origins=list(LabelOrigin))
    assert text.metadata["origin"] == "auto"
