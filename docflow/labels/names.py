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

SPACES = re.compile("[ \N{NO-BREAK SPACE}]+")


def valid_label(label: str) -> str:
    """The label as it is kept; raises `RequestError` where it is empty, too long or not printable.

    It is composed (NFC), with one space between words and none around it; `unknown` is so in any case of letters.
    """
    label = spelt(label)
    if not label or len(label) > LABEL_CHARACTERS or not label.isprintable():
        raise RequestError(
            f"a label has 1 to {LABEL_CHARACTERS} printable characters, and this is {label[:LABEL_CHARACTERS]!r}",
            next_step="Give the name of a kind, such as invoice.",
        )
    return UNKNOWN if label.casefold() == UNKNOWN else label


def valid_source(source: str) -> str:
    """The source as it is kept, empty where nobody says; raises `RequestError` where it is too long or not printable.

    It is composed and spaced as a label.
    """
    source = spelt(source)
    if len(source) > SOURCE_CHARACTERS or not source.isprintable():
        raise RequestError(
            f"a source has at most {SOURCE_CHARACTERS} printable characters, and this is {source[:LABEL_CHARACTERS]!r}",
            next_step="Give the name of who sent the document, or of the folder that it came from.",
        )
    return source


def spelt(name: str) -> str:
    """The name as everybody spells it who sees it: file systems and keyboards compose letters in different ways."""
    return SPACES.sub(" ", unicodedata.normalize("NFC", name)).strip()
