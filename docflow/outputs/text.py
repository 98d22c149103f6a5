"""Plain text: a line for each line, pages parted by form feeds, as Tesseract and pdftotext have it."""

from __future__ import annotations

from collections.abc import Sequence

from docflow.outputs.characters import fit
from docflow.types import PageText

PAGE_BREAK = "\f"


def to_text(pages: Sequence[PageText]) -> str:
    """The pages' lines, each ended by a newline; a form feed stands between two pages."""
    return PAGE_BREAK.join("".join(f"{fit(line.text)}\n" for line in page.lines) for page in pages)
