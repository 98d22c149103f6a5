"""A roll of till paper: lines set one below the other, names left and sums right, cut where they end."""

from __future__ import annotations

from docflow.synth.page import FontName, Page, PageBuilder
from docflow.synth.values import Values

TALLEST = 2400.0
"""Points of paper that no receipt reaches; the page is cut to what is printed."""

FONTS: tuple[FontName, ...] = ("mono", "mono", "sans", "condensed")

WIDTHS = (164.0, 227.0, 227.0, 240.0)
"""58 and 80 millimetres, and a little more, in points."""


class Tape:
    """Prints on a roll of paper, from the top."""

    def __init__(self, values: Values, *, font: FontName | None = None, width: float | None = None) -> None:
        rng = values.rng
        self.values = values
        self.width = width or rng.choice(WIDTHS)
        self.margin = rng.uniform(6, 14)
        self.font: FontName = font if font is not None else rng.choice(FONTS)
        self.size = self.width / (30 if self.font == "mono" else 26) * rng.uniform(0.95, 1.1)
        self.builder = PageBuilder(self.width, TALLEST, family=values.family)
        self.y = rng.uniform(10, 30)
        self._rule = rng.choice(("-", "=", "*", ".", "", "_"))

    @property
    def inner(self) -> float:
        """The printable width."""
        return self.width - 2 * self.margin

    def center(self, text: str, *, bold: bool = False, scale: float = 1.0) -> None:
        """A line in the middle, wrapped where it is too long."""
        self._paragraph(text, bold=bold, scale=scale, middle=True)

    def left(self, text: str, *, bold: bool = False, scale: float = 1.0) -> None:
        """A line from the left edge, wrapped where it is too long."""
        self._paragraph(text, bold=bold, scale=scale, middle=False)

    def pair(self, name: str, value: str, *, bold: bool = False) -> None:
        """A name on the left with its value on the right; the value takes the next line where both do not fit."""
        size = self.size
        needed = self.builder.text_width(f"{name}  {value}", font=self.font, size=size, bold=bold)
        below = self.builder.text(self.margin, self.y, name, font=self.font, size=size, bold=bold)
        if needed > self.inner:
            self.y = below
        self.y = self.builder.text(
            self.width - self.margin, self.y, value, font=self.font, size=size, bold=bold, align="right"
        )

    def rule(self) -> None:
        """A line of dashes or the like across the paper."""
        if not self._rule:
            self.y += self.size * 0.8
            return
        one = self.builder.text_width(self._rule, font=self.font, size=self.size)
        self.left(self._rule * max(4, int(self.inner / one) - 1))

    def gap(self, lines: float = 1.0) -> None:
        """Empty paper, in lines."""
        self.y += lines * self.size * 1.2

    def code(self, *, square: bool) -> None:
        """A bar code, or a square one, in the middle."""
        seed = self.values.rng.randrange(10**6)
        side = self.inner * 0.4
        left = (self.width - side) / 2
        if square:
            self.builder.dot_code(left, self.y, side=side, seed=seed)
        else:
            side = self.inner * 0.2
            self.builder.barcode(self.margin * 2, self.y, width=self.inner - 2 * self.margin, height=side, seed=seed)
        self.y += side + self.size

    def done(self) -> tuple[Page, ...]:
        """The printed paper as one page."""
        return (self.builder.done(height=min(self.y + 20, TALLEST)),)

    def _paragraph(self, text: str, *, bold: bool, scale: float, middle: bool) -> None:
        self.y = self.builder.paragraph(
            self.margin, self.y, text, width=self.inner, font=self.font, size=self.size * scale,
            bold=bold, align="center" if middle else "left",
        )  # fmt: skip
