"""A folder's documents are named as the store names them, so that one document has one name in every split."""

from __future__ import annotations

from pathlib import Path

from integration.pages import write_pdf

from docflow.cli.data import labelled_documents
from docflow.labelling import labelled_texts
from docflow.settings import load_settings
from docflow.store import Store


def test_a_folders_document_is_the_one_that_a_person_labelled(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path / "var")
    for number, label in enumerate(("invoice", "letter")):
        folder = tmp_path / "labelled" / label / ("Acme" if label == "letter" else ".")
        write_pdf(folder / "a.pdf", f"{label} number {number} of what a page may say")
    given = labelled_documents(tmp_path / "labelled", settings=settings)
    with Store.open(settings.effective_database_url) as store:
        for one in given:
            store.labels.add(int(one.document_id), label=one.label, who="ann", source=one.source)
        kept = labelled_texts(store)
    assert [(one.label, one.source) for one in given] == [("invoice", ""), ("letter", "Acme")]
    assert {(one.document_id, one.group, one.source, one.text) for one in given} == {
        (one.document_id, one.group, one.source, one.text) for one in kept
    }
