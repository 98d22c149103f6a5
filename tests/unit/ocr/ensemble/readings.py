"""Readings for the tests of the ensemble: pages of words, and engines that misread them."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st

from docflow.ocr.ensemble import Reading
from docflow.types import Box, Line, Word

unhurried = settings(deadline=None)
"""For properties of whole pages: on a busy machine, one page more or less takes longer than hypothesis allows."""

HEIGHT, GAP, CHARACTER = 20.0, 10.0, 9.0
LETTERS = "abcdefgLИЖшо0123456789.,:-№"

confidences = st.floats(0, 1).map(lambda value: round(value, 3))
texts = st.text(LETTERS, min_size=1, max_size=9)


def line_at(top: float, said: list[tuple[str, float]], *, left: float = 30.0) -> Line:
    """Words side by side, each as wide as it has characters."""
    words = []
    for text, confidence in said:
        right = left + CHARACTER * len(text)
        words.append(Word(text, Box(left, top, right, top + HEIGHT), confidence))
        left = right + GAP
    return Line(tuple(words))


def line_of(text: str, *, confidence: float = 0.9, top: float = 0.0, left: float = 30.0) -> Line:
    """A text's words side by side."""
    return line_at(top, [(word, confidence) for word in text.split()], left=left)


@st.composite
def pages(draw: st.DrawFn) -> tuple[Line, ...]:
    """A page of up to six lines."""
    rows = draw(st.lists(st.lists(st.tuples(texts, confidences), min_size=1, max_size=7), max_size=6))
    return tuple(line_at(row * 1.6 * HEIGHT, said) for row, said in enumerate(rows))


@st.composite
def misread(draw: st.DrawFn, page: tuple[Line, ...]) -> tuple[Line, ...]:
    """The page as another engine reads it: words changed, missed, split and joined, boxes a little elsewhere."""
    rng = random.Random(draw(st.integers(0, 10_000)))
    lines = []
    for line in page:
        words: list[Word] = []
        for word in line.words:
            words += _as_misread(word, rng)
        if len(words) > 1 and rng.random() < 0.3:
            first, second, *rest = words
            words = [replace(first, text=first.text + second.text, box=Box.around((first.box, second.box))), *rest]
        if words:
            lines.append(Line(tuple(words)))
    return tuple(lines)


def _as_misread(word: Word, rng: random.Random) -> list[Word]:
    what = rng.choice(["same", "same", "changed", "missed", "split"])
    shift = rng.uniform(-2, 2)
    box = Box(word.box.x0 + shift, word.box.y0 + shift, word.box.x1 + shift, word.box.y1 + shift)
    word = Word(word.text, box, round(rng.random(), 3))
    if what == "missed":
        return []
    if what == "changed":
        return [replace(word, text=rng.choice(LETTERS) + word.text[1:])]
    if what == "split" and len(word.text) > 1:
        middle = (box.x0 + box.x1) / 2
        half = len(word.text) // 2
        return [
            replace(word, text=word.text[:half], box=replace(box, x1=middle)),
            replace(word, text=word.text[half:], box=replace(box, x0=middle)),
        ]
    return [word]


@st.composite
def several_readings(draw: st.DrawFn) -> list[Reading]:
    """Two or three engines' readings of one page."""
    page = draw(pages())
    names = draw(st.sampled_from([("one", "two"), ("one", "two", "three")]))
    first, *others = names
    return [Reading(first, page), *(Reading(name, draw(misread(page))) for name in others)]
