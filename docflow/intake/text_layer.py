"""A PDF page's own text: words with boxes in pixels, in the order in which the page was written."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from docflow.intake.geometry import PageFrame
from docflow.types import Box, Word

MOST_CHARACTERS = 100_000
"""Characters of one page; a page of small print has 15,000. What has more is not worth its seconds as text."""

LEAST_LEVEL = 0.25
"""Of the lower of two boxes, the share of its height that overlaps where one follows the other on a line: boxes are as
tall as their font's line, so that those of lines that are set tight overlap as well."""
WIDEST_GAP = 2.0
"""Heights from a word to one beside it that may be raised, such as the number of a footnote."""

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
    """The runs of words that PDFium finds on a page, each about a line, and the characters as they are stored.

    `rotation` is by how many degrees the page has to be turned clockwise for most of its text to be upright, a multiple
    of 90. Boxes are those of the page turned so. `invisible` is the share of the characters, 0…1, that are written in
    the mode that draws nothing, as recognised text is behind a scan.
    """

    runs: tuple[tuple[Word, ...], ...]
    characters: str
    rotation: int = 0
    invisible: float = 0.0


@dataclass(frozen=True, slots=True)
class Token:
    """Characters between blanks, by the numbers of the first and the last, or the blanks that end a line.

    `turn` is by how many degrees the text is turned clockwise on the unturned page, to the nearest quarter.
    """

    text: str
    first: int
    last: int
    turn: int
    is_invisible: bool


def read_text_layer(page: Any, frame: PageFrame) -> TextLayer:
    """All the page's text that is seen or could be: words outside the visible part are left out."""
    textpage = page.get_textpage()
    try:
        return _read(textpage.raw, frame)
    finally:
        textpage.close()


def _read(handle: Any, frame: PageFrame) -> TextLayer:
    characters = _characters(handle)
    tokens = [
        Token(
            _whole(token[0]).translate(TIDY),
            token.start(),
            token.end() - 1,
            turn=_turn(handle, token.start()),
            is_invisible=_is_invisible(handle, token.start()),
        )
        for token in TOKEN.finditer(characters)
    ]
    usual = _usual_turn(tokens)
    rotation = -(usual + frame.rotation) % 360
    boxes = frame.turned(rotation).to_pixels(_word_rectangles(handle, tokens)).tolist()
    runs: list[list[Word]] = [[]]
    for token, (x0, y0, x1, y1) in zip(tokens, boxes, strict=True):
        if not token.text.strip():
            runs.append([])
        elif not math.isnan(x0):
            word = Word(token.text, Box(x0, y0, x1, y1), 1.0)
            if runs[-1] and token.turn == usual and not _follows(runs[-1][-1].box, word.box):
                runs.append([])
            runs[-1].append(word)
    return TextLayer(
        tuple(tuple(run) for run in runs if run), _whole(characters), rotation, invisible=_invisible_share(tokens)
    )


def _usual_turn(tokens: Sequence[Token]) -> int:
    """The turn of most characters; 0 where there are none."""
    turns: Counter[int] = Counter()
    for token in tokens:
        turns[token.turn] += len(token.text.strip())
    return max(turns, key=turns.__getitem__, default=0)


def _invisible_share(tokens: Sequence[Token]) -> float:
    lengths = [(len(token.text.strip()), token.is_invisible) for token in tokens]
    return sum(length for length, hidden in lengths if hidden) / max(1, sum(length for length, _ in lengths))


def _follows(before: Box, box: Box) -> bool:
    """Whether an upright word may stand on the line that the one with the box `before` stands on.

    PDFium tells where lines end, but not where one field of a form ends and the next begins.
    """
    height = min(before.y1 - before.y0, box.y1 - box.y0)
    is_level = min(before.y1, box.y1) - max(before.y0, box.y0) > LEAST_LEVEL * height
    return is_level or 0 <= box.x0 - before.x1 <= WIDEST_GAP * height


def _turn(handle: Any, index: int) -> int:
    # PDFium answers -1 where it does not know.
    angle = max(0.0, pdfium_c.FPDFText_GetCharAngle(handle, index))
    return round(math.degrees(angle) / 90) % 4 * 90


def _is_invisible(handle: Any, index: int) -> bool:
    written = pdfium_c.FPDFText_GetTextObject(handle, index)
    return bool(pdfium_c.FPDFTextObj_GetTextRenderMode(written) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE)


def _characters(handle: Any) -> str:
    """One character for each of PDFium's, so that an index counts in both: outside the BMP, half a surrogate pair."""
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


def _whole(characters: str) -> str:
    """The text with surrogate pairs joined, and U+FFFD for halves without the other."""
    return characters.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")


def _word_rectangles(handle: Any, tokens: Sequence[Token]) -> NDArray[np.float64]:
    """Left, bottom, right, top of each word in points, as tall as its font's line.

    Taken from the first and the last character alone: asking for each would cost three times as long.
    """
    ends = [index for token in tokens for index in (token.first, token.last)]
    rectangles = (pdfium_c.FS_RECTF * len(ends))()
    for index, rectangle in zip(ends, rectangles, strict=True):
        if not pdfium_c.FPDFText_GetLooseCharBox(handle, index, rectangle):
            rectangle.left = math.nan
    corners = np.frombuffer(rectangles, dtype=np.float32).astype(np.float64).reshape(-1, 2, 4)
    # FS_RECTF holds left, top, right, bottom, and a turned character may have them the other way round.
    across, down = corners[:, :, [0, 2]].reshape(-1, 4), corners[:, :, [1, 3]].reshape(-1, 4)
    return np.stack([across.min(axis=1), down.min(axis=1), across.max(axis=1), down.max(axis=1)], axis=1)
