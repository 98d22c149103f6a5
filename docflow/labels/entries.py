"""What a folder, a CSV or a JSONL file says of documents: a label for each, or an error for a row that says none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from docflow.errors import RequestError

LABEL_CHARACTERS = 100
"""Longest label: it is a name for a kind, not a sentence."""

TABLES = {".csv", ".jsonl"}

DELIMITERS = ",;\t"
"""What parts a CSV's columns: which one a spreadsheet writes is up to its locale."""

MOST_DIGITS = 18
"""Longest id of a document; Python refuses to convert numbers of thousands of digits."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document, by its file or by its id, with its label; `source` is where it came from, empty where nobody says.

    `row` is its number in the table, None in a folder.
    """

    label: str
    path: Path | None = None
    document_id: int | None = None
    source: str = ""
    who: str = ""
    comment: str = ""
    row: int | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """What to call the document in messages."""
        name = self.path.name if self.path else f"document {self.document_id}"
        return name if self.row is None else f"row {self.row}, {name}"


def read_entries(path: Path) -> Iterator[Entry | RequestError]:
    """The entries of a folder, in which each folder is a label, or of a .csv or .jsonl file, in their order.

    In a folder, a file's source is the folder that it lies in below its label's. A table's rows have `label` and either
    `path`, relative to the table, or `document_id`; and may have `source`, `who` and `comment`. A row that cannot be
    taken is an error that names it. Raises `RequestError` where the path is neither, or is a table that is not UTF-8.
    """
    if path.is_dir():
        return of_folder(path)
    if path.is_file() and path.suffix.lower() in TABLES:
        return of_rows(path)
    raise RequestError(
        f"{path.name} is no folder, and no .csv or .jsonl file",
        next_step="Give a folder with a folder for each label, or a table with the columns path and label.",
    )


def of_folder(folder: Path) -> Iterator[Entry | RequestError]:
    """The entries of a folder of folders; hidden files are left out."""
    for labelled in sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")):
        for path in sorted(labelled.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                source = path.parent.relative_to(labelled).as_posix()
                yield Entry(label=labelled.name, path=path, source="" if source == "." else source)


def of_rows(table: Path) -> Iterator[Entry | RequestError]:
    """The entries of a table, with the number of a row, counted from 1, in its error."""
    text = text_of(table)
    rows = of_csv(text) if table.suffix.lower() == ".csv" else map(of_json, filter(str.strip, io.StringIO(text)))
    for number, row in enumerate(rows, start=1):
        try:
            if isinstance(row, RequestError):
                raise row
            yield replace(of_row(row, beside=table.parent), row=number)
        except RequestError as error:
            yield RequestError(f"row {number}: {error.message}", detail={"row": number}, next_step=error.next_step)


def text_of(table: Path) -> str:
    """The table's text; raises `RequestError` where it cannot be read as UTF-8."""
    try:
        return table.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError(f"{table.name} is not in UTF-8", next_step="Save it as UTF-8.") from error
    except OSError as error:
        raise RequestError(
            f"{table.name} cannot be read: {error.strerror}", next_step="Check that you may read it."
        ) from error


def of_csv(text: str) -> Iterator[Mapping[str, Any] | RequestError]:
    """The rows of a CSV by their columns' names, or an error for a row that the csv module gives up on.

    Raises `RequestError` where it gives up on the names.
    """
    header = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max(DELIMITERS, key=header.count))
    try:
        _ = rows.fieldnames
    except csv.Error as error:
        raise unreadable("the first line", error) from error
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield unreadable("it", error)


def unreadable(what: str, error: csv.Error) -> RequestError:
    """The error for what the csv module gives up on: mostly all that follows a quote which is never closed."""
    return RequestError(f"{what} cannot be read: {error}", next_step="Close its quotes, or shorten what it says.")


def of_json(line: str) -> Mapping[str, Any]:
    """The object of one line; an empty one where the line is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def of_row(row: Mapping[str, Any], *, beside: Path) -> Entry:
    """The entry of one row; raises `RequestError`."""
    told = {str(key).strip(): str(value).strip() for key, value in row.items() if key and value is not None}
    label, path, identity = valid_label(told.get("label", "")), told.get("path", ""), told.get("document_id", "")
    if bool(path) == bool(identity):
        raise RequestError("there must be either a path or a document_id", next_step="Name the document in one way.")
    if not names_a_file(path):
        raise RequestError("the path is none that a file can have", next_step="Write the path of a file.")
    if identity and not (identity.isdecimal() and len(identity) <= MOST_DIGITS):
        raise RequestError(f"'{identity}' is no document's id", next_step="Use the number that the upload gave.")
    return Entry(
        label=label,
        path=beside / path if path else None,
        document_id=int(identity) if identity else None,
        source=told.get("source", ""),
        who=told.get("who", ""),
        comment=told.get("comment", ""),
    )


def names_a_file(path: str) -> bool:
    """Whether a file could have this path: no system takes a NUL, and lone surrogates are in no encoding."""
    try:
        return b"\0" not in path.encode()
    except UnicodeEncodeError:
        return False


def valid_label(label: str) -> str:
    """The label without space around it; raises `RequestError` where it is empty, too long or not printable."""
    label = label.strip()
    if not label or len(label) > LABEL_CHARACTERS or not label.isprintable():
        raise RequestError(
            f"a label has 1 to {LABEL_CHARACTERS} printable characters",
            next_step="Give the name of a kind, such as invoice.",
        )
    return label
