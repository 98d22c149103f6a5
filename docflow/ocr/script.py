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


CYRILLIC_LANGUAGES = frozenset({"rus", "ukr", "bel", "bul", "srp", "mkd", "kaz", "script/Cyrillic"})
OTHER_LANGUAGES = frozenset(
    {"ara", "chi_sim", "chi_tra", "ell", "heb", "hin", "jpn", "kat", "kor", "tha", "vie", "hye", "ben", "fas", "urd"}
)
"""Languages that a document in Latin or Cyrillic script is not in; all that are not listed count as Latin."""


def script_of(code: str) -> Script:
    """The script that this language is written in."""
    if code in CYRILLIC_LANGUAGES:
        return Script.CYRILLIC
    return Script.OTHER if code.removesuffix("_vert") in OTHER_LANGUAGES else Script.LATIN


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
