"""Which words of several readings stand in the same place: lines by their words' boxes, words by boxes and text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import merge
from itertools import groupby

from rapidfuzz.distance import Levenshtein

from docflow.ocr.ensemble.reading import Reading, in_order
from docflow.ocr.ensemble.rows import matching_rows
from docflow.types import Box, Word

Group = tuple[tuple[Word, ...], ...]
"""What each reading says in one place: its words there, none where it is silent; in the readings' order."""

MOVES = ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 2))
"""How many words of the one may stand for how many of the other: engines split and join at signs and narrow gaps."""

JOINT_COST = 0.2
"""Cost of a group, per word: so small that it only keeps groups from being larger than they must be."""

FAR = 2.0
"""Cost of the distance, per character, from which words stand apart: as much as leaving out both."""

SAME_BOX, SAME_PLACE = 0.8, 0.5
"""Share of their span that two words must have in common to be one, whatever they say; and if they say the same."""


def align(readings: Sequence[Reading]) -> list[list[Group]]:
    """The readings' words, line by line, in groups; each word of each reading is in exactly one group.

    The readings must be in the order that `in_order` gives. A word's group costs its edit distance (Levenshtein) plus
    the distance of the boxes, and the groups of a line are those of the least total cost, found as in Needleman and
    Wunsch, "A general method applicable to the search for similarities" (1970). A third reading and those after it are
    aligned with the groups of the ones before.
    """
    readings = in_order(readings)
    return [_align_row(row) for row in matching_rows(readings)]


def _align_row(row: Sequence[Sequence[Word]]) -> list[Group]:
    """The groups of one line, of which each reading's words are given."""
    groups: list[Group] = []
    for index, words in enumerate(row):
        silent: Group = ((),) * index
        if not groups:
            groups = [(*silent, (word,)) for word in words]
            continue
        places = [_place(group) for group in groups]
        merged: list[Group] = []
        for old, new in _pairs(places, words):
            held = [groups[position] for position in old]
            before = tuple(tuple(w for group in held for w in group[k]) for k in range(index)) if held else silent
            merged.append((*before, tuple(words[position] for position in new)))
        groups = merged
    return groups


def _place(group: Group) -> Word:
    """A group as one word: what the first that is not silent says there."""
    words = next(words for words in group if words)
    return words[0] if len(words) == 1 else _joined(words)


def _joined(words: Iterable[Word]) -> Word:
    held = list(words)
    return Word("".join(w.text for w in held), Box.around(w.box for w in held), min(w.confidence for w in held))


Pair = tuple[range, range]
"""Positions in the first and in the second sequence that belong together."""


def _pairs(first: Sequence[Word], second: Sequence[Word]) -> list[Pair]:
    """Which stretches of the two lines belong together, in reading order."""
    head = 0
    shorter = min(len(first), len(second))
    while head < shorter and _is_same(first[head], second[head]):
        head += 1
    tail = 0
    while tail < shorter - head and _is_same(first[-1 - tail], second[-1 - tail]):
        tail += 1
    ends = len(first) - tail, len(second) - tail
    middle = _cheapest(first[head : ends[0]], second[head : ends[1]])
    return [
        *((range(k, k + 1), range(k, k + 1)) for k in range(head)),
        *((_moved(old, head), _moved(new, head)) for old, new in middle),
        *((range(ends[0] + k, ends[0] + k + 1), range(ends[1] + k, ends[1] + k + 1)) for k in range(tail)),
    ]


def _moved(positions: range, by: int) -> range:
    return range(positions.start + by, positions.stop + by)


def _is_same(first: Word, second: Word) -> bool:
    """Whether these are surely one word: it needs no search then, and most words of a page are such."""
    distance = _distance(first.box, second.box)
    return distance <= 1 - SAME_BOX or (distance <= 1 - SAME_PLACE and first.text == second.text)


def _distance(first: Box, second: Box) -> float:
    """0 for the same span of the line, 1 for spans that touch, more for a gap between them, `FAR` at most."""
    span = max(first.x1, second.x1) - min(first.x0, second.x0)
    if span <= 0:
        return 0.0
    shared = min(first.x1, second.x1) - max(first.x0, second.x0)
    if shared >= 0:
        return 1 - shared / span
    widths = span + shared
    return FAR if widths <= 0 else min(FAR, 1 - shared / widths)


def _cheapest(first: Sequence[Word], second: Sequence[Word]) -> list[Pair]:
    """The stretches of the least total cost; `best[i][j]` is that of the first i and j words, and its last step."""
    if not first or not second:
        return [
            *((range(k, k + 1), range(0)) for k in range(len(first))),
            *((range(0), range(k, k + 1)) for k in range(len(second))),
        ]
    spans = [_stretches(words) for words in (first, second)]
    best: list[list[tuple[float, int, int]]] = []
    for i in range(len(first) + 1):
        best.append([])
        for j in range(len(second) + 1):
            steps: list[tuple[float, int, int]] = []
            if i:
                steps.append((best[i - 1][j][0] + len(first[i - 1].text), 1, 0))
            if j:
                steps.append((best[i][j - 1][0] + len(second[j - 1].text), 0, 1))
            near = i and j and _distance(first[i - 1].box, second[j - 1].box) < FAR
            for p, q in MOVES if near else ():
                if p <= i and q <= j:
                    cost = _cost(spans[0][i, p], spans[1][j, q])
                    if cost is not None:
                        steps.append((best[i - p][j - q][0] + cost + JOINT_COST * (p + q), p, q))
            best[i].append(min(steps, default=(0.0, 0, 0)))
    pairs: list[Pair] = []
    i, j = len(first), len(second)
    while i or j:
        _, p, q = best[i][j]
        pairs.append((range(i - p, i), range(j - q, j)))
        i, j = i - p, j - q
    return _by_place(pairs[::-1], first, second)


def _stretches(words: Sequence[Word]) -> dict[tuple[int, int], Sequence[Word]]:
    """Stretches of up to three words, by where they end and how many words they have."""
    longest = max(move[0] for move in MOVES)
    return {
        (end, length): words[end - length : end]
        for length in range(1, longest + 1)
        for end in range(length, len(words) + 1)
    }


def _cost(first: Sequence[Word], second: Sequence[Word]) -> float | None:
    """What it costs that these two stretches stand for the same; None where they are too far apart."""
    if len(first) == len(second) == 1:
        distance = _distance(first[0].box, second[0].box)
        one, other = first[0].text, second[0].text
    else:
        distance = _distance_of_many(first, second)
        one, other = ("".join([word.text for word in words]) for words in (first, second))
    if distance >= FAR:
        return None
    return Levenshtein.distance(one, other) + distance * max(len(one), len(other))


def _distance_of_many(first: Sequence[Word], second: Sequence[Word]) -> float:
    """0 for words that cover the same of the line, `FAR` for such that share nothing, as in gaps of each other."""
    shared = sum(max(0.0, min(a.box.x1, b.box.x1) - max(a.box.x0, b.box.x0)) for a in first for b in second)
    if shared <= 0:
        return FAR
    covered = sum(word.box.x1 - word.box.x0 for words in (first, second) for word in words) - shared
    return 1 - shared / covered if covered > 0 else 0.0


def _by_place(pairs: Sequence[Pair], first: Sequence[Word], second: Sequence[Word]) -> list[Pair]:
    """The pairs, with neighbours that only one of the two has in the order in which they stand in the line."""
    ordered: list[Pair] = []
    for both, run in groupby(pairs, key=lambda pair: bool(pair[0] and pair[1])):
        if both:
            ordered += run
            continue
        held = list(run)
        ours, theirs = ([pair for pair in held if pair[side]] for side in (0, 1))
        # Each side keeps its own order, whatever its boxes say.
        ordered += merge(
            ours, theirs, key=lambda pair: (first[pair[0].start] if pair[0] else second[pair[1].start]).box.x0
        )
    return ordered
