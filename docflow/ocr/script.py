"""A cheap look at which of the languages a text is written in, by its script."""

from __future__ import annotations

import re

CYRILLIC = re.compile(r"[А-Яа-яЁё]")
LATIN = re.compile(r"[A-Za-z]")
CYRILLIC_LANGUAGES = frozenset({"rus", "ukr", "bel", "bul", "srp", "mkd", "kaz", "script/Cyrillic"})


def language_of(text: str, *, languages: str) -> str:
    """Which of `languages` (`eng+rus`) the text's script speaks for; all of them where it speaks for none.

    Letters are counted, so a Russian invoice with a few Latin names is `rus`.
    """
    codes = languages.split("+")
    cyrillic, latin = len(CYRILLIC.findall(text)), len(LATIN.findall(text))
    if not cyrillic and not latin:
        return languages
    fitting = [code for code in codes if (code in CYRILLIC_LANGUAGES) == (cyrillic >= latin)]
    return "+".join(fitting) or languages
