"""Folders, tables and lines of JSON say what documents are; a row that does not fails alone."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from docflow.errors import RequestError
from docflow.labels import LABEL_CHARACTERS, Entry, LeftOut, read_entries
from docflow.synth import write_dataset


def told(path: Path) -> list[Entry | LeftOut | str]:
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
        LeftOut(tmp_path.name, "1 beside the folders of the labels: loose.pdf"),
    ]


def test_what_is_not_imported_of_a_folder_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "labelled"
    for name in ("invoice", "letter", "memo", "linked"):
        (folder / name).mkdir(parents=True)
    for name in ("invoice/a.pdf", "1.pdf", "2.pdf", "3.pdf", "4.pdf", "linked/b.pdf"):
        (folder / name).touch()
    (folder / "invoice" / "acme").symlink_to(folder / "linked")
    (folder / "invoice" / "gone.pdf").symlink_to(tmp_path / "nowhere.pdf")
    (folder / "invoice" / "same.pdf").symlink_to(folder / "invoice" / "a.pdf")
    os.mkfifo(folder / "letter" / "pipe")
    assert told(folder) == [
        Entry("invoice", path=folder / "invoice" / "a.pdf"),
        "invoice/gone.pdf is a link to nothing",
        Entry("invoice", path=folder / "invoice" / "same.pdf"),
        Entry("linked", path=folder / "linked" / "b.pdf"),
        LeftOut("labelled", "4 beside the folders of the labels: 1.pdf, 2.pdf, 3.pdf, …"),
        LeftOut("invoice/acme", "a link to a folder is not followed"),
        LeftOut("letter/pipe", "it is no file"),
        LeftOut("letter", "no document is in it"),
        LeftOut("memo", "no document is in it"),
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
        ({"path": "a.pdf"}, "it has no label"),
        ({"label": "x" * (LABEL_CHARACTERS + 1), "path": "a.pdf"}, "printable characters"),
        ({"label": 5, "path": "a.pdf"}, "its label is no text"),
        ({"label": ["invoice"], "path": "a.pdf"}, "its label is no text"),
        ({"label": "invoice", "path": "a.pdf", "source": {"name": "acme"}}, "its source is no text"),
        ({"label": "invoice", "path": "a.pdf", "source": "ac\u200bme"}, "a source has at most"),
        ({"label": "invoice", "path": "a.pdf", "who": "\x1b[2Jann"}, "who says so has at most"),
        ({"label": "invoice", "document_id": True}, "its document_id is no text"),
        ({"label": "invoice"}, "either a path or a document_id"),
        ({"label": "invoice", "path": "a.pdf", "document_id": 3}, "either a path or a document_id"),
        ({"label": "invoice", "document_id": "3a"}, "no document's id"),
        ({"label": "invoice", "document_id": "9" * 5000}, "no document's id"),
    ],
)
def test_a_bad_row_is_named_and_the_next_one_is_taken(tmp_path: Path, row: dict[str, object], message: str) -> None:
    bad, good = told(lines_of_json(tmp_path / "labels.jsonl", row, {"document_id": 3, "label": "letter"}))
    assert isinstance(bad, str)
    assert bad.startswith("row 1: ")
    assert message in bad
    assert good == Entry("letter", document_id=3)


def test_a_line_that_is_no_json_is_a_bad_row_by_its_line(tmp_path: Path) -> None:
    table = tmp_path / "labels.jsonl"
    table.write_text('{"label": invoice}\n\n[]\n' + "[" * 100_000, "utf-8")
    first, second, third = map(str, told(table))
    assert first == "row 1: it is no JSON object: Expecting value at character 11"
    assert second == "row 3: it is no JSON object: it is something else"
    assert third.startswith("row 4: it is no JSON object: it is nested too deeply")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_line_that_is_not_closed_is_wrong_at_its_end(tmp_path: Path, end: str) -> None:
    table, line = tmp_path / "labels.jsonl", '{"document_id": 1, "label": "invoice"'
    table.write_bytes((line + end).encode())
    (wrong,) = map(str, told(table))
    assert wrong.endswith(f"at character {len(line) + 1}")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_table_may_be_parted_as_a_spreadsheets_locale_wants(tmp_path: Path, delimiter: str) -> None:
    rows = (("path", "label", "comment"), ("a.pdf", "счёт", "one, two"))
    table = tmp_path / "labels.csv"
    table.write_text("\r\n".join(map(delimiter.join, rows)), "utf-8-sig", newline="")
    assert told(table) == [Entry("счёт", path=tmp_path / "a.pdf", comment="one, two")]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl"])
def test_a_table_that_is_not_in_utf8_is_refused_whole(tmp_path: Path, name: str, encoding: str) -> None:
    (tmp_path / name).write_text("path,label\na.pdf,invoice\nb.pdf,счёт\n", encoding)
    with pytest.raises(RequestError, match=r"not in UTF-8") as caught:
        next(read_entries(tmp_path / name))
    assert caught.value.next_step == "Save it as UTF-8."


def test_a_row_with_too_long_a_field_fails_alone(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(f"path,label,comment\na.pdf,invoice,{'x' * 200_000}\nb.pdf,letter,\n", "utf-8")
    bad, good = told(table)
    assert str(bad).startswith("row 1: it cannot be read")
    assert good == Entry("letter", path=tmp_path / "b.pdf")


def test_from_a_quote_on_that_is_never_closed_nothing_is_taken_and_it_is_told(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text('path,label,comment\na.pdf,letter,\nb.pdf,invoice,"oops\nc.pdf,letter,\nd.pdf,letter,\n', "utf-8")
    good, bad = told(table)
    assert good == Entry("letter", path=tmp_path / "a.pdf")
    assert bad == "row 2: nothing was imported from this row on: it cannot be read: unexpected end of data"


def test_a_quote_that_is_never_closed_before_more_than_fits_one_cell_ends_the_table_too(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text('path,label,comment\na.pdf,invoice,"oops\n' + "b.pdf,letter,\n" * 20_000, "utf-8")
    (bad,) = told(table)
    assert str(bad).startswith("row 1: nothing was imported from this row on: it cannot be read: field larger")


def test_quotes_in_one_line_that_do_not_fit_are_a_bad_row(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text('path,label,comment\na.pdf,invoice,"x"y\nb.pdf,letter,12" roll\nc.pdf,letter,"open\n', "utf-8")
    bad, good, last = told(table)
    assert str(bad).startswith("row 1: it cannot be read")
    assert good == Entry("letter", path=tmp_path / "b.pdf", comment='12" roll')
    assert str(last).startswith("row 3: it cannot be read")


def test_a_comment_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text('path,label,comment\na.pdf,invoice,"one\ntwo ""three"""\nb.pdf,letter,\n', "utf-8")
    assert told(table) == [
        Entry("invoice", path=tmp_path / "a.pdf", comment='one\ntwo "three"'),
        Entry("letter", path=tmp_path / "b.pdf"),
    ]


def test_names_of_columns_that_are_too_long_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(f'"path,label\n{"a.pdf,invoice" * 20_000}\n', "utf-8")
    with pytest.raises(RequestError, match="the first line cannot be read"):
        next(read_entries(table))


@pytest.mark.parametrize("path", ["a\x00b.pdf", "a\ud800.pdf"])
def test_a_path_that_no_file_can_have_is_a_bad_row(tmp_path: Path, path: str) -> None:
    rows = ({"label": "invoice", "path": path}, {"label": "invoice", "path": "b.pdf"})
    bad, good = told(lines_of_json(tmp_path / "labels.jsonl", *rows))
    assert str(bad).startswith("row 1: the path is none")
    assert good == Entry("invoice", path=tmp_path / "b.pdf")


def test_an_entry_is_named_after_its_row(tmp_path: Path) -> None:
    rows = ({"document_id": "x"}, {"label": "invoice", "path": "scans/b.pdf"}, {"label": "letter", "document_id": 3})
    _, *good = read_entries(lines_of_json(tmp_path / "labels.jsonl", *rows))
    assert [one.name for one in good if isinstance(one, Entry)] == ["row 2, b.pdf", "row 3, document 3"]


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.xlsx").touch()
    with pytest.raises(RequestError, match=r"no \.csv or \.jsonl"):
        read_entries(tmp_path / "labels.xlsx")


def test_what_generated_documents_have_beside_them_is_no_document(tmp_path: Path) -> None:
    (first, *_) = write_dataset(tmp_path, count=2, seed=1, kinds=["invoice"])
    (tmp_path / "invoice" / ".thumbnails").mkdir()
    (tmp_path / "invoice" / ".thumbnails" / "a.png").touch()
    entries = [one for one in read_entries(tmp_path) if isinstance(one, Entry)]
    assert len(entries) == 2
    assert first in {one.path for one in entries}


def test_a_folders_name_is_a_label_as_any_other(tmp_path: Path) -> None:
    for name in ("invoice ", "inv\u200boice", "UNKNOWN", "letter"):
        (tmp_path / name / "from  acme").mkdir(parents=True)
        (tmp_path / name / "from  acme" / "a.pdf").touch()
    found = told(tmp_path)
    assert [one.label for one in found if isinstance(one, Entry)] == ["unknown", "invoice", "letter"]
    assert {one.source for one in found if isinstance(one, Entry)} == {"from acme"}
    (refused,) = (one for one in found if isinstance(one, str))
    assert refused == "a label has 1 to 100 printable characters, and this is 'inv\\u200boice'"


@pytest.mark.parametrize("header", ["Label;PATH", " label ; Path ", "sep=;\nLabel;Path", "SEP=;\r\nlabel;path"])
def test_a_spreadsheet_may_name_columns_its_own_way(tmp_path: Path, header: str) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(f"{header}\ninvoice;a, b.pdf\n;;;\n", "utf-8", newline="")
    assert told(table) == [Entry("invoice", path=tmp_path / "a, b.pdf")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the first line of labels.csv names no column label: it is empty"),
        ("a.pdf,invoice\n", "the first line of labels.csv names no column label: a.pdf, invoice"),
        ("label,file\ninvoice,a.pdf\n", "the first line of labels.csv names no column path: label, file"),
        ("label,path,Label\nx,a.pdf,y\n", "the first line of labels.csv names the column label more than once"),
        ("label,path\n", "labels.csv has nothing to import"),
        ("label,path\n,\n", "labels.csv has nothing to import"),
    ],
)
def test_a_table_without_columns_or_rows_is_refused_once(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "labels.csv").write_text(content, "utf-8")
    with pytest.raises(RequestError) as caught:
        next(read_entries(tmp_path / "labels.csv"))
    assert caught.value.message.startswith(message)


def test_a_row_with_more_cells_than_columns_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("path,label\na,b.pdf,invoice\nc.pdf,letter,\n", "utf-8")
    bad, good = told(tmp_path / "labels.csv")
    assert bad == "row 1: it has 3 cells, and there are 2 columns"
    assert good == Entry("letter", path=tmp_path / "c.pdf")


def test_a_folder_without_a_folder_of_documents_has_nothing_to_import(tmp_path: Path) -> None:
    (tmp_path / "loose.pdf").touch()
    (tmp_path / "invoice").mkdir()
    with pytest.raises(RequestError, match="has nothing to import") as caught:
        read_entries(tmp_path)
    assert caught.value.next_step == "Give a folder with a folder of documents for each label."


def test_a_folder_that_cannot_be_listed_fails_alone_and_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("invoice/a.png", "invoice/closed/b.png", "letter/c.png", "memo/.hidden/closed/d.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    scandir = os.scandir

    def refusing(path: Path | str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith(("closed", "letter")):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    read = list(read_entries(tmp_path))
    assert [one.path.name for one in read if isinstance(one, Entry) and one.path] == ["a.png"]
    assert [one.message for one in read if isinstance(one, RequestError)] == [
        "invoice/closed cannot be listed: Permission denied",
        "letter cannot be listed: Permission denied",
    ]
    assert [one.name for one in read if isinstance(one, LeftOut)] == ["memo"]
