"""The names of labels and sources, each in one spelling: two that look the same are the same."""

from __future__ import annotations

import re
import unicodedata

from docflow.errors import RequestError
from docflow.types import UNKNOWN

LABEL_CHARACTERS = 100
"""Longest label: it is a name for a kind, not a sentence."""

SOURCE_CHARACTERS = 200
"""Longest name of where documents came from: a path of folders, at most."""

WHO_CHARACTERS = 200
"""Longest name of who gave a label."""

TIMES_AS_GIVEN = 10
"""How many times as long a name may come as it is kept: composing letters and spaces shortens it.

What is longer is not composed at all, since that takes quadratic time on letters with many marks: ten milliseconds for
2,000 characters, and eleven seconds for 64,000.
"""

SPACES = re.compile("[ \N{NO-BREAK SPACE}]+")


def valid_label(label: str) -> str:
    """The label as it is kept; raises `RequestError` where it is empty, too long or not printable.

    It is composed (NFC), with one space between words and none around it; `unknown` is so in any case of letters.
    """
    label = spelt(label, most=LABEL_CHARACTERS)
    if not label or not fits(label, most=LABEL_CHARACTERS):
        raise RequestError(
            f"a label has 1 to {LABEL_CHARACTERS} printable characters, and this is {label[:LABEL_CHARACTERS]!r}",
            next_step="Give the name of a kind, such as invoice.",
        )
    return UNKNOWN if label.casefold() == UNKNOWN else label


def valid_source(source: str) -> str:
    """The source as it is kept, empty where nobody says; raises `RequestError` where it is too long or not printable.

    It is composed and spaced as a label.
    """
    next_step = "Give the name of who sent the document, or of the folder that it came from."
    return valid_name(source, most=SOURCE_CHARACTERS, what="a source", next_step=next_step)


def valid_who(who: str) -> str:
    """Who says so, as it is kept, empty where nobody says; raises `RequestError` where it is too long or not printable.

    It is composed and spaced as a label.
    """
    return valid_name(who, most=WHO_CHARACTERS, what="who says so", next_step="Give a person's name.")


def valid_name(name: str, *, most: int, what: str, next_step: str) -> str:
    """The name as it is kept, which may be empty; raises `RequestError`, which says `what` it is, where it is none."""
    name = spelt(name, most=most)
    if not fits(name, most=most):
        raise RequestError(
            f"{what} has at most {most} printable characters, and this is {name[:LABEL_CHARACTERS]!r}",
            next_step=next_step,
        )
    return name


def fits(name: str, *, most: int) -> bool:
    """Whether the name is short enough and all of it can be seen."""
    return len(name) <= most and name.isprintable()


def spelt(name: str, *, most: int) -> str:
    """The name as everybody spells it who sees it: file systems and keyboards compose letters in different ways.

    One that is far too long for `most` characters comes back as it is.
    """
    if len(name) > TIMES_AS_GIVEN * most:
        return name
    return SPACES.sub(" ", unicodedata.normalize("NFC", name)).strip()
