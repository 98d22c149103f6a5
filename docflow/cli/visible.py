"""Text that others wrote, as it may be shown: a terminal obeys characters that cannot be seen."""

from __future__ import annotations

import unicodedata

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode's categories of control and format characters, of what is none, and of what breaks lines and paragraphs."""


def visible(text: str) -> str:
    """The text with the escapes of characters that cannot be seen."""
    return "".join(one.encode("unicode_escape").decode() if is_hidden(one) else one for one in text)


def visible_lines(text: str) -> str:
    """The text made visible, in its lines."""
    return "\n".join(map(visible, text.splitlines()))


def is_hidden(character: str) -> bool:
    """Whether it is a control or format character, a separator of lines, or none at all."""
    return unicodedata.category(character) in HIDDEN
