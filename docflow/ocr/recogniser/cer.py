"""How far a reading is from the truth: the character error rate."""

from __future__ import annotations

from collections.abc import Iterable


def character_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Edits (Levenshtein) from reading to truth over the truths' characters, for pairs of truth and reading.

    0.0 where there are no characters at all; over 1 where more is made up than stands there.
    """
    edits = characters = 0
    for truth, reading in pairs:
        edits += edit_distance(truth, reading)
        characters += len(truth)
    return edits / characters if characters else 0.0


def edit_distance(first: str, second: str) -> int:
    """The fewest insertions, deletions and replacements of single characters that make one of the other."""
    if first == second:
        return 0
    row = list(range(len(second) + 1))
    for number, character in enumerate(first, start=1):
        diagonal, row[0] = row[0], number
        for place, other in enumerate(second, start=1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (character != other))
    return row[-1]
