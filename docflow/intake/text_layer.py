"""A PDF page's own text: words with boxes in pixels, in the order in which the page was written."""

from __future__ import annotations

import ctypes
import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from docflow.intake.geometry import PageFrame
from docflow.types import Box, Word

MOST_CHARACTERS = 100_000
"""Characters of one page; a page of small print has 15,000. What has more is not worth its seconds as text."""

TOKEN = re.compile(r"[\r\n]+|\S+")

TIDY = str.maketrans(
    {
        "\x02": "-",  # PDFium's sign for a hyphen at the end of a line
        "\ufffe": "-",  # the same, in older versions
        "\u00ad": None,
        "\u200b": None,
        "\ufeff": None,
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
    }
)
"""Marks that are not printed, and ligatures, as plain letters. NFKC would do more than that: it turns № into No."""


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The runs of words that PDFium finds on a page, each about a line, and the characters as they are stored."""

    runs: tuple[tuple[Word, ...], ...]
    characters: str


def read_text_layer(page: Any, frame: PageFrame) -> TextLayer:
    """All the page's text that is seen or could be: words outside the visible part are left out."""
    textpage = page.get_textpage()
    try:
        return _read(textpage.raw, frame)
    finally:
        textpage.close()


def _read(handle: Any, frame: PageFrame) -> TextLayer:
    text = _characters(handle)
    tokens = [(token.start(), token.end() - 1, token[0].translate(TIDY)) for token in TOKEN.finditer(text)]
    boxes = frame.to_pixels(_word_rectangles(handle, [(first, last) for first, last, _ in tokens])).tolist()
    runs: list[list[Word]] = [[]]
    for (_, _, shown), (x0, y0, x1, y1) in zip(tokens, boxes, strict=True):
        if not shown.strip():
            runs.append([])
        elif not math.isnan(x0):
            runs[-1].append(Word(shown, Box(x0, y0, x1, y1), 1.0))
    return TextLayer(tuple(tuple(run) for run in runs if run), text)


def _characters(handle: Any) -> str:
    """One character for each of PDFium's, so that an index counts in both."""
    count = pdfium_c.FPDFText_CountChars(handle)
    if count <= 0 or count > MOST_CHARACTERS:
        return ""
    units = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium_c.FPDFText_GetText(handle, 0, count, units)
    if written == count + 1:
        text = bytes(units)[: 2 * count].decode("utf-16-le", errors="surrogatepass")
        if len(text) == count and "\0" not in text:
            return text
    # The bulk call leaves out what has no Unicode value, which would shift all that follows.
    return "".join(chr(pdfium_c.FPDFText_GetUnicode(handle, index) or 0xFFFD) for index in range(count))


def _word_rectangles(handle: Any, spans: list[tuple[int, int]]) -> NDArray[np.float64]:
    """Left, bottom, right, top of each word in points, as tall as its font's line.

    Taken from the first and the last character alone: asking for each would cost three times as long.
    """
    ends = [index for span in spans for index in span]
    rectangles = (pdfium_c.FS_RECTF * len(ends))()
    for index, rectangle in zip(ends, rectangles, strict=True):
        if not pdfium_c.FPDFText_GetLooseCharBox(handle, index, rectangle):
            rectangle.left = math.nan
    corners = np.frombuffer(rectangles, dtype=np.float32).astype(np.float64).reshape(-1, 2, 4)
    # FS_RECTF holds left, top, right, bottom, and a turned character may have them the other way round.
    across, down = corners[:, :, [0, 2]].reshape(-1, 4), corners[:, :, [1, 3]].reshape(-1, 4)
    return np.stack([across.min(axis=1), down.min(axis=1), across.max(axis=1), down.max(axis=1)], axis=1)
