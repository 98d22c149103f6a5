"""Tab-separated values under Tesseract's column names, so that what reads its tables reads these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docflow.outputs.characters import fit
from docflow.types import Box, PageText

COLUMNS = (
    "level", "page_num", "block_num", "par_num", "line_num", "word_num",
    "left", "top", "width", "height", "conf", "text",
)  # fmt: skip

PAGE, LINE, WORD = 1, 4, 5
"""Tesseract's levels; 2 and 3, blocks and paragraphs, are not told apart here."""

NO_CONFIDENCE = "-1"
"""What Tesseract writes for anything but words."""

Row = tuple[object, ...]


def to_tsv(pages: Sequence[PageText]) -> str:
    """A header, then a row for each page, line and word; boxes in whole pixels, confidences from 0 to 100.

    Nothing is quoted: read it with `csv.QUOTE_NONE`, or with `quoting=3` in pandas.
    """
    rows = [COLUMNS, *(row for page in pages for row in _rows(page))]
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def _rows(page: PageText) -> Iterator[Row]:
    yield PAGE, page.number, 0, 0, 0, 0, 0, 0, page.width, page.height, NO_CONFIDENCE, ""
    for line_number, line in enumerate(page.lines, start=1):
        where = (page.number, 1, 1, line_number)
        yield LINE, *where, 0, *_extent(line.box), NO_CONFIDENCE, ""
        for number, word in enumerate(line.words, start=1):
            yield WORD, *where, number, *_extent(word.box), f"{100 * word.confidence:.2f}", fit(word.text)


def _extent(box: Box) -> tuple[int, int, int, int]:
    """Left, top, width and height, of the corners rounded to whole pixels."""
    left, top, right, bottom = (round(value) for value in (box.x0, box.y0, box.x1, box.y1))
    return left, top, right - left, bottom - top
