"""Which lines of several readings are the same line of the page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from docflow.ocr.ensemble.reading import Reading
from docflow.types import Line, Word

Node = tuple[int, int]
"""A line: the reading's index, and the line's in it."""

Row = list[list[Word]]
"""The words of one line of the page, for each reading."""

SAME_HEIGHT = 0.5
"""Share of the lower word's height that two words must have in common to stand in one line."""

SAME_LINE = 0.1
"""Share of the smaller line's area that two lines must have in common: little, for one engine may have missed half of
the line and the other the other half."""

SAME_WORD = 0.5
"""Share of the area that two words cover together which they must have in common to be the same word of the page."""

BLOCK = 64
"""Words that are compared with all of the other reading's at once: that much stays in the processor's cache."""


def matching_rows(readings: Sequence[Reading]) -> list[Row]:
    """The lines of the page, in reading order; a line that only one reading has is a row of its own.

    Lines belong together where one is the other's best match by the area that their words share, and where they have a
    word in common: else one that two engines put into different pieces of a line would be said twice. Words' boxes are
    compared, not lines': on a page that is a degree askew, a long line's box covers its neighbours too. A line in
    pieces, such as a label and an amount far apart, is put together where another reading has it in one.
    """
    belongs = {(r, n): (r, n) for r, reading in enumerate(readings) for n in range(len(reading.lines))}

    def root(node: Node) -> Node:
        while belongs[node] != node:
            node = belongs[node]
        return node

    for (r, first), (s, second) in combinations(enumerate(readings), 2):
        for n, m in _same_lines(first, second):
            one, other = sorted((root((r, n)), root((s, m))))
            belongs[other] = one
    rows: dict[Node, list[Node]] = {}
    for node in belongs:
        rows.setdefault(root(node), []).append(node)
    return [_words_of(rows[key], readings) for key in _reading_order(readings, {node: root(node) for node in belongs})]


def _same_lines(first: Reading, second: Reading) -> set[Node]:
    """Pairs of lines, of which one at least is the other's best match, or which have a word in common."""
    if not first.lines or not second.lines:
        return set()
    boxes = [_boxes(reading.words) for reading in (first, second)]
    starts = [_starts(reading.lines) for reading in (first, second)]
    # In blocks: the table of all words against all would fill a gigabyte on a newspaper's page.
    by_line, has_word = [], []
    for at in range(0, len(boxes[0]), BLOCK):
        block = boxes[0][at : at + BLOCK]
        area = _shared(block, boxes[1])
        by_line.append(np.add.reduceat(area, starts[1], axis=1))
        is_same = area >= SAME_WORD * (_area(block)[:, None] + _area(boxes[1]) - area)
        has_word.append(np.logical_or.reduceat(is_same, starts[1], axis=1))
    shared = np.add.reduceat(np.concatenate(by_line), starts[0], axis=0)
    common = np.logical_or.reduceat(np.concatenate(has_word), starts[0], axis=0)
    areas = [np.add.reduceat(_area(box), start) for box, start in zip(boxes, starts, strict=True)]
    enough = shared >= SAME_LINE * np.minimum(areas[0][:, None], areas[1])
    likeness = np.where(enough, shared / (areas[0][:, None] + areas[1] - shared), 0.0)
    rows, columns = likeness.argmax(axis=1), likeness.argmax(axis=0)
    best = [(n, int(m)) for n, m in enumerate(rows)] + [(int(n), m) for m, n in enumerate(columns)]
    return {(n, m) for n, m in best if likeness[n, m] > 0} | {(int(n), int(m)) for n, m in np.argwhere(common)}


def _boxes(words: Sequence[Word]) -> NDArray[np.float64]:
    """The words' boxes, n x 4, half a pixel larger on each side: so none is without area."""
    return np.array([(w.box.x0 - 0.5, w.box.y0 - 0.5, w.box.x1 + 0.5, w.box.y1 + 0.5) for w in words])


def _starts(lines: Sequence[Line]) -> list[int]:
    """The index of each line's first word."""
    return [0, *np.cumsum([len(line.words) for line in lines])[:-1].tolist()]


def _area(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    area: NDArray[np.float64] = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return area


def _shared(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """The area that each word of the one shares with each of the other; none where they stand in different lines."""
    one, other = first.T[..., None], second.T[:, None, :]
    height = np.minimum(one[3], other[3]) - np.maximum(one[1], other[1])
    width = np.minimum(one[2], other[2]) - np.maximum(one[0], other[0])
    lower = np.minimum(one[3] - one[1], other[3] - other[1])
    shared: NDArray[np.float64] = np.maximum(width, 0) * height * (height >= SAME_HEIGHT * lower)
    return shared


def _reading_order(readings: Sequence[Reading], row_of: dict[Node, Node]) -> list[Node]:
    """The rows in the order of the reading with most characters.

    A row that it lacks follows the one before it in another reading, and rows between that one and the next which both
    have as far as they stand higher.
    """

    def middle(node: Node) -> float:
        box = readings[node[0]].lines[node[1]].box
        return box.y0 + box.y1

    order: list[Node] = []
    richest = sorted(range(len(readings)), key=lambda r: -sum(len(word.text) for word in readings[r].words))
    for r in richest:
        rows = [row_of[r, n] for n in range(len(readings[r].lines))]
        own = set(rows)
        after = 0
        for n, row in enumerate(rows):
            if row in order:
                after = order.index(row) + 1
                continue
            while after < len(order) and order[after] not in own and middle(order[after]) < middle((r, n)):
                after += 1
            order.insert(after, row)
            after += 1
    return order


def _words_of(nodes: Sequence[Node], readings: Sequence[Reading]) -> Row:
    """Each reading's words in one row."""
    row: Row = [[] for _ in readings]
    for r, held in groupby(sorted(nodes), key=lambda node: node[0]):
        lines = [readings[r].lines[n] for _, n in held]
        row[r] = [word for line in _side_by_side(lines) for word in line.words]
    return row


def _side_by_side(lines: list[Line]) -> list[Line]:
    """The pieces of a line from left to right; lines one above the other in the order in which they were read."""
    if len(lines) == 1:
        return lines
    ordered = sorted(lines, key=lambda line: line.box.x0)
    apart = all(one.box.x1 <= other.box.x0 for one, other in pairwise(ordered))
    return ordered if apart else lines
