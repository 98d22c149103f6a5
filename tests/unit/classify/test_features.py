from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from docflow.classify.features import (
    BUCKETS,
    MAX_CHARS,
    count_features,
    ngram_buckets,
    normalise,
    normalised_lines,
    without_heaps,
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Invoice  No. 17\n\tTotal:  €1,234.50", "invoice no 00 total €0 000 00"),
        ("ﬁle", "file"),
        ("A—B – C-D", "a b c d"),
        ("under_score", "under score"),
        (" .,;:!? ", ""),
        ("", ""),
        ("9 ٣ ²", "0 0 0"),
        ("broken \ud800 surrogate 😀 picture", "broken surrogate picture"),
    ],
)
def test_text_is_read_without_case_digits_and_punctuation(text: str, read: str) -> None:
    assert normalise(text) == read


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Invoice No. 17\nTotal:  €5", ["invoice no 00", "total €0"]),
        ("one\r\ntwo\x0cthree", ["one", "two", "three"]),
        ("a\n\n --- \nb", ["a", "b"]),
        ("", []),
    ],
)
def test_lines_are_read_as_the_text_is_and_empty_ones_are_left_out(text: str, lines: list[str]) -> None:
    assert list(normalised_lines(text)) == lines


def test_letters_that_look_alike_are_the_same_letter() -> None:
    latin_c = "CЧEТ НА ОПЛATУ"
    assert normalise(latin_c) == normalise("СЧЕТ НА ОПЛАТУ") == normalise("счёт на оплату")


def test_a_letter_with_its_accent_apart_is_the_same_letter() -> None:
    assert normalise("и\u0306") == normalise("й")


def test_only_the_beginning_of_a_long_text_counts() -> None:
    beginning = "word " * (MAX_CHARS // 5)
    assert normalise(beginning + "contract") == normalise(beginning)


@pytest.mark.parametrize("text", ["", "a", "total due 00", "a bb ccc dddd eeeee ffffff"])
def test_the_ngrams_are_as_many_as_the_vectorisers_of_scikit_learn_find(text: str) -> None:
    expected = Counter()
    for options in (
        {"ngram_range": (1, 2), "token_pattern": r"\S+"},
        {"ngram_range": (2, 5), "analyzer": "char_wb"},
    ):
        expected.update(CountVectorizer(**options).build_analyzer()(text))
    assert len(ngram_buckets(text)) == sum(expected.values())


def test_the_same_ngram_has_one_bucket_wherever_it_stands() -> None:
    alone, later = count_features(["total"]), count_features(["a long text before the total"])
    assert set(alone.indices) <= set(later.indices)


def test_different_ngrams_hardly_ever_share_a_bucket() -> None:
    words = [f"{a}{b}{c}" for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyz"]
    buckets = {int(ngram_buckets(word)[0]) for word in words}
    assert len(buckets) > 0.99 * len(words)


def test_counts_are_one_row_a_text_and_empty_texts_have_none() -> None:
    counts = count_features(["", "total total", "…"])
    assert counts.shape == (3, BUCKETS)
    assert counts.dtype == np.float32
    assert np.diff(counts.indptr).tolist() == [0, counts.nnz, 0]
    assert count_features([]).shape == (0, BUCKETS)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_reading_it_again_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert "  " not in once
    assert once == once.strip()
    assert all(0 <= bucket < BUCKETS for bucket in ngram_buckets(once))


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_the_lines_of_any_text_are_what_the_text_is_read_as(text: str) -> None:
    assert " ".join(normalised_lines(text)) == normalise(text)


def test_without_characters_only_words_and_pairs_of_words_are_counted() -> None:
    words = count_features(["total due total"], characters=False)
    assert sorted(words.data.tolist()) == [1, 1, 1, 2]
    both = count_features(["total due total"])
    assert both.sum() > words.sum()
    assert (both - words).min() >= 0


def test_marks_heaped_on_one_letter_are_read_in_no_time_and_eight_of_them_count() -> None:
    began = time.process_time()
    for mark in ("\u0300\u0323", "\U0001d165\u0323"):
        assert normalise("a" + mark * 10_000) == normalise("a" + mark * 4)
    assert time.process_time() - began < 1.0
    assert without_heaps("e\u0301" * 30) == "e\u0301" * 30
    assert without_heaps("b" + "\u0301" * 20 + "e" + "\u0323" * 9) == "b" + "\u0301" * 8 + "e" + "\u0323" * 8
