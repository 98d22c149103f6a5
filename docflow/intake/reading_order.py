"""Words grouped into lines, and lines put in reading order: by rows, and by columns where prose is set in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from docflow.types import Box, Line, Word

COLUMN_ROWS = 5
"""Rows that both sides of a gutter need to be columns."""
COLUMN_WORDS = 4.0
"""Words to a row that both sides need, on average: prose has more, the cells of a table have fewer."""
AS_WIDE = 0.99
"""Of the widest gap's height, what gaps have that are as wide but for rounding: those between the rows of a list."""
SHARED_HEIGHT = 0.5
"""Of the lower of two boxes, the share of its height that overlaps where both stand on one row."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that were written one after another, and the box around them."""

    words: tuple[Word, ...]
    box: Box

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.box.y1 - self.box.y0

    @property
    def middle(self) -> float:
        """How far down the page the run's middle is."""
        return (self.box.y0 + self.box.y1) / 2


def lines_in_order(words: Iterable[tuple[Word, ...]]) -> tuple[Line, ...]:
    """The lines of a page, made of the runs of words in which it was written.

    What stands side by side becomes one line, as a table's row reads, unless it is prose in columns (recursive
    X-Y cut; Nagy and Seth, 1984). A run that climbs the page stays a line of its own.
    """
    runs = [Run(run, Box.around(word.box for word in run)) for run in words]
    level = [run for run in runs if not _climbs(run)]
    climbing = [Line(run.words) for run in runs if _climbs(run)]
    return (*_ordered(level), *climbing)


def _climbs(run: Run) -> bool:
    """Whether the run is written upwards, downwards or aslant: taller than wide, though of several words."""
    width = run.box.x1 - run.box.x0
    if len(run.words) == 1 or run.height <= width:
        return False
    return run.height > 2 * median(word.box.y1 - word.box.y0 for word in run.words)


def _ordered(runs: list[Run]) -> list[Line]:
    lines: list[Line] = []
    # A list in place of calls within calls: a long page is parted into more pieces than Python's stack holds.
    waiting = [runs]
    while waiting:
        piece = waiting.pop()
        parts = _split_columns(piece) or _split_at_widest_gaps(piece)
        if parts is None:
            lines += _rows(piece)
        else:
            waiting += reversed(parts)
    return lines


def _split_columns(runs: Sequence[Run]) -> list[list[Run]] | None:
    """What stands left and right of the first gutter between two columns of prose; None where there is none."""
    by_left = sorted(runs, key=lambda run: run.box.x0)
    reach = 0.0
    for index, run in enumerate(by_left):
        if index >= COLUMN_ROWS and run.box.x0 > reach:
            left, right = by_left[:index], by_left[index:]
            if _is_prose(left) and _is_prose(right):
                return [left, right]
        reach = max(reach, run.box.x1)
    return None


def _is_prose(runs: Sequence[Run]) -> bool:
    if len(runs) < COLUMN_ROWS:
        return False
    rows = _rows(runs)
    return len(rows) >= COLUMN_ROWS and mean(len(row.words) for row in rows) >= COLUMN_WORDS


def _split_at_widest_gaps(runs: Sequence[Run]) -> list[list[Run]] | None:
    """What stands above, between and below the widest empty strips; None where none is as high as a line.

    A strip sets apart a heading that spans the columns below it.
    """
    if len(runs) < 2 * COLUMN_ROWS:
        return None
    by_top = sorted(runs, key=lambda run: run.box.y0)
    reach = by_top[0].box.y1
    gaps = []
    for run in by_top[1:]:
        gaps.append(run.box.y0 - reach)
        reach = max(reach, run.box.y1)
    widest = max(gaps)
    if widest < median(run.height for run in runs):
        return None
    ends = [index for index, gap in enumerate(gaps, start=1) if gap >= AS_WIDE * widest]
    return [by_top[start:end] for start, end in pairwise([0, *ends, len(by_top)])]


def _rows(runs: Sequence[Run]) -> list[Line]:
    """The runs from top to bottom, those of one height joined from left to right."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.middle, run.box.x0)):
        if rows and _on_one_row(rows[-1][-1].box, run.box):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [_joined(row) for row in rows]


def _on_one_row(one: Box, other: Box) -> bool:
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared > SHARED_HEIGHT * min(one.y1 - one.y0, other.y1 - other.y0)


def _joined(row: Sequence[Run]) -> Line:
    return Line(tuple(word for run in sorted(row, key=lambda run: run.box.x0) for word in run.words))
