"""Text as both databases can keep it."""

from __future__ import annotations

import re
from typing import Any

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL's text and jsonb refuse, and lone surrogates, which have no UTF-8.

PDF text layers and file names have both.
"""


def storable(text: str) -> str:
    """The text with a replacement character for each character that a database refuses."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def storable_lists(values: list[Any]) -> list[Any]:
    """The list, and all lists in it, with every text `storable`."""
    return [
        storable(value) if isinstance(value, str) else storable_lists(value) if isinstance(value, list) else value
        for value in values
    ]
