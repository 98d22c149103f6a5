"""Which of two readings of one line is the better, where nobody knows what it says."""

from __future__ import annotations

import re

from docflow.ocr.ctc import WordFrequency
from docflow.ocr.engine import ReadLine

KNOWN_WEIGHT = 0.2
"""What a line made of known words and numbers alone is ahead of one without any, in units of confidence. On the tuning
half's receipts `accurate` has a word F1 of 0.9625 for 0, 0.9644 for this and 0.9666 for 0.8, on its forms 0.956, 0.955
and 0.951 (`python -m benchmarks.ocr --half tune`)."""

AHEAD = 0.1
"""By how much a first reading has to be ahead of the second: the second recogniser is the better one. Receipts have
0.963, 0.962 and 0.961 for 0.05, 0.1 and 0.2, forms and letters the most for this and more."""


SURE_ALONE = 0.6
"""How sure a first reading has to be, where the second says nothing: else it is of a picture, a stain or a pen stroke.
On the tuning half, `accurate` goes from a word F1 of 0.971 to 0.972 on receipts and from 0.944 to 0.948 on forms, to
0.947 with 0.5, and no higher with any that is more."""


def better_of(first: ReadLine, second: ReadLine, *, frequency: WordFrequency) -> ReadLine:
    """The second reading, unless the first is surer and made of more that is known; empty where both see no words."""
    if not second:
        return first if line_confidence(first) >= SURE_ALONE else ()
    return first if merit(first, frequency) >= merit(second, frequency) + AHEAD else second


def merit(line: ReadLine, frequency: WordFrequency) -> float:
    """How sure the reading is, and which share of it is known: 0 without a word."""
    return line_confidence(line) + KNOWN_WEIGHT * known_share(line, frequency)


def line_confidence(line: ReadLine) -> float:
    """The mean confidence of the line's words, weighted by their characters; 0 without a word."""
    characters = sum(len(word.text) for word in line)
    return sum(word.confidence * len(word.text) for word in line) / characters if characters else 0.0


def known_share(line: ReadLine, frequency: WordFrequency) -> float:
    """The share of the line's letters and digits that belong to known words and to numbers; 0 without any."""
    runs = [run for word in line for run in re.findall(r"\w+", word.text)]
    known = sum(len(run) for run in runs if run.isdigit() or frequency(run))
    return known / sum(map(len, runs)) if runs else 0.0
