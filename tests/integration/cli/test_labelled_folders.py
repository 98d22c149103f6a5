"""A folder's documents are named as the store names them, so that one document has one name in every split."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.pages import write_pdf

from docflow.cli.data import labelled_documents
from docflow.errors import RequestError, StorageUnavailable
from docflow.labelling import labelled_texts
from docflow.settings import load_settings
from docflow.store import BlobStore, Store


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
    assert {(one.document_id, one.group, one.source, one.text, one.grade) for one in given} == {
        (one.document_id, one.group, one.source, one.text, one.grade) for one in kept
    }
    assert all(one.grade for one in given)


def test_a_folder_without_documents_is_refused_and_says_what_was_looked_for(tmp_path: Path) -> None:
    settings, folder = load_settings(var_dir=tmp_path / "var"), tmp_path / "labelled"
    folder.mkdir()
    with pytest.raises(RequestError, match=r"there is no folder of a label in .*labelled") as refused:
        labelled_documents(folder, settings=settings)
    assert "a folder for each label" in refused.value.next_step
    (folder / "invoice").mkdir()
    (folder / "letter").mkdir()
    with pytest.raises(RequestError, match=r"there is no document in .*labelled, of the labels invoice, letter"):
        labelled_documents(folder, settings=settings)


def test_a_label_without_a_folder_is_refused_and_the_folders_are_named(tmp_path: Path) -> None:
    write_pdf(tmp_path / "labelled" / "invoice" / "a.pdf", "invoice number 1")
    (tmp_path / "labelled" / "letter").mkdir()
    with pytest.raises(RequestError, match=r"no folder of the label invoise in .*; there are: invoice, letter"):
        labelled_documents(
            tmp_path / "labelled",
            settings=load_settings(var_dir=tmp_path / "var"),
            labels=frozenset({"invoice", "invoise"}),
        )


def test_a_folder_of_which_nothing_can_be_read_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "labelled" / "invoice" / "a.pdf"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"%PDF-1.7 and then nothing")
    with pytest.raises(RequestError, match=r"none of 1 documents can be read in .*labelled, of the labels invoice"):
        labelled_documents(tmp_path / "labelled", settings=load_settings(var_dir=tmp_path / "var"))


def test_labels_and_sources_are_spelt_as_an_import_spells_them(tmp_path: Path) -> None:
    for number, label in enumerate(("Сч\u0451т", "Сче\u0308т")):
        write_pdf(tmp_path / "labelled" / label / " Фирма  А" / "a.pdf", f"Счёт номер {number} и что на нём написано")
    settings = load_settings(var_dir=tmp_path / "var")
    for labels in (None, frozenset({"Сче\u0308т"})):
        found = labelled_documents(tmp_path / "labelled", settings=settings, labels=labels)
        assert [(one.label, one.source) for one in found] == [("Сч\u0451т", "Фирма А")] * 2


def test_a_label_is_asked_for_as_it_is_kept_whatever_its_folder_is_called(tmp_path: Path) -> None:
    for name in ("Unknown", "tax  form", ".ipynb_checkpoints"):
        write_pdf(tmp_path / "labelled" / name / "a.pdf", f"what a page may say of {name} and of nothing else")
    settings = load_settings(var_dir=tmp_path / "var")
    asked = labelled_documents(tmp_path / "labelled", settings=settings, labels=frozenset({"unknown", "tax form"}))
    assert [one.label for one in asked] == ["unknown", "tax form"]
    assert {one.label for one in labelled_documents(tmp_path / "labelled", settings=settings)} == {
        "unknown",
        "tax form",
    }


def test_an_outage_is_no_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        write_pdf(
            tmp_path / "labelled" / "invoice" / f"{number}.pdf", f"invoice number {number} of what a page may say"
        )
    put, stored = BlobStore.put, []

    def failing_from_the_third_on(self: BlobStore, data: bytes, **more: str) -> str:
        stored.append(data)
        if len(stored) > 2:
            raise StorageUnavailable("the blob folder does not answer")
        return put(self, data, **more)

    monkeypatch.setattr(BlobStore, "put", failing_from_the_third_on)
    with pytest.raises(StorageUnavailable):
        labelled_documents(tmp_path / "labelled", settings=load_settings(var_dir=tmp_path / "var"))
