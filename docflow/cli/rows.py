"""Rows on standard output: a table to read, or JSON for programs."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from docflow.cli.app import OUT
from docflow.cli.visible import is_hidden, visible_lines

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


def show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print rows as a table without the columns that nothing is in, or as an object a line. Moments are in UTC."""
    if as_json:
        for row in rows:
            dumped = json.dumps(row, ensure_ascii=False, default=partial(datetime.isoformat, timespec="seconds"))
            typer.echo("".join(json.dumps(one)[1:-1] if is_hidden(one) else one for one in dumped))
        return
    names = [name for name in (rows[0] if rows else ()) if any(row[name] not in (None, "") for row in rows)]
    table = Table(box=None, header_style="bold")
    for name in names:
        heading = name.replace("_", " ")
        # On a narrow terminal values are folded, and headings stay words.
        table.add_column(heading, overflow="fold", min_width=max(len(word) for word in heading.split()))
    for row in rows:
        table.add_row(*(cell(row[name]) for name in names))
    OUT.print(table if rows else "Nothing yet.")


def cell(value: object) -> str:
    """What a table has for a value; of characters that cannot be seen, line breaks alone are kept."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "–" if value is None else escape(visible_lines(str(value)))
