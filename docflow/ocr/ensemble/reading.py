"""What one engine says of a page, as an ensemble takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from docflow.types import Line, PageText, Word


@dataclass(frozen=True, slots=True)
class Reading:
    """One engine's lines of a page, in its reading order.

    `engine` and `languages` choose the calibration of its confidences. `whole_page` is False where the engine was
    asked for some lines only: then its silence about the others says nothing.
    """

    engine: str
    lines: tuple[Line, ...]
    languages: str = ""
    whole_page: bool = True

    @classmethod
    def of(cls, page: PageText, *, whole_page: bool = True) -> Self:
        """The reading that a page's text is."""
        return cls(page.engine, page.lines, page.languages, whole_page)

    @property
    def words(self) -> tuple[Word, ...]:
        """All words in reading order."""
        return tuple(word for line in self.lines for word in line.words)


def in_order(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings in the order of their engines' names and languages, so that the order they come in does not matter.

    Raises `ValueError` where there is none, or where two have both in common: nobody could tell who said what.
    """
    names = [(reading.engine, reading.languages) for reading in readings]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"an ensemble needs readings, each of another engine or in other languages: {names}")
    return tuple(sorted(readings, key=lambda reading: (reading.engine, reading.languages)))
