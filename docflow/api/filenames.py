"""A file's name as it may be kept and shown: what the client called it, without what could do harm."""

from __future__ import annotations

import re
import unicodedata

NAMELESS = "document"
"""The name of a file whose own has nothing left to show."""

MOST_CHARACTERS = 255


def clean_filename(name: str) -> str:
    """The base name, normalised, in visible characters only, at most 255 of them.

    Format characters go as control characters do: among them are those that reverse the direction of
    writing, with which `exe.fdp` shows as `pdf.exe`.
    """
    base = re.split(r"[\\/]", name)[-1]
    visible = "".join(c for c in unicodedata.normalize("NFC", base) if not unicodedata.category(c).startswith("C"))
    shown = " ".join(visible.split())
    if not shown.strip(". "):
        return NAMELESS
    stem, dot, extension = shown.rpartition(".")
    if len(shown) > MOST_CHARACTERS and dot and len(extension) < 16:
        return f"{stem[: MOST_CHARACTERS - len(extension) - 1]}.{extension}"
    return shown[:MOST_CHARACTERS]
