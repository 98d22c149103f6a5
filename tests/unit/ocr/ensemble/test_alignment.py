"""Words of several readings come together where they stand in the same place, and none is lost."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from readings import line_of, several_readings, unhurried

from docflow.ocr.ensemble import Group, Reading, align
from docflow.types import Box, Line


def texts(groups: list[Group]) -> list[tuple[str, ...]]:
    return [tuple(" ".join(word.text for word in words) for words in group) for group in groups]


def aligned(first: Line, second: Line) -> list[tuple[str, ...]]:
    (row,) = align([Reading("a", (first,)), Reading("b", (second,))])
    return texts(row)


@unhurried
@given(readings=several_readings())
def test_every_word_of_every_reading_is_in_exactly_one_group(readings: list[Reading]) -> None:
    rows = align(readings)
    ordered = sorted(readings, key=lambda reading: reading.engine)
    for index, reading in enumerate(ordered):
        held = Counter(id(word) for row in rows for group in row for word in group[index])
        assert held == Counter(id(word) for word in reading.words)


@unhurried
@given(readings=several_readings())
def test_a_line_keeps_each_readings_order(readings: list[Reading]) -> None:
    for row in align(readings):
        for index in range(len(readings)):
            lefts = [word.box.x0 for group in row for word in group[index]]
            assert lefts == sorted(lefts)


def test_a_changed_letter_does_not_part_words() -> None:
    pairs = aligned(line_of("Total amount 12.00"), line_of("Tota1 amount I2.00"))
    assert pairs == [("Total", "Tota1"), ("amount", "amount"), ("12.00", "I2.00")]


def test_a_split_word_is_one_group() -> None:
    whole = line_of("Sum Total:12.00 EUR")
    split = Line(
        (
            whole.words[0],
            replace(whole.words[1], text="Total:", box=replace(whole.words[1].box, x1=120)),
            replace(whole.words[1], text="12.00", box=replace(whole.words[1].box, x0=124)),
            whole.words[2],
        )
    )
    expected = [("Sum", "Sum"), ("Total:12.00", "Total: 12.00"), ("EUR", "EUR")]
    assert aligned(whole, split) == expected
    assert aligned(split, whole) == [(theirs, ours) for ours, theirs in expected]


def test_words_that_are_cut_in_different_places_are_one_group() -> None:
    first, second = line_of("abcd efgh"), line_of("abcdef gh")
    assert aligned(first, second) == [("abcd efgh", "abcdef gh")]


def test_a_missed_word_leaves_its_place_empty() -> None:
    full = line_of("one two three four")
    gapped = Line((full.words[0], *full.words[2:]))
    assert aligned(full, gapped) == [("one", "one"), ("two", ""), ("three", "three"), ("four", "four")]


def test_equal_words_far_apart_are_not_the_same_word() -> None:
    assert aligned(line_of("x 0.00"), line_of("x 0.00", left=30)) == [("x", "x"), ("0.00", "0.00")]
    far = Line((line_of("x").words[0], *line_of("0.00", left=600).words))
    assert aligned(line_of("x 0.00"), far) == [("x", "x"), ("0.00", ""), ("", "0.00")]


def test_words_that_only_one_reading_has_stand_in_the_lines_order() -> None:
    full = line_of("one two three four both")
    assert aligned(Line(full.words[::2]), Line((*full.words[1::2], full.words[4]))) == [
        ("one", ""),
        ("", "two"),
        ("three", ""),
        ("", "four"),
        ("both", "both"),
    ]


def test_a_line_in_pieces_is_one_row() -> None:
    whole = line_of("Total 12.00")
    pieces = tuple(Line((word,)) for word in whole.words)
    (row,) = align([Reading("a", pieces), Reading("b", (whole,))])
    assert texts(row) == [("Total", "Total"), ("12.00", "12.00")]


def test_lines_of_a_page_that_is_askew_are_told_apart() -> None:
    def slanted(line: Line) -> Line:
        drop = [0.06 * word.box.x0 for word in line.words]
        moved = (replace(w.box, y0=w.box.y0 + d, y1=w.box.y1 + d) for w, d in zip(line.words, drop, strict=True))
        return Line(tuple(replace(w, box=box) for w, box in zip(line.words, moved, strict=True)))

    page = tuple(slanted(line_of("some words of a rather long line that is not level", top=26.0 * n)) for n in range(5))
    assert page[0].box.y1 > page[1].box.y0 + 10
    rows = align([Reading("a", page), Reading("b", page)])
    assert [texts(row) for row in rows] == [[(w.text, w.text) for w in line.words] for line in page]


def test_a_line_that_one_reading_lacks_stands_between_its_neighbours() -> None:
    first, second, third = (line_of(text, top=30.0 * n) for n, text in enumerate(("first line", "second", "the third")))
    rows = align([Reading("a", (first, third)), Reading("b", (second, third))])
    assert [texts(row)[0] for row in rows] == [("first", ""), ("", "second"), ("the", "the")]


def test_a_third_reading_joins_the_groups_of_the_others() -> None:
    readings = [Reading(name, (line_of(said),)) for name, said in (("a", "ab cd"), ("b", "ab cd"), ("c", "abc d"))]
    (row,) = align(readings)
    assert texts(row) == [("ab cd", "ab cd", "abc d")]


def test_a_word_without_any_width_is_aligned_too() -> None:
    line = line_of("a b")
    flat = Line(tuple(replace(word, box=Box(word.box.x0, 5, word.box.x0, 5)) for word in line.words))
    rows = align([Reading("a", (flat,)), Reading("b", (flat,))])
    assert [texts(row) for row in rows] == [[("a", "a"), ("b", "b")]]


def test_readings_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="each of another engine"):
        align([Reading("a", ()), Reading("a", ())])
    with pytest.raises(ValueError, match="needs readings"):
        align([])
