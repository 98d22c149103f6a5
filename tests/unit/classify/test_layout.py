from __future__ import annotations

import numpy as np

from docflow.classify.layout import (
    HEAD,
    PLACED_WORDS,
    SHAPES,
    count_layout,
    line_shapes,
    placed_words,
    shape_of,
)


def test_a_line_is_known_by_its_first_word_and_its_first_two() -> None:
    found = set(placed_words(["to mr smith"]))
    assert {"first to", "start to mr"} <= found
    assert "first mr" not in found


def test_every_word_of_the_lines_that_head_the_page_counts_and_none_of_those_below() -> None:
    lines = [f"above{number} x" for number in range(HEAD)] + ["below y"]
    headed = {word for word in placed_words(lines) if word.startswith("head ")}
    assert headed == {"head x", *(f"head above{number}" for number in range(HEAD))}


def test_a_line_of_digits_has_another_shape_than_one_of_letters() -> None:
    assert shape_of("00 00 000") != shape_of("ab cd efg")
    assert shape_of("total 00") == shape_of("letter 0")


def test_long_lines_are_told_from_short_ones_and_very_long_ones_are_alike() -> None:
    assert shape_of("a" * 5) != shape_of("a" * 50)
    assert shape_of("a" * 200) == shape_of("a" * 2000)


def test_lines_have_their_shapes_alone_and_in_rows_of_two_and_three() -> None:
    assert len(list(line_shapes(["a", "b", "c", "d"]))) == 4 + 3 + 2
    assert list(line_shapes(["a"])) == [shape_of("a")]
    assert list(line_shapes([])) == []


def test_the_same_words_on_other_lines_count_as_something_else() -> None:
    words, _ = count_layout(["x\nto mr smith", "x to\nmr smith"])
    assert (words[0] != words[1]).nnz > 0


def test_counts_are_one_row_a_text_and_empty_texts_have_none() -> None:
    words, shapes = count_layout(["", "to mr smith\ndear sir", "…"])
    assert (words.shape, shapes.shape) == ((3, PLACED_WORDS), (3, SHAPES))
    assert words.dtype == shapes.dtype == np.float32
    assert np.diff(words.indptr)[[0, 2]].tolist() == np.diff(shapes.indptr)[[0, 2]].tolist() == [0, 0]
    assert words.sum() == 2 * 2 + 5
    assert shapes.sum() == 3
    assert [part.shape for part in count_layout([])] == [(0, PLACED_WORDS), (0, SHAPES)]
