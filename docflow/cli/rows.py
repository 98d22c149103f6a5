"""Rows on standard output: a table to read, in which no value is lost, or JSON for programs."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from docflow.cli.app import OUT, WIDE
from docflow.cli.visible import is_hidden, visible, visible_lines

FOLDED = 16
"""Characters up to which a value is never broken in two: a moment has so many."""

HEADINGS = {"filename": "file"}
"""What the tables call some of JSON's keys."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


def show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print rows as a table without the columns that nothing is in, or as an object a line. Moments are in UTC."""
    if as_json:
        for row in rows:
            dumped = json.dumps(row, ensure_ascii=False, default=partial(datetime.isoformat, timespec="seconds"))
            typer.echo("".join(json.dumps(one)[1:-1] if is_hidden(one) else one for one in dumped))
        return
    names = [name for name in (rows[0] if rows else ()) if any(row[name] not in (None, "") for row in rows)]
    table = Table(*(HEADINGS.get(name, name.replace("_", " ")) for name in names), box=None, header_style="bold")
    for row in rows:
        table.add_row(*(cell(row[name]) for name in names))
    if rows:
        show_table(table)
    else:
        OUT.print("Nothing yet.")


def show_table(table: Table) -> None:
    """Print a table without a box; where it is wider than the console, long values are folded.

    Where even so it is too wide, its rows are longer than a terminal's lines, which breaks them itself.
    """
    wide, least = Console(width=WIDE), 0
    is_narrow = wide.measure(table).maximum > OUT.width
    table.collapse_padding, table.pad_edge = is_narrow, not is_narrow
    for column in table.columns:
        column.overflow = "fold"
        word = wide.measure(column.header).minimum
        widest = max((wide.measure(each).maximum for each in column.cells), default=0)
        # Headings of several words are broken before a value is.
        column.max_width = max(word, widest) if is_narrow else None
        least += max(word, min(widest, FOLDED)) + 1
    console = Console(width=max(OUT.width, least))
    with console.capture() as captured:
        console.print(table)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def show_sentence(about: str, told: str) -> None:
    """Print below a table what is too long for its cells."""
    OUT.print(f"{about}: {visible(told)}", markup=False, highlight=False, soft_wrap=True)


def cell(value: object) -> str:
    """What a table has for a value; of characters that cannot be seen, line breaks alone are kept."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "–" if value is None else escape(visible_lines(str(value)))
