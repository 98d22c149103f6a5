"""A page's words as PDF operators: invisible, each over its own ink, in the direction in which the page's text runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from docflow.outputs.characters import fit
from docflow.outputs.glyphless import ADVANCE, UNITS_PER_EM, GlyphlessFont
from docflow.outputs.slant import LEAST_SIDE, Axes, Placement
from docflow.types import Line, PageText

Matrix = tuple[float, float, float, float, float, float]

INVISIBLE = 3
"""The text rendering mode (ISO 32000-1, table 106)."""

MOST_DRIFT = 0.5
"""How far a word's middle may lie off its line's, as a share of the line's height, to be written on its baseline."""

LEAST_GAP = 0.2
"""The width of a space at least, as a share of the line's height: poppler sees one from 0.15 on."""

LEAST_KEPT = 0.3
"""The share of a word's length that it keeps at least, where the next one lies over it."""


def invisible_text(page: PageText, font: GlyphlessFont, *, font_name: str, to_points: Matrix) -> bytes:
    """Operators that write all words of the page.

    `font_name` is that of `font` among the page's resources; `to_points` leads from the page's pixels, whose y grows
    downwards, to the PDF page's own space.
    """
    axes = Axes(page.rotation)
    words = "\n".join(written for line in page.lines for written in _line(line, axes, font, font_name=font_name))
    matrix = " ".join(_number(value) for value in to_points)
    return f"q {matrix} cm\nBT {INVISIBLE} Tr\n{words}\nET Q\n".encode("ascii")


def _line(line: Line, axes: Axes, font: GlyphlessFont, *, font_name: str) -> Iterator[str]:
    """The words and the spaces between them: spaces of their own, so that no reader has to guess where words end.

    Poppler ends a word where a letter stands half a point off the baseline of the first, as in slanted text every few
    letters do, unless the letters are one span with an ActualText (ISO 32000-1, 14.9.4).
    """
    texts = [fit(word.text) for word in line.words]
    places = _parted(_on_one_baseline([axes.place(word.box) for word in line.words]))
    for number, (text, place) in enumerate(zip(texts, places, strict=True)):
        if not text:
            continue
        shown = _show(text, place.length, place, font)
        if not axes.is_quarter_turn:
            shown = f"/Span <</ActualText <feff{text.encode('utf-16-be').hex()}>>> BDC {shown} EMC"
        yield f"{font_name} {_number(place.height)} Tf {_matrix(place)} Tm {shown}"
        if number + 1 < len(places):
            gap = places[number + 1].start - place.start - place.length
            yield _show(" ", max(LEAST_GAP * place.height, gap), place, font)


def _show(text: str, length: float, place: Placement, font: GlyphlessFont) -> str:
    """The text, made as wide as `length`."""
    natural = len(text) * place.height * ADVANCE / UNITS_PER_EM
    return f"{_number(100 * length / natural)} Tz <{font.encode(text).hex()}> Tj"


def _on_one_baseline(places: Sequence[Placement]) -> list[Placement]:
    """The words' places, all as high as their line and on its baseline, so that searches and selections see one line.

    Medians leave out the boxes that an engine drew much too high. A word far off the line, which bends then, keeps its
    own middle.
    """
    bottom = median(place.bottom for place in places)
    height = max(LEAST_SIDE, median(place.bottom + place.height for place in places) - bottom)
    levelled = []
    for place in places:
        drift = place.bottom + place.height / 2 - bottom - height / 2
        levelled.append(
            replace(place, bottom=bottom + (drift if abs(drift) > MOST_DRIFT * height else 0), height=height)
        )
    return levelled


def _parted(places: Sequence[Placement]) -> list[Placement]:
    """The words' places, ended early where the next word is so near that readers would take both for one."""
    parted = list(places)
    for number, (place, following) in enumerate(pairwise(places)):
        room = following.start - LEAST_GAP * place.height - place.start
        if room < place.length:
            parted[number] = replace(place, length=max(LEAST_KEPT * place.length, room))
    return parted


def _matrix(place: Placement) -> str:
    x, y = place.point(0, 0)
    return " ".join(_number(value) for value in (*place.axes.along, *place.axes.up, x, y))


def _number(value: float) -> str:
    """PDF knows no exponents."""
    return f"{value:.5f}".rstrip("0").rstrip(".")
