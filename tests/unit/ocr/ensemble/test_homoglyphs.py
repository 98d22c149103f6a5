"""Latin and Cyrillic letters that look alike are put right inside a word, and nothing else is changed."""

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from readings import line_of

from docflow.ocr.ensemble import repair_lines, repair_word
from docflow.ocr.ensemble.homoglyphs import CYRILLIC, LATIN, TO_CYRILLIC, TO_LATIN, Script, unambiguous_scripts

LATIN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CYRILLIC_LETTERS = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"

contexts = st.sampled_from([LATIN, CYRILLIC, None])
single_script = st.one_of(
    st.text(LATIN_LETTERS, min_size=1, max_size=14), st.text(CYRILLIC_LETTERS, min_size=1, max_size=14)
)
anything = st.one_of(st.text(max_size=12), st.text(LATIN_LETTERS + CYRILLIC_LETTERS + "-.0@«»№", max_size=14))


@given(text=anything, context=contexts)
def test_repair_is_idempotent_and_keeps_the_length(text: str, context: Script | None) -> None:
    once = repair_word(text, context=context)
    assert len(once) == len(text)
    assert repair_word(once, context=context) == once


@given(text=single_script, context=contexts)
def test_a_word_in_one_script_is_never_changed(text: str, context: Script | None) -> None:
    assert repair_word(text, context=context) == text


@given(text=single_script, context=contexts, seed=st.integers(0, 1000))
def test_homoglyphs_put_into_a_word_are_undone(text: str, context: Script | None, seed: int) -> None:
    assume(len(text) >= 4)
    assume(any(unambiguous_scripts(text)))
    table = TO_CYRILLIC if text[0] in LATIN_LETTERS else TO_LATIN
    rng = random.Random(seed)
    injected = "".join(letter.translate(table) if rng.random() < 0.5 else letter for letter in text)
    assert repair_word(injected, context=context) == text


@pytest.mark.parametrize(
    ("mixed", "repaired"),
    [
        ("Cчёт", "Счёт"),
        ("Invоice", "Invoice"),
        ("«Кoмпaния»,", "«Компания»,"),
        ("Web-cайт", "Web-сайт"),
    ],
)
def test_letters_that_one_script_alone_has_decide(mixed: str, repaired: str) -> None:
    assert repair_word(mixed) == repaired


@pytest.mark.parametrize("identifier", ["А123BC77", "infо@example.com", "www.сайт.com", "GB82WESТ12345", "C:\\Счёт"])
def test_an_identifier_stays_as_it_is(identifier: str) -> None:
    assert repair_word(identifier, context=CYRILLIC) == identifier


def test_a_word_with_letters_of_both_scripts_alone_stays_as_it_is() -> None:
    assert repair_word("ЖурналWizard") == "ЖурналWizard"


def test_where_no_letter_decides_the_words_beside_it_do() -> None:
    russian, english = line_of("Поставщик РOCА"), line_of("Buyer РOCА")
    assert [line.text for line in repair_lines([russian, english], languages="eng+rus")] == [
        "Поставщик РОСА",
        "Buyer POCA",
    ]


def test_where_the_line_does_not_decide_the_page_and_then_the_languages_do() -> None:
    lone = line_of("РOCА")
    assert repair_lines([lone, line_of("Лист")], languages="eng+rus")[0].text == "РОСА"
    assert repair_lines([lone], languages="eng")[0].text == "POCA"
    assert repair_lines([lone], languages="eng+rus")[0].text == "РOCА"


@given(said=st.lists(st.lists(st.text(LATIN_LETTERS[:8] + CYRILLIC_LETTERS[:8] + "оoсc", min_size=1, max_size=6),
                              min_size=1, max_size=4), max_size=4),
       languages=st.sampled_from(["eng", "rus", "eng+rus"]))  # fmt: skip
def test_repairing_a_page_twice_changes_nothing_more(said: list[list[str]], languages: str) -> None:
    lines = [line_of(" ".join(words)) for words in said]
    once = repair_lines(lines, languages=languages)
    assert repair_lines(once, languages=languages) == once


def test_boxes_and_confidences_stay() -> None:
    line = line_of("Cчёт", confidence=0.7)
    (repaired,) = repair_lines([line], languages="rus")
    assert (repaired.words[0].box, repaired.words[0].confidence) == (line.words[0].box, 0.7)
