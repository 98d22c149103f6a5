"""Pages as values, and the builder that sets text, tables and marks on one of them.

Units are points (1/72 inch), the origin is the page's top left corner, y grows downwards; a text's y is the
top of its line. All verbs that set text return the y below what they set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from docflow.synth import marks
from docflow.synth.fonts import FontName
from docflow.synth.shapes import (
    LEADING,
    Ellipse,
    Polygon,
    Rect,
    RingText,
    Rule,
    Run,
    Shape,
    Stroke,
    Style,
)
from docflow.synth.tables import Align, Borders, Table, TableRow, lay_out_table
from docflow.synth.wrap import WrappedLine, wrap

__all__ = [
    "Align",
    "Borders",
    "Ellipse",
    "FontName",
    "Page",
    "PageBuilder",
    "ParagraphAlign",
    "Polygon",
    "Rect",
    "RingText",
    "Rule",
    "Run",
    "Stroke",
    "Style",
    "SynthDocument",
]

ParagraphAlign = Literal["left", "right", "center", "justify"]

SAME_LINE = 0.5
"""Baselines nearer to each other than this share of a text's size are one line of reading."""


@dataclass(frozen=True)
class Page:
    """One drawn page; shapes lie under rules, rules under text."""

    width: float
    height: float
    runs: tuple[Run, ...]
    rules: tuple[Rule, ...] = ()
    shapes: tuple[Shape, ...] = ()

    @property
    def lines(self) -> list[list[Run]]:
        """The runs in reading order: lines from top to bottom, each from left to right."""
        lines: list[list[Run]] = []
        baseline = float("-inf")
        for run in sorted(self.runs, key=lambda run: (run.baseline, run.x)):
            if run.baseline - baseline > SAME_LINE * run.style.size:
                lines.append([])
                baseline = run.baseline
            lines[-1].append(run)
        return [sorted(line, key=lambda run: run.x) for line in lines]

    @property
    def text(self) -> str:
        """The page's words, parted by single spaces, line by line."""
        joined = (" ".join(word for run in line for word in run.text.split()) for line in self.lines)
        return "\n".join(line for line in joined if line)


@dataclass(frozen=True)
class SynthDocument:
    """A made-up document with what is true of it.

    `kind` is its label, `layout` the function that laid it out, `fields` what an extractor should find, as it is printed
    (see `Sheet`).
    """

    kind: str
    language: str
    layout: str
    seed: int
    pages: tuple[Page, ...]
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All pages in reading order, parted by empty lines."""
        return "\n\n".join(page.text for page in self.pages)


class PageBuilder:
    """Sets one page. `family` picks the fonts that sans, serif, mono and condensed stand for on it."""

    def __init__(self, width: float, height: float, *, family: int = 0) -> None:
        self.width = width
        self.height = height
        self.family = family
        self._runs: list[Run] = []
        self._rules: list[Rule] = []
        self._shapes: list[Shape] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        font: FontName = "sans",
        size: float = 10.0,
        bold: bool = False,
        italic: bool = False,
        align: Align = "left",
        grey: float = 0.0,
    ) -> float:
        """One line, never wrapped; x is its left, right or middle as `align` says. Returns the y below."""
        style = Style(font, size, bold, italic, self.family, grey)
        if align != "left":
            x -= style.width(text) * (1.0 if align == "right" else 0.5)
        self._runs.append(Run(text, x, y, style))
        return y + size * LEADING

    def paragraph(
        self,
        x: float,
        y: float,
        text: str,
        *,
        width: float,
        font: FontName = "sans",
        size: float = 10.0,
        bold: bool = False,
        italic: bool = False,
        leading: float = 1.25,
        align: ParagraphAlign = "left",
        indent: float = 0.0,
    ) -> float:
        """Text wrapped to `width`; newlines in it begin new paragraphs. Returns the y below."""
        style = Style(font, size, bold, italic, self.family)
        for line in wrap(text, style, width=width, indent=indent):
            self.line(x, y, line, width=width, style=style, align=align)
            y += size * leading
        return y

    def line(self, x: float, y: float, line: WrappedLine, *, width: float, style: Style, align: ParagraphAlign) -> None:
        """One wrapped line in a column of this width whose left edge is x."""
        if not line.text:
            return
        left, gap = x + line.indent, 0.0
        spare = width - line.indent - line.width
        if align == "right":
            left += spare
        elif align == "center":
            left += spare / 2
        elif align == "justify" and not line.is_last and " " in line.text:
            gap = max(0.0, spare) / line.text.count(" ")
        self._runs.append(Run(line.text, left, y, style, gap))

    def table(
        self,
        x: float,
        y: float,
        *,
        columns: Sequence[float],
        rows: Sequence[Sequence[str]],
        align: Sequence[Align] | None = None,
        borders: Borders = "grid",
        header: bool = True,
        size: float = 9.0,
        font: FontName = "sans",
        padding: float = 3.0,
    ) -> float:
        """A table with columns of these widths, whose cells wrap. Returns the y below.

        Raises:
            ValueError: a row has more cells than there are columns, or `align` is not one for each column.
        """
        table = lay_out_table(
            columns,
            rows,
            align=align,
            borders=borders,
            header=header,
            style=Style(font, size, family=self.family),
            padding=padding,
        )
        for number, row in enumerate(table.rows):
            y = self.table_row(x, y, table, row, is_first=number == 0)
        return y

    def table_row(self, x: float, y: float, table: Table, row: TableRow, *, is_first: bool) -> float:
        """One row of a measured table; the first on a page has a rule above. Returns the y below."""
        if shade := table.shade(row, x, y):
            self._shapes.append(shade)
        self._rules.extend(table.rules(row, x, y, is_first=is_first))
        cells = zip(table.lefts, table.columns, row.cells, table.align, strict=False)
        for left, width, lines, align in cells:
            inner, top = width - 2 * table.padding, y + table.padding
            for line in lines:
                at = x + left + table.padding
                self.line(at, top, line, width=inner, style=row.style, align=align)
                top += row.style.size * LEADING
        return y + row.height

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.5, grey: float = 0.0) -> None:
        """A straight line."""
        self._rules.append(Rule(x0, y0, x1, y1, width, grey))

    def rect(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        *,
        fill: float | None = None,
        outline: float | None = None,
    ) -> None:
        """A rectangle; `fill` and `outline` are greys from 0, black, to 1, white."""
        self._shapes.append(Rect(x0, y0, x1, y1, fill, outline))

    def stamp(self, x: float, y: float, lines: Sequence[str], *, radius: float = 50.0) -> None:
        """A round seal about (x, y): the first line around it, the others in its middle."""
        style = Style("sans", max(4.5, radius * 0.14), family=self.family, grey=marks.INK_GREY)
        shapes, runs = marks.seal(x, y, lines, radius=radius, style=style)
        self._shapes.extend(shapes)
        self._runs.extend(runs)

    def signature(self, x: float, y: float, *, seed: int, width: float = 80.0) -> None:
        """A scribble to the right of x whose middle line is y."""
        self._shapes.extend(marks.signature(x, y, width=width, seed=seed))

    def barcode(self, x: float, y: float, *, width: float, height: float, seed: int) -> None:
        """Bars that look like a bar code, in a box with this top left corner."""
        self._shapes.extend(marks.barcode(x, y, width=width, height=height, seed=seed))

    def dot_code(self, x: float, y: float, *, side: float, seed: int) -> None:
        """A square that looks like a QR code, with this top left corner."""
        self._shapes.extend(marks.dot_code(x, y, side=side, seed=seed))

    def logo(self, x: float, y: float, *, side: float, seed: int) -> None:
        """A simple emblem in a square with this top left corner."""
        self._shapes.extend(marks.logo(x, y, side=side, seed=seed))

    def text_width(self, text: str, *, font: FontName = "sans", size: float = 10.0, bold: bool = False) -> float:
        """How wide the text would be set, in points."""
        return Style(font, size, bold, family=self.family).width(text)

    def done(self, *, height: float | None = None) -> Page:
        """The page; `height` cuts it to its content, as a roll of receipt paper is cut."""
        return Page(
            self.width,
            height if height is not None else self.height,
            tuple(self._runs),
            tuple(self._rules),
            tuple(self._shapes),
        )
