"""Text broken into lines of a given width."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docflow.synth.shapes import Style


@dataclass(frozen=True, slots=True)
class WrappedLine:
    """One line of a paragraph: its text, its width and indent in points, and whether the paragraph ends."""

    text: str
    width: float
    indent: float = 0.0
    is_last: bool = False


def wrap(text: str, style: Style, *, width: float, indent: float = 0.0) -> list[WrappedLine]:
    """The lines of `text` in at most `width` points, broken at spaces and newlines, never at no-break spaces.

    `indent` is for the first line of each paragraph; a word wider than a line is broken between letters.
    """
    lines: list[WrappedLine] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(paragraph, style, width=width, indent=indent))
    return lines


def _wrap_paragraph(text: str, style: Style, *, width: float, indent: float) -> Iterator[WrappedLine]:
    """The lines of a text without newlines; one empty line for an empty text."""
    face = style.face(text)
    space = face.width(" ", size=style.size)
    words: list[str] = []
    used, left_in = 0.0, indent
    for word, wide in _pieces(text, style, width=width - max(indent, 0.0)):
        needed = used + space + wide if words else wide
        if words and needed > width - left_in:
            yield WrappedLine(" ".join(words), used, left_in)
            words, used, left_in = [], 0.0, 0.0
            needed = wide
        words.append(word)
        used = needed
    yield WrappedLine(" ".join(words), used, left_in, is_last=True)


def _pieces(text: str, style: Style, *, width: float) -> Iterator[tuple[str, float]]:
    """Each word with its width in points, those wider than `width` cut into pieces that fit."""
    face, size = style.face(text), style.size
    for word in filter(None, text.split(" ")):
        wide = face.width(word, size=size)
        while wide > width and len(word) > 1:
            cut = max(1, int(len(word) * width / wide))
            while cut > 1 and face.width(word[:cut], size=size) > width:
                cut -= 1
            yield word[:cut], face.width(word[:cut], size=size)
            word = word[cut:]
            wide = face.width(word, size=size)
        yield word, wide
