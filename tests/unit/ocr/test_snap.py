"""Words' boxes end where their ink does, whatever the recogniser guessed."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_pages import Pixels, blank

from docflow.ocr.snap import parting, snapped
from docflow.types import Box, Line, Word

INK = [(40, 100), (120, 180), (190, 230)]
"""Left and right edges of three words' ink, which lies in rows 50 to 70."""


def page() -> Pixels:
    pixels = blank(120, 300)
    for left, right in INK:
        pixels[50:70, left:right] = 20
    return pixels


def guessed(*spans: tuple[float, float]) -> Line:
    return Line(tuple(Word("word", Box(x0, 45, x1, 75), 0.9) for x0, x1 in spans))


def edges(line: Line) -> list[tuple[float, float]]:
    return [(word.box.x0, word.box.x1) for word in line.words]


@pytest.mark.parametrize("shift", [-6, 0, 6])
def test_words_are_drawn_in_to_their_ink(shift: int) -> None:
    line = snapped(guessed(*((left + shift, right + shift - 3) for left, right in INK)), page())
    assert edges(line) == INK
    assert {(word.box.y0, word.box.y1) for word in line.words} == {(50, 70)}


def test_light_ink_on_dark_paper_is_ink() -> None:
    assert edges(snapped(guessed((45, 95), (125, 175), (195, 225)), np.asarray(255 - page(), np.uint8))) == INK


@pytest.mark.parametrize("pixels", [blank(120, 300), np.full((120, 300), 0, np.uint8)])
def test_where_there_is_no_ink_boxes_stay(pixels: Pixels) -> None:
    line = guessed((45, 95), (125, 175))
    assert snapped(line, pixels) == line


def test_a_word_without_ink_keeps_its_box() -> None:
    line = snapped(guessed((42, 98), (260, 290)), page())
    assert edges(line) == [(40, 100), (260, 290)]


def test_ink_far_from_all_words_belongs_to_none() -> None:
    assert edges(snapped(guessed((42, 98)), page())) == [(40, 100)]


def test_a_line_without_words_stays() -> None:
    assert snapped(Line(()), page()) == Line(())


def test_a_line_at_the_edge_of_the_page_stays_inside() -> None:
    pixels = blank(30, 60)
    pixels[:, :20] = 0
    (word,) = snapped(Line((Word("word", Box(0, 0, 24, 30), 0.9),)), pixels).words
    assert word.box == Box(0, 0, 20, 30)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_table_beyond_the_papers_edge_is_no_ink(mirrored: bool) -> None:
    pixels = page()
    pixels[:, :26] = 60
    line, ink = guessed((42, 98), (122, 178), (192, 228)), INK
    if mirrored:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
        line, ink = guessed((72, 108), (122, 178), (202, 258)), [(70, 110), (120, 180), (200, 260)]
    found = snapped(line, pixels)
    assert edges(found) == ink
    assert {(word.box.y0, word.box.y1) for word in found.words} == {(50, 70)}


def test_a_letter_that_begins_outside_of_where_it_was_read_is_ink() -> None:
    pixels = page()
    pixels[50:70, 24:30] = 20
    assert edges(snapped(guessed((42, 98)), pixels)) == [(24, 100)]


def test_words_are_parted_in_the_widest_gap() -> None:
    inked = np.array([1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1], bool)
    assert parting(inked, 5, 9, reach=4) == 8.0
    assert parting(np.ones(10, bool), 4, 6, reach=2) == 5.0
