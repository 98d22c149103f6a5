"""Folders, tables and lines of JSON say what documents are; a row that does not fails alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docflow.errors import RequestError
from docflow.labels import LABEL_CHARACTERS, Entry, read_entries, valid_label


def told(path: Path) -> list[Entry | str]:
    return [one.message if isinstance(one, RequestError) else one for one in read_entries(path)]


def lines_of_json(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", "utf-8")
    return path


def test_a_folders_name_is_the_label_and_the_one_below_it_the_source(tmp_path: Path) -> None:
    for name in ("invoice/a.pdf", "invoice/acme/b.pdf", "letter/c.png", "letter/.hidden", ".git/d.pdf", "loose.pdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert told(tmp_path) == [
        Entry("invoice", path=tmp_path / "invoice" / "a.pdf"),
        Entry("invoice", path=tmp_path / "invoice" / "acme" / "b.pdf", source="acme"),
        Entry("letter", path=tmp_path / "letter" / "c.png"),
    ]


def test_a_table_names_documents_by_path_or_by_id(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    rows = ("path,document_id,label,source,who", "scans/a.pdf,,invoice,acme,ann", ",17, letter ,,", "")
    table.write_text("\ufeff" + "\n".join(rows), "utf-8")
    assert told(table) == [
        Entry("invoice", path=tmp_path / "scans/a.pdf", source="acme", who="ann"),
        Entry("letter", document_id=17),
    ]


def test_lines_of_json_say_the_same(tmp_path: Path) -> None:
    table = lines_of_json(
        tmp_path / "labels.jsonl",
        {"path": "a.pdf", "label": "счёт", "comment": "by hand"},
        {"document_id": 3, "label": "letter"},
    )
    assert told(table) == [
        Entry("счёт", path=tmp_path / "a.pdf", comment="by hand"),
        Entry("letter", document_id=3),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"path": "a.pdf"}, "printable characters"),
        ({"label": "invoice"}, "either a path or a document_id"),
        ({"label": "invoice", "path": "a.pdf", "document_id": 3}, "either a path or a document_id"),
        ({"label": "invoice", "document_id": "3a"}, "no document's id"),
    ],
)
def test_a_bad_row_is_named_and_the_next_one_is_taken(tmp_path: Path, row: dict[str, object], message: str) -> None:
    bad, good = told(lines_of_json(tmp_path / "labels.jsonl", row, {"document_id": 3, "label": "letter"}))
    assert isinstance(bad, str)
    assert bad.startswith("row 1: ")
    assert message in bad
    assert good == Entry("letter", document_id=3)


def test_a_line_that_is_no_json_is_a_bad_row(tmp_path: Path) -> None:
    table = tmp_path / "labels.jsonl"
    table.write_text("{\n[]\n", "utf-8")
    assert [str(one).partition(":")[0] for one in told(table)] == ["row 1", "row 2"]


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.xlsx").touch()
    with pytest.raises(RequestError, match=r"no \.csv or \.jsonl"):
        read_entries(tmp_path / "labels.xlsx")


@pytest.mark.parametrize("label", ["", "  ", "x" * (LABEL_CHARACTERS + 1), "a\nb", "a\x00"])
def test_what_is_no_name_is_no_label(label: str) -> None:
    with pytest.raises(RequestError):
        valid_label(label)


def test_a_label_may_be_in_any_script() -> None:
    assert valid_label(" Счёт-фактура ") == "Счёт-фактура"
