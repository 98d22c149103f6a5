"""What a folder, a CSV or a JSONL file says of documents: a label for each, or an error for a row that says none."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from docflow.errors import RequestError
from docflow.labels.names import valid_label, valid_source, valid_who

TABLES = {".csv", ".jsonl"}

TRUTH_SUFFIX = ".json"
"""What generated documents have beside them is no document."""

COLUMNS = ("label", "path", "document_id", "source", "who", "comment")

DELIMITERS = ",;\t"
"""What parts a CSV's columns: which one a spreadsheet writes is up to its locale."""

NAMED_OF_LOOSE = 3
"""Of the files beside the labels' folders, so many are named: there may be thousands."""

SEPARATOR_LINE = re.compile(f"sep=([{DELIMITERS}])[ \\r]*\n", re.IGNORECASE)
"""What Excel writes before the columns' names, to know the delimiter again."""

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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What lies in a folder and is not imported, and why."""

    name: str
    why: str


def read_entries(path: Path) -> Iterator[Entry | LeftOut | RequestError]:
    """The entries of a folder, in which each folder is a label, or of a .csv or .jsonl file, in their order.

    In a folder, a file's source is the folder that it lies in below its label's, and what is left out comes last. A
    table's rows have `label` and either `path`, relative to the table, or `document_id`; and may have `source`, `who`
    and `comment`. A row that cannot be taken is an error that names it, and so is a link to nothing. Raises
    `RequestError` where the path is neither, where it has no entry, and where a table is not UTF-8 or does not name its
    columns.
    """
    if path.is_dir():
        entries, wanted = of_folder(path), "Give a folder with a folder of documents for each label."
    elif path.is_file() and path.suffix.lower() in TABLES:
        entries, wanted = of_rows(path), "Write a row for each document."
    else:
        raise RequestError(
            f"{path.name} is no folder, and no .csv or .jsonl file",
            next_step="Give a folder with a folder for each label, or a table with the columns path and label.",
        )
    first = next(entries, None)
    if first is None or isinstance(first, LeftOut):
        raise RequestError(f"{path.name} has nothing to import", next_step=wanted)
    return chain([first], entries)


def of_folder(folder: Path) -> Iterator[Entry | LeftOut | RequestError]:
    """The entries of a folder of folders, and then what else is in it.

    Of what is hidden, and of what generated documents have beside them, nothing is said.
    """
    left_out: list[LeftOut] = []
    inside = seen_of(folder.iterdir(), below=folder)
    if loose := [path for path in inside if not path.is_dir()]:
        named = ", ".join(path.name for path in loose[:NAMED_OF_LOOSE]) + (", …" if loose[NAMED_OF_LOOSE:] else "")
        left_out.append(LeftOut(folder.name, f"{len(loose)} beside the folders of the labels: {named}"))
    for labelled in (path for path in inside if path.is_dir()):
        try:
            label = valid_label(labelled.name)
        except RequestError as error:
            yield error
            continue
        closed: list[OSError] = []
        paths = seen_of(everything_below(labelled, closed=closed), below=labelled)
        yield from (of_closed(error, below=labelled) for error in closed)
        is_empty = not closed
        for path in paths:
            one = of_path(path, label=label, below=labelled)
            if isinstance(one, LeftOut):
                left_out.append(one)
            elif one is not None:
                is_empty = False
                yield one
        if is_empty:
            left_out.append(LeftOut(labelled.name, "no document is in it"))
    yield from left_out


def seen_of(paths: Iterable[Path], *, below: Path) -> list[Path]:
    """These paths in order, without what is hidden below the folder and what generated documents have beside them."""
    return sorted(
        path
        for path in paths
        if not any(part.startswith(".") for part in path.relative_to(below).parts)
        and (path.suffix != TRUTH_SUFFIX or path.is_dir())
    )


def everything_below(folder: Path, *, closed: list[OSError]) -> Iterator[Path]:
    """The files and folders at any depth, but in hidden folders; what keeps one from being listed goes to `closed`."""
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in (*folders, *names))


def of_closed(error: OSError, *, below: Path) -> RequestError:
    """What is said of a folder that cannot be listed."""
    name = Path(error.filename).relative_to(below.parent).as_posix()
    return RequestError(
        f"{name} cannot be listed: {error.strerror}", next_step="Let the folder be read, and import it."
    )


def of_path(path: Path, *, label: str, below: Path) -> Entry | LeftOut | RequestError | None:
    """What a path below a label's folder is to an import; None for a folder, whose files come by themselves."""
    within = path.relative_to(below)
    name = f"{below.name}/{within.as_posix()}"
    if path.is_file():
        return of_file(path, label=label, source="" if len(within.parts) == 1 else within.parent.as_posix())
    if path.is_dir():
        return LeftOut(name, "a link to a folder is not followed") if path.is_symlink() else None
    if path.is_symlink():
        return RequestError(f"{name} is a link to nothing", next_step="Mend the link, or remove it.")
    return LeftOut(name, "it is no file")


def of_file(path: Path, *, label: str, source: str) -> Entry | RequestError:
    """The entry of a file in a folder, or an error where the folder's name is no source's."""
    try:
        return Entry(label=label, path=path, source=valid_source(source))
    except RequestError as error:
        return error


def of_rows(table: Path) -> Iterator[Entry | RequestError]:
    """The entries of a table, with the number of a row, counted from 1, in its error."""
    text = text_of(table)
    rows = of_csv(text, name=table.name) if table.suffix.lower() == ".csv" else of_lines(text)
    for number, row in rows:
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


def of_csv(text: str, *, name: str) -> Iterator[tuple[int, Mapping[str, Any] | RequestError]]:
    """The rows of a CSV by their columns' names, each with its number, or an error where there is none to take.

    Blank rows are counted and left out. Nothing is taken from a row on whose quotes run over several lines and do not
    close as they should. Raises `RequestError` where the columns are not named.
    """
    told = SEPARATOR_LINE.match(text)
    text = text[told.end() :] if told else text
    header = text.partition("\n")[0]
    delimiter = told[1] if told else max(DELIMITERS, key=header.count)
    # Without `strict`, a quote that is never closed takes all that follows into one cell, and nobody is told.
    rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        columns = [column.strip().lower() for column in next(rows, ())]
    except csv.Error as error:
        raise unreadable("the first line", error) from error
    check_columns(columns, name=name)
    number = 0
    while True:
        number, lines_before = number + 1, rows.line_num
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if rows.line_num - lines_before > 1:
                # Where a row of several lines ends cannot be told once its quotes are wrong.
                yield number, unreadable("nothing was imported from this row on: it", error)
                return
            yield number, unreadable("it", error)
            continue
        if any(map(str.strip, cells[len(columns) :])):
            yield (
                number,
                RequestError(
                    f"it has {len(cells)} cells, and there are {len(columns)} columns",
                    next_step="Put what has the delimiter in it into quotes.",
                ),
            )
        elif any(map(str.strip, cells)):
            yield number, dict(zip(columns, cells, strict=False))


def check_columns(columns: Sequence[str], *, name: str) -> None:
    """Raise `RequestError` where the columns of a CSV do not name a label and a document, each once."""
    missing = "label" if "label" not in columns else "path" if not {"path", "document_id"} & set(columns) else ""
    twice = next((column for column in COLUMNS if columns.count(column) > 1), "")
    if missing or twice:
        wrong = f"names no column {missing}" if missing else f"names the column {twice} more than once"
        raise RequestError(
            f"the first line of {name} {wrong}: {', '.join(columns)[:100] or 'it is empty'}",
            next_step="Name the columns in the first line: label, and path or document_id.",
        )


def unreadable(what: str, error: csv.Error) -> RequestError:
    """The error for what the csv module gives up on: mostly all that follows a quote which is never closed."""
    return RequestError(f"{what} cannot be read: {error}", next_step="Close its quotes, or shorten what it says.")


def of_lines(text: str) -> Iterator[tuple[int, Mapping[str, Any] | RequestError]]:
    """The objects of lines of JSON, each with its line's number, or an error for a line that is none."""
    for number, line in enumerate(io.StringIO(text), start=1):
        if line.strip():
            # What follows the end of the line is no place that anyone could look at.
            yield number, of_json(line.rstrip("\r\n"))


def of_json(line: str) -> Mapping[str, Any] | RequestError:
    """The object of one line, by lower-case names, or an error where the line is none."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        told = f"{error.msg} at character {error.colno}"
    except (ValueError, RecursionError):
        told = "it is nested too deeply, or has too long a number"
    else:
        if isinstance(row, dict):
            return {key.strip().lower(): value for key, value in row.items()}
        told = "it is something else"
    return RequestError(f"it is no JSON object: {told}", next_step="Write one object a line, in braces.")


def of_row(row: Mapping[str, Any], *, beside: Path) -> Entry:
    """The entry of one row; raises `RequestError`."""
    label, path, identity, source, who, comment = (cell(column, row.get(column)) for column in COLUMNS)
    if not label:
        raise RequestError("it has no label", next_step="Give the name of a kind, such as invoice.")
    if bool(path) == bool(identity):
        raise RequestError("there must be either a path or a document_id", next_step="Name the document in one way.")
    if not names_a_file(path):
        raise RequestError("the path is none that a file can have", next_step="Write the path of a file.")
    if identity and not (identity.isdecimal() and len(identity) <= MOST_DIGITS):
        raise RequestError(f"'{identity}' is no document's id", next_step="Use the number that the upload gave.")
    return Entry(
        label=valid_label(label),
        path=beside / path if path else None,
        document_id=int(identity) if identity else None,
        source=valid_source(source),
        who=valid_who(who),
        comment=comment,
    )


def cell(column: str, value: object) -> str:
    """What a row says in a column, empty where nothing; raises `RequestError` where it is no text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if column == "document_id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise RequestError(f"its {column} is no text", next_step="Write it in quotes.")


def names_a_file(path: str) -> bool:
    """Whether a file could have this path: no system takes a NUL, and lone surrogates are in no encoding."""
    try:
        return b"\0" not in path.encode()
    except UnicodeEncodeError:
        return False
