"""Documents of many pages: the same verbs as `PageBuilder`, with margins and page breaks of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from docflow.synth.page import Align, Borders, FontName, Page, PageBuilder, ParagraphAlign, Style
from docflow.synth.shapes import LEADING
from docflow.synth.tables import Table, lay_out_table
from docflow.synth.wrap import wrap

Frame = Callable[[PageBuilder, int], None]
"""Draws what every page has, a header or footer; called with the page and its number, from 1."""

KEEP_LINES = 3
"""Lines that must fit below a heading, or it moves to the next page with them."""


class Flow:
    """Sets text down a page and on to the next; sizes in points, `font` and `size` those of the body."""

    def __init__(
        self,
        *,
        width: float = 595.0,
        height: float = 842.0,
        margin: float = 56.0,
        family: int = 0,
        font: FontName = "serif",
        size: float = 11.0,
        header: Frame | None = None,
        footer: Frame | None = None,
    ) -> None:
        self.width = width
        self.height = height
        self.margin = margin
        self.family = family
        self.font: FontName = font
        self.size = size
        self._header = header
        self._footer = footer
        self._pages: list[Page] = []
        self.builder: PageBuilder
        self.y: float
        self._open_page()

    @property
    def left(self) -> float:
        """Where the body begins, from the page's left edge."""
        return self.margin

    @property
    def right(self) -> float:
        """Where the body ends, from the page's left edge."""
        return self.width - self.margin

    @property
    def bottom(self) -> float:
        """How far down the body may reach."""
        return self.height - self.margin

    def new_page(self) -> None:
        """End this page and begin the next."""
        self._close_page()
        self._open_page()

    def ensure(self, height: float) -> None:
        """Begin the next page if less than this height is left, and this page is not empty."""
        if self.y + height > self.bottom and self.y > self.margin:
            self.new_page()

    def space(self, height: float) -> None:
        """Leave this much empty."""
        self.y += height

    def heading(
        self,
        text: str,
        *,
        size: float | None = None,
        align: ParagraphAlign = "left",
        bold: bool = True,
        before: float = 8.0,
        after: float = 4.0,
    ) -> None:
        """A heading that stays on the page of the lines below it."""
        size = size if size is not None else self.size * 1.1
        self.space(before)
        self.ensure(size * LEADING + KEEP_LINES * self.size * LEADING)
        self.paragraph(text, size=size, align=align, bold=bold, after=after)

    def paragraph(
        self,
        text: str,
        *,
        font: FontName | None = None,
        size: float | None = None,
        bold: bool = False,
        italic: bool = False,
        align: ParagraphAlign = "left",
        indent: float = 0.0,
        inset: float = 0.0,
        leading: float = 1.25,
        after: float = 4.0,
    ) -> None:
        """Wrapped text over the body's width; `indent` moves its first line, `inset` the whole paragraph."""
        style = Style(font or self.font, size or self.size, bold, italic, self.family)
        width = self.right - self.left - inset
        for line in wrap(text, style, width=width, indent=indent):
            self.ensure(style.size * leading)
            self.builder.line(self.left + inset, self.y, line, width=width, style=style, align=align)
            self.y += style.size * leading
        self.space(after)

    def table(
        self,
        *,
        rows: Sequence[Sequence[str]],
        columns: Sequence[float] | None = None,
        align: Sequence[Align] | None = None,
        borders: Borders = "grid",
        header: bool = True,
        size: float | None = None,
        font: FontName | None = None,
        padding: float = 3.0,
        after: float = 6.0,
    ) -> None:
        """A table that breaks between rows and repeats its header; `columns` None: equal ones fill the width.

        Raises:
            ValueError: a row has more cells than there are columns, or `align` is not one for each column.
        """
        if columns is None:
            count = max(len(row) for row in rows)
            columns = [(self.right - self.left) / count] * count
        style = Style(font or self.font, size or self.size * 0.9, family=self.family)
        table = lay_out_table(columns, rows, align=align, borders=borders, header=header, style=style, padding=padding)
        self._set_rows(table)
        self.space(after)

    def two_columns(
        self,
        left_lines: Sequence[str],
        right_lines: Sequence[str],
        *,
        size: float | None = None,
        font: FontName | None = None,
        bold: bool = False,
        gap: float = 20.0,
        after: float = 6.0,
    ) -> None:
        """Two blocks side by side, as requisites and signatures stand; kept on one page if one holds them."""
        style = Style(font or self.font, size or self.size, bold, family=self.family)
        width = (self.right - self.left - gap) / 2
        columns = [
            [line for text in lines for line in wrap(text, style, width=width)] for lines in (left_lines, right_lines)
        ]
        step = style.size * 1.25
        self.ensure(min(max(map(len, columns)) * step, self.bottom - self.margin))
        for row in range(max(map(len, columns))):
            self.ensure(step)
            for x, lines in zip((self.left, self.left + width + gap), columns, strict=True):
                if row < len(lines):
                    self.builder.line(x, self.y, lines[row], width=width, style=style, align="left")
            self.y += step
        self.space(after)

    def done(self) -> tuple[Page, ...]:
        """The pages; nothing may be set after this."""
        self._close_page()
        return tuple(self._pages)

    def _set_rows(self, table: Table) -> None:
        """The table's rows, on as many pages as they need."""
        repeated = table.rows[0] if table.rows and table.rows[0].is_header else None
        is_first = True
        for row in table.rows:
            if self.y + row.height > self.bottom and self.y > self.margin:
                self.new_page()
                is_first = True
                if repeated is not None and row is not repeated:
                    self.y = self.builder.table_row(self.left, self.y, table, repeated, is_first=True)
                    is_first = False
            self.y = self.builder.table_row(self.left, self.y, table, row, is_first=is_first)
            is_first = False

    def _open_page(self) -> None:
        self.builder = PageBuilder(self.width, self.height, family=self.family)
        self.y = self.margin
        if self._header is not None:
            self._header(self.builder, len(self._pages) + 1)

    def _close_page(self) -> None:
        if self._footer is not None:
            self._footer(self.builder, len(self._pages) + 1)
        self._pages.append(self.builder.done())
