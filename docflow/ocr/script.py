"""Which script a language is written in, and which languages a text's letters speak for."""

from __future__ import annotations

import re
from enum import StrEnum

CYRILLIC = re.compile(r"[А-Яа-яЁё]")
LATIN = re.compile(r"[A-Za-z]")


class Script(StrEnum):
    """The writing systems that are told apart."""

    LATIN = "Latin"
    CYRILLIC = "Cyrillic"
    OTHER = "other"


CYRILLIC_LANGUAGES = frozenset({
    "rus", "ukr", "bel", "bul", "srp", "mkd", "kaz", "kir", "tgk", "tat", "mon", "aze_cyrl", "uzb_cyrl",
    "script/Cyrillic",
})  # fmt: skip
OTHER_LANGUAGES = frozenset({
    "amh", "ara", "asm", "ben", "bod", "chi_sim", "chi_tra", "chr", "div", "dzo", "ell", "fas", "grc", "guj", "heb",
    "hin", "hye", "iku", "jpn", "kan", "kat", "kat_old", "khm", "kor", "lao", "mal", "mar", "mya", "nep", "ori",
    "pan", "pus", "san", "sin", "snd", "syr", "tam", "tel", "tha", "tir", "uig", "urd", "vie", "yid",
})  # fmt: skip
"""Languages in other scripts, by Tesseract's list
(https://tesseract-ocr.github.io/tessdoc/Data-Files-in-different-versions.html), and Vietnamese, most of whose letters
no other language in Latin script has. All that are not listed count as Latin."""

LATIN_SCRIPTS = frozenset({"script/Latin", "script/Fraktur"})


def script_of(code: str) -> Script:
    """The script that this language is written in."""
    if code in CYRILLIC_LANGUAGES:
        return Script.CYRILLIC
    is_other = code.startswith("script/") and code not in LATIN_SCRIPTS
    return Script.OTHER if is_other or code.removesuffix("_vert") in OTHER_LANGUAGES else Script.LATIN


def language_of(text: str, *, languages: str) -> str:
    """Which of `languages` (`eng+rus`) the text's script speaks for; all of them where it speaks for none.

    Letters are counted, so a Russian invoice with a few Latin names is `rus`.
    """
    codes = languages.split("+")
    cyrillic, latin = len(CYRILLIC.findall(text)), len(LATIN.findall(text))
    if not cyrillic and not latin:
        return languages
    wanted = Script.CYRILLIC if cyrillic >= latin else Script.LATIN
    return "+".join(code for code in codes if script_of(code) is wanted) or languages
