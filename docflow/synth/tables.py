"""Tables laid out: cells wrapped, rows measured, rules placed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from docflow.synth.shapes import LEADING, Rect, Rule, Style
from docflow.synth.wrap import WrappedLine, wrap

Align = Literal["left", "right", "center"]
Borders = Literal["none", "horizontal", "grid"]

HEADER_GREY = 0.9


@dataclass(frozen=True)
class TableRow:
    """One row, measured: the lines of each cell, and the row's height in points."""

    cells: tuple[tuple[WrappedLine, ...], ...]
    height: float
    is_header: bool
    style: Style


@dataclass(frozen=True)
class Table:
    """Rows that share columns; `columns` are widths in points."""

    columns: tuple[float, ...]
    rows: tuple[TableRow, ...]
    align: tuple[Align, ...]
    borders: Borders
    padding: float

    @property
    def lefts(self) -> list[float]:
        """The left edge of each column, from the table's own, and the right edge of the last."""
        edges = [0.0]
        for width in self.columns:
            edges.append(edges[-1] + width)
        return edges

    def rules(self, row: TableRow, x: float, y: float, *, is_first: bool) -> Iterator[Rule]:
        """The rules around a row whose top left corner is (x, y)."""
        if self.borders == "none":
            return
        edges, below = self.lefts, y + row.height
        if is_first:
            yield Rule(x, y, x + edges[-1], y)
        yield Rule(x, below, x + edges[-1], below)
        if self.borders == "grid":
            for edge in edges:
                yield Rule(x + edge, y, x + edge, below)

    def shade(self, row: TableRow, x: float, y: float) -> Rect | None:
        """The grey ground of a header in a grid; None for other rows."""
        if row.is_header and self.borders == "grid":
            return Rect(x, y, x + self.lefts[-1], y + row.height, fill=HEADER_GREY)
        return None


def lay_out_table(
    columns: Sequence[float],
    rows: Sequence[Sequence[str]],
    *,
    align: Sequence[Align] | None,
    borders: Borders,
    header: bool,
    style: Style,
    padding: float,
) -> Table:
    """The table, measured. A short row leaves its last cells empty; `header` makes the first row bold.

    Raises:
        ValueError: a row has more cells than there are columns, or `align` is not one for each column.
    """
    left: Align = "left"
    aligns = tuple(align) if align is not None else (left,) * len(columns)
    if len(aligns) != len(columns):
        raise ValueError(f"{len(columns)} columns need as many alignments, not {len(aligns)}")
    measured = tuple(
        _measure(row, columns, style=style, padding=padding, is_header=header and number == 0)
        for number, row in enumerate(rows)
    )
    return Table(tuple(columns), measured, aligns, borders, padding)


def _measure(
    row: Sequence[str], columns: Sequence[float], *, style: Style, padding: float, is_header: bool
) -> TableRow:
    """One row, wrapped into its columns."""
    if len(row) > len(columns):
        raise ValueError(f"a row has {len(row)} cells, the table {len(columns)} columns")
    if is_header:
        style = replace(style, bold=True)
    cells = tuple(
        tuple(wrap(text, style, width=width - 2 * padding)) for text, width in zip(row, columns, strict=False)
    )
    tallest = max((len(lines) for lines in cells), default=1)
    return TableRow(cells, tallest * style.size * LEADING + 2 * padding, is_header, style)
