"""Tesseract's TSV, the one output from which words, boxes, confidences and text all come."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from docflow.types import Box, Line, Word

WORD_LEVEL = "5"
COLUMNS = 12


def parse_tsv(tsv: str, *, scale: float = 1.0) -> tuple[Line, ...]:
    """The lines of a page in Tesseract's reading order; blank words are left out, and lines that have no other.

    `scale` is how much larger the recognised image was than the page that the boxes are for.

    The columns are level, page, block, paragraph, line, word, left, top, width, height, confidence (0…100), text:
    https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html
    """
    return tuple(
        Line(tuple(word for _, word in words)) for _, words in groupby(_words(tsv, scale), key=lambda pair: pair[0])
    )


def _words(tsv: str, scale: float) -> Iterator[tuple[tuple[str, ...], Word]]:
    for row in tsv.splitlines():
        cells = row.split("\t", COLUMNS - 1)
        if len(cells) != COLUMNS or cells[0] != WORD_LEVEL or not cells[11].strip():
            continue
        left, top, width, height = (float(cell) / scale for cell in cells[6:10])
        confidence = min(max(float(cells[10]) / 100, 0.0), 1.0)
        box = Box(left, top, left + width, top + height)
        yield tuple(cells[1:5]), Word(cells[11].strip(), box, confidence)
