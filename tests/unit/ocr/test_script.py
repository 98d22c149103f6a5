"""Languages are told apart by the script that they are written in, and texts by theirs."""

from __future__ import annotations

import pytest

from docflow.ocr.script import Script, language_of, script_of


@pytest.mark.parametrize(
    ("code", "script"),
    [
        ("eng", Script.LATIN),
        ("deu", Script.LATIN),
        ("rus", Script.CYRILLIC),
        ("script/Cyrillic", Script.CYRILLIC),
        ("script/Latin", Script.LATIN),
        ("chi_sim", Script.OTHER),
        ("chi_tra_vert", Script.OTHER),
        ("ara", Script.OTHER),
        ("vie", Script.OTHER),
        ("tam", Script.OTHER),
        ("srp_latn", Script.LATIN),
        ("uzb_cyrl", Script.CYRILLIC),
        ("script/Arabic", Script.OTHER),
        ("script/HanS_vert", Script.OTHER),
    ],
)
def test_a_language_has_a_script(code: str, script: Script) -> None:
    assert script_of(code) is script


def test_a_few_names_in_latin_do_not_change_a_russian_text() -> None:
    assert language_of("Счёт на оплату услуг Microsoft", languages="eng+rus") == "rus"


def test_all_languages_of_the_script_are_named() -> None:
    assert language_of("Rechnung", languages="eng+rus+deu") == "eng+deu"


@pytest.mark.parametrize("text", ["", "12 345,00", "— № ₽"])
def test_a_text_without_letters_may_be_in_any(text: str) -> None:
    assert language_of(text, languages="rus+eng") == "rus+eng"
