"""Words that mix Latin and Cyrillic letters, put right: a word is in one script, unless it identifies something.

Only letters that look the same in print are changed, each for its twin, so a word keeps its length and its look.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from docflow.ocr.script import CYRILLIC_LANGUAGES
from docflow.types import Line

Script = Literal["latin", "cyrillic"]
LATIN: Script = "latin"
CYRILLIC: Script = "cyrillic"

TO_CYRILLIC = str.maketrans("ABCEHKMOPTXYËaceopxyëk", "АВСЕНКМОРТХУЁасеорхуёк")
"""The twins. `k` is one in most typefaces, and engines that read both scripts often take the one for the other."""
TO_LATIN = {cyrillic: latin for latin, cyrillic in TO_CYRILLIC.items()}

CYRILLIC_LETTER = re.compile("[\u0400-\u052f]")
LATIN_LETTER = re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff]")
RUN = re.compile(r"[^\W\d_]+")
IDENTIFIER = re.compile(r"\d|@|://|www\.|_|\\", re.IGNORECASE)
"""Account numbers, plates, addresses of mail and web pages, file names: scripts mix in them, or each letter counts."""


def script_of_letter(letter: str) -> Script | None:
    """The script of a letter; None for those of other scripts."""
    if letter.isascii() and letter.isalpha():
        return LATIN
    if "\u0400" <= letter <= "\u052f":
        return CYRILLIC
    return LATIN if letter.isalpha() and ("\u00aa" <= letter <= "\u024f" or "\u1e00" <= letter <= "\u1eff") else None


def repair_lines(lines: Sequence[Line], *, languages: str) -> tuple[Line, ...]:
    """The lines with each word's mixed scripts put right; boxes and confidences as they are.

    Letters that only one script has decide. Where a word has none, those of the line's other words do, then those of
    the page, then the `languages` (`eng+rus`), if all are of one script. Repairing twice changes nothing more.
    """
    if all(is_consistent(line.text) for line in lines):
        # As on most pages, which are not worth a count of their letters.
        return tuple(lines)
    page = prevailing_script(line.text for line in lines) or _script_of_languages(languages)
    return tuple(_repair_line(line, page) for line in lines)


def _repair_line(line: Line, page: Script | None) -> Line:
    if is_consistent(line.text):
        return line
    context = prevailing_script([line.text]) or page
    return Line(tuple(replace(word, text=repair_word(word.text, context=context)) for word in line.words))


def repair_word(text: str, *, context: Script | None = None) -> str:
    """The word in one script; `context` decides where its letters do not.

    Parts between signs are put right each by itself: `Web-сайт` is a word. A word with letters that only Latin and such
    that only Cyrillic has stays as it is, as does an identifier.
    """
    if IDENTIFIER.search(text) or is_consistent(text):
        return text
    return RUN.sub(lambda run: _repair_run(run.group(), context), text)


def is_consistent(text: str) -> bool:
    """Whether no part of the word, or of several, mixes Latin and Cyrillic letters."""
    if text.isascii() or not (CYRILLIC_LETTER.search(text) and LATIN_LETTER.search(text)):
        return True
    return all(len({script_of_letter(letter) for letter in run} - {None}) < 2 for run in RUN.findall(text))


def _repair_run(run: str, context: Script | None) -> str:
    if is_consistent(run):
        return run
    sure = set(unambiguous_scripts(run))
    script = sure.pop() if len(sure) == 1 else context if not sure else None
    if script is None:
        return run
    return run.translate(TO_CYRILLIC if script == CYRILLIC else TO_LATIN)


def unambiguous_scripts(text: str) -> Iterator[Script]:
    """The script of each letter that has no twin in the other."""
    for letter in text:
        script = script_of_letter(letter)
        if script is not None and ord(letter) not in (TO_CYRILLIC if script == LATIN else TO_LATIN):
            yield script


def prevailing_script(texts: Iterable[str]) -> Script | None:
    """The script that most letters without a twin are of; None where neither prevails."""
    balance = 0
    for letter, times in Counter("".join(texts)).items():
        balance += sum(times if script == CYRILLIC else -times for script in unambiguous_scripts(letter))
    return None if balance == 0 else CYRILLIC if balance > 0 else LATIN


def _script_of_languages(languages: str) -> Script | None:
    scripts: set[Script] = {CYRILLIC if code in CYRILLIC_LANGUAGES else LATIN for code in languages.split("+")}
    return scripts.pop() if len(scripts) == 1 else None
