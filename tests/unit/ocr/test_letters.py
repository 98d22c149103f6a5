"""Letters that follow each other in words are likely, and which digit it is does not matter."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.ocr.letters import LEAST_COUNT, SHIPPED, LetterModel, letter_model

WORDS = {"total": 40.0, "tall": 10.0, "invoice": 20.0, "12.50": 30.0}


@pytest.fixture(scope="module")
def model() -> LetterModel:
    return LetterModel.learn(WORDS)


def test_a_word_that_was_learnt_is_likelier_than_its_misreading(model: LetterModel) -> None:
    assert model.log_probability("total") > model.log_probability("tota1") + 1
    assert model.log_probability("invoice") > model.log_probability("invcioe") + 1


def test_case_and_digits_make_no_difference(model: LetterModel) -> None:
    assert model.log_probability("TOTAL") == model.log_probability("total")
    assert model.log_probability("98.76") == model.log_probability("12.50")


def test_a_letter_that_was_never_seen_is_unlikely_and_not_impossible(model: LetterModel) -> None:
    assert -50 < model.log_probability("t☃l") < model.log_probability("tol")


def test_what_may_come_next_adds_up_to_no_more_than_one(model: LetterModel) -> None:
    beginnings = [model.log_probability(letter) for letter in "abcdefghijklmnopqrstuvwxyz0.,"]
    assert 0 < sum(math.exp(p) for p in beginnings) <= 1


def test_rare_combinations_are_left_out_and_rare_letters_are_not() -> None:
    few = LetterModel.learn({"ab": LEAST_COUNT - 1.0, "cd": 1.0 * LEAST_COUNT})
    lines = LetterModel.read(few.packed())
    assert few.log_probability("cd") > few.log_probability("ab") > few.log_probability("xy")
    assert lines.log_probability("ab") == few.log_probability("ab")


@given(word=st.text(max_size=12))
def test_a_file_says_what_was_packed(word: str) -> None:
    model = LetterModel.learn(WORDS)
    again = LetterModel.read(model.packed())
    assert again.log_probability(word) == model.log_probability(word) < 0
    assert again.packed() == model.packed()


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("eng", "Rounding", "Roundlng"),
        ("eng", "kilometre", "kllometre"),
        ("eng", "RM12.00", "RM12.o0"),
        ("rus", "Накладная", "Накпадная"),
        ("rus", "ООО", "0ОО"),
    ],
)
def test_the_models_that_come_along_know_how_words_are_spelt(language: str, right: str, wrong: str) -> None:
    shipped = letter_model(language)
    assert shipped.log_probability(right) > shipped.log_probability(wrong) + 1


def test_a_model_is_read_once() -> None:
    assert all(letter_model(language) is letter_model(language) for language in SHIPPED)
