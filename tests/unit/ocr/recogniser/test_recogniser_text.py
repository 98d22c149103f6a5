"""Alphabet, error rate, crops and decoding: what the recogniser needs beside its network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.ocr.recogniser.alphabet import ALPHABET, CLASSES, encode
from docflow.ocr.recogniser.cer import character_error_rate, edit_distance
from docflow.ocr.recogniser.crops import HEIGHT, batched, prepared
from docflow.ocr.recogniser.decode import probabilities_of, text_of

TEXT = st.text("abcя19 ", max_size=12)


def test_the_alphabet_has_each_character_once_and_those_that_business_needs() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert set("AZazАЯаяЁё09№₽€$£°«»—%&@ ") <= set(ALPHABET)
    assert len(ALPHABET) + 1 == CLASSES


def test_class_numbers_begin_after_the_blank() -> None:
    assert min(encode(ALPHABET)) == 1
    assert max(encode(ALPHABET)) == CLASSES - 1
    with pytest.raises(KeyError):
        encode("漢")


@given(TEXT, TEXT)
def test_edits_are_the_same_both_ways_and_no_more_than_the_longer_text(first: str, second: str) -> None:
    edits = edit_distance(first, second)
    assert edits == edit_distance(second, first)
    assert abs(len(first) - len(second)) <= edits <= max(len(first), len(second))
    assert (edits == 0) == (first == second)


@given(TEXT, TEXT, TEXT)
def test_a_detour_never_takes_fewer_edits(first: str, second: str, third: str) -> None:
    assert edit_distance(first, third) <= edit_distance(first, second) + edit_distance(second, third)


def test_the_error_rate_counts_edits_over_the_truths_characters() -> None:
    assert character_error_rate([("total", "totel"), ("12.50", "12.50")]) == pytest.approx(0.1)
    assert character_error_rate([]) == 0.0


def test_crops_come_to_one_height_in_their_proportions() -> None:
    assert prepared(np.zeros((64, 200), np.uint8)).shape == (HEIGHT, 100)
    assert prepared(np.zeros((16, 50, 3), np.uint8)).shape == (HEIGHT, 100)


def test_a_batch_repeats_each_lines_last_column() -> None:
    narrow, wide = np.full((HEIGHT, 20), 255, np.uint8), np.zeros((HEIGHT, 40), np.uint8)
    narrow[:, -1] = 0
    batch = batched([narrow, wide])
    assert batch.shape == (2, 1, HEIGHT, 40)
    assert batch[0, 0, :, :19].min() == pytest.approx(1.0)
    assert batch[0, 0, :, 19:].max() == pytest.approx(-1.0)


def test_repeats_are_merged_unless_a_blank_stands_between() -> None:
    steps = [0, *encode("a"), *encode("a"), 0, *encode("a"), *encode("b"), 0]
    scores = np.full((len(steps), CLASSES), -5.0, np.float32)
    scores[np.arange(len(steps)), steps] = 5.0
    assert text_of(scores) == "aab"
    assert probabilities_of(scores).sum(axis=1) == pytest.approx(np.ones(len(steps)))
