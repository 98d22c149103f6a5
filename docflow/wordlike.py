"""Whether text looks like words, without a dictionary: by its vowels, its capitals and where its digits stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from docflow.types import Word

LETTERS_TO_COUNT_VOWELS = 100
VOWELS = re.compile(r"[aeiouyаеёиоуыэюяіїєў]")
NUMBER = re.compile(r"[A-ZА-ЯЁ]{0,3}\d[\d.,:/\-–'  ]*|\d[\d.,:/\-–'  ]*[^\W\d_]{0,3}")
WORD = re.compile(r"[^\W\d_]+(?:[-'’./][^\W\d_]+)*")
CASED = re.compile(r"(?:[^\W\d_]?[^\W\d_A-ZА-ЯЁ]*|[A-ZА-ЯЁ]+(?:s|[a-zа-яё]{2,})?)")
CORE = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
"""From a word's first letter or digit to its last. Stripping the signs around it would take the square of their run."""


def vowel_share(letters: Mapping[str, int]) -> float:
    """The share of vowels in these counts of letters; 1 where too few are Latin or Cyrillic to tell."""
    known = {letter: count for letter, count in letters.items() if _script(letter) != "other"}
    if sum(known.values()) < LETTERS_TO_COUNT_VOWELS:
        return 1.0
    vowels = sum(count for letter, count in known.items() if _has_vowel(letter))
    return _share(vowels, sum(known.values()))


def _has_vowel(part: str) -> bool:
    return VOWELS.search(unicodedata.normalize("NFD", part.lower())) is not None


def wordlike_share(words: Sequence[Word]) -> float:
    """The share of words, weighted by length, that could be one; signs that stand alone do not count."""
    bare = [core[0] for word in words if (core := CORE.search(word.text))]
    return _share(sum(len(core) for core in bare if is_wordlike(core)), sum(map(len, bare)))


@lru_cache(maxsize=8192)
def is_wordlike(core: str) -> bool:
    """Whether letters and digits stand together as words, numbers and units do, in whatever language."""
    if NUMBER.fullmatch(core):
        return True
    if not WORD.fullmatch(core):
        return False
    return all(_is_plausible(part) for part in re.split(r"[-'’./]", core))


def _is_plausible(part: str) -> bool:
    scripts = {_script(letter) for letter in part}
    if len(scripts) > 1:
        return False
    if scripts == {"other"}:
        return True
    if not CASED.fullmatch(part):
        return False
    return len(part) < (5 if part.isupper() else 4) or _has_vowel(part)


def _script(letter: str) -> str:
    if "\u0400" <= letter <= "\u04ff":
        return "Cyrillic"
    return "Latin" if letter <= "\u024f" or "\u1e00" <= letter <= "\u1eff" else "other"


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
