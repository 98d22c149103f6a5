"""Whether a page's text layer says what the page shows, judged from evidence.

The two mistakes do not cost the same: a good layer that is refused costs the seconds of a recognition, a bad one
that is taken loses the page's content without a trace. So every rule refuses when in doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docflow.intake.geometry import PageFrame
from docflow.intake.pictures import PageContent
from docflow.intake.text_layer import TextLayer
from docflow.types import Box
from docflow.wordlike import vowel_share, wordlike_share

FEWEST_CHARACTERS = 8
MOST_UNREADABLE = 0.02
LEAST_ALPHANUMERIC = 0.5
LEAST_WORDLIKE = 0.6
LEAST_WORDLIKE_ON_SCAN = 0.8
"""Text over a picture of the whole page is somebody's recognition, which gets words wrong; a writer does not."""
MOST_ACCENTED = 0.5
"""Cyrillic that is read as Latin-1 has accents on all its letters; French and Vietnamese stay under a third."""
FEWEST_VOWELS = 0.22
"""Of Latin and Cyrillic letters: the corpus's real pages have 32 % at least, shifted glyph numbers 16 %."""
PICTURE_SHARE = 0.12
"""Pictures that cover less of the page are logos and signatures."""
LEAST_PICTURE_READ = 0.25
"""A scan with a recognised text behind it is read along most of its height, one with a stamp or a header is not."""
MOST_INVISIBLE = 0.5
"""Invisible text belongs to a scan: where the page has no picture of one, it says what nobody sees."""
SCAN_SHARE = 0.5
OUTLINE_PATHS = 100
FEWEST_ROWS_BESIDE_OUTLINES = 0.1
"""The limits were set on the 435 pages with text in the corpus's PDFs, by looking at all that they refuse."""

GRID = 40
"""The page is looked at in 40 x 40 cells: a line of text on A4 is about half a cell high."""

UNREADABLE_CATEGORIES = frozenset({"Cc", "Cn", "Co", "Cs"})
LEADERS = re.compile(r"([._\-·…\u2500])\1{2,}|[\s\x02\ufffe]+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the judgement rests on; shares run from 0 to 1.

    `unreadable` and `alphanumeric` are of the characters that are no blanks, `accented` and `vowels` of the letters,
    `wordlike` of the words, `pictures` of the page's area, `pictures_read` of the pictures' height, `rows` of the
    page's height, `invisible` of all characters.
    """

    characters: int
    unreadable: float
    alphanumeric: float
    accented: float
    vowels: float
    wordlike: float
    pictures: float
    pictures_read: float
    rows: float
    paths: int
    invisible: float

    def objection(self) -> str | None:
        """Why the layer is not to be taken; None where it is good."""
        least_wordlike = LEAST_WORDLIKE_ON_SCAN if self.pictures >= SCAN_SHARE else LEAST_WORDLIKE
        outlined = self.paths >= OUTLINE_PATHS and self.rows < FEWEST_ROWS_BESIDE_OUTLINES
        objections = {
            "too few characters": self.characters < FEWEST_CHARACTERS,
            "characters without a meaning": self.unreadable > MOST_UNREADABLE,
            "signs instead of letters": self.alphanumeric < LEAST_ALPHANUMERIC,
            "letters of a wrong encoding": self.accented > MOST_ACCENTED or self.vowels < FEWEST_VOWELS,
            "letters that form no words": self.wordlike < least_wordlike,
            "pictures without text on them": self.pictures >= PICTURE_SHARE and self.pictures_read < LEAST_PICTURE_READ,
            "text that nobody sees": self.pictures < PICTURE_SHARE and self.invisible > MOST_INVISIBLE,
            "drawings that may be letters": outlined,
        }
        return next((reason for reason, holds in objections.items() if holds), None)


def gather_evidence(layer: TextLayer, content: PageContent, frame: PageFrame) -> Evidence:
    """The evidence about one page."""
    words = [word for run in layer.runs for word in run]
    shown = Counter(LEADERS.sub("", layer.characters))
    total = shown.total()
    letters = {character: count for character, count in shown.items() if character.isalpha()}
    accented = sum(count for letter, count in letters.items() if "\u00c0" <= letter <= "\u00ff")
    pictures = _cells([picture.box for picture in content.pictures], frame, inset=0.0)
    # The upper and lower quarter of a word's box hold no ink as a rule.
    text = _cells([word.box for word in words], frame, inset=0.25)
    return Evidence(
        characters=sum(len(word.text) for word in words),
        unreadable=_share(sum(count for character, count in shown.items() if is_unreadable(character)), total),
        alphanumeric=_share(sum(count for character, count in shown.items() if character.isalnum()), total),
        accented=_share(accented, sum(letters.values())),
        vowels=vowel_share(letters),
        wordlike=wordlike_share(words),
        pictures=float(pictures.mean()),
        pictures_read=_share(int((pictures & text).any(axis=1).sum()), int(pictures.any(axis=1).sum())),
        rows=float(text.any(axis=1).mean()),
        paths=content.path_count,
        invisible=layer.invisible,
    )


def is_unreadable(character: str) -> bool:
    """Whether the character says nothing: a replacement, a control, a private or an unassigned one."""
    return character == "\ufffd" or unicodedata.category(character) in UNREADABLE_CATEGORIES


def _cells(boxes: Sequence[Box], frame: PageFrame, *, inset: float) -> NDArray[np.bool_]:
    """The cells of the page's grid that these boxes touch, less this share of their height above and below."""
    cells = np.zeros((GRID, GRID), dtype=np.bool_)
    across, down = GRID / frame.width, GRID / frame.height
    for box in boxes:
        margin = (box.y1 - box.y0) * inset
        top, bottom = int((box.y0 + margin) * down), int((box.y1 - margin) * down)
        cells[top : bottom + 1, int(box.x0 * across) : int(box.x1 * across) + 1] = True
    return cells


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
