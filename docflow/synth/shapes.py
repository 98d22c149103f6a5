"""What a page is drawn with: lines of text, rules, grey shapes; in points from a page's top left corner."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from docflow.synth.fonts import Face, FontName, face

BASELINE = 0.92
"""Where the baseline lies below the top of a line's box, in sizes: room for Й and its breve."""

LEADING = 1.2
"""Height of the box of a line that stands alone, in sizes."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Style:
    """How text is set. `family` is an index into `fonts.FAMILIES`; `grey` runs from 0, black, to 1, white."""

    font: FontName = "sans"
    size: float = 10.0
    bold: bool = False
    italic: bool = False
    family: int = 0
    grey: float = 0.0

    def face(self, text: str = "") -> Face:
        """The face to set `text` in; raises as `fonts.face` does."""
        return face(self.font, family=self.family, bold=self.bold, italic=self.italic, text=text)

    def width(self, text: str) -> float:
        """How wide the text is, in points."""
        return self.face(text).width(text, size=self.size)


@dataclass(frozen=True)
class Run:
    """One line of text; (x, y) is the top left corner of its box. `gap` widens every space, in points."""

    text: str
    x: float
    y: float
    style: Style
    gap: float = 0.0

    @property
    def baseline(self) -> float:
        """Where the letters stand, in points from the top of the page."""
        return self.y + BASELINE * self.style.size

    @cached_property
    def words(self) -> tuple[tuple[str, float], ...]:
        """The run's words, each with the x at which it starts."""
        face, size = self.style.face(self.text), self.style.size
        placed, x = [], self.x
        for position, part in enumerate(self.text.split(" ")):
            if position:
                x += face.width(" ", size=size) + self.gap
            for word, start in _split_at_blanks(part):
                placed.append((word, x + face.width(part[:start], size=size)))
            x += face.width(part, size=size)
        return tuple(placed)


def _split_at_blanks(part: str) -> list[tuple[str, int]]:
    """The words of a part without plain spaces, each with its offset: a no-break space parts words too."""
    found, offset = [], 0
    for word in part.split():
        offset = part.index(word, offset)
        found.append((word, offset))
        offset += len(word)
    return found


@dataclass(frozen=True)
class Rule:
    """A straight line of this width."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.5
    grey: float = 0.0


@dataclass(frozen=True)
class Rect:
    """A rectangle; `fill` and `outline` are greys from 0 to 1, None for none."""

    x0: float
    y0: float
    x1: float
    y1: float
    fill: float | None = None
    outline: float | None = None


@dataclass(frozen=True)
class Ellipse:
    """An ellipse around (x, y); `fill` and `outline` are greys from 0 to 1, None for none."""

    x: float
    y: float
    radius_x: float
    radius_y: float
    fill: float | None = None
    outline: float | None = None
    width: float = 0.8


@dataclass(frozen=True)
class Polygon:
    """A filled area with these corners."""

    corners: tuple[Point, ...]
    fill: float = 0.0


@dataclass(frozen=True)
class Stroke:
    """A smooth pen line through these points."""

    points: tuple[Point, ...]
    width: float = 0.9
    grey: float = 0.15


@dataclass(frozen=True)
class RingText:
    """Letters around the circle about (x, y), as in a seal. No ground truth is kept of them."""

    text: str
    x: float
    y: float
    radius: float
    style: Style


Shape = Rect | Ellipse | Polygon | Stroke | RingText
