"""How far the text of a page or a document can be trusted, as a grade with its reason.

The grade rests on `trust`: the share of right words that the calibrated confidences foretell, lowered where what was
read does not look like words, and where marks that look like letters were not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from docflow.ocr.ensemble.calibration import Calibrations, bundled_calibrations
from docflow.types import PageText, Word, mean_confidence
from docflow.wordlike import wordlike_share

GRADES_FROM = {"A": 0.95, "B": 0.90, "C": 0.75}
"""Trust from which a page has the grade; below them all it is D.

Set on generated pages that the calibration had not seen, read by Tesseract. Of 60 others, of all looks and in both
languages, read by `auto` (`python -m benchmarks.quality --pages 60`), the true word F1, mean and range, is: A 0.99
(0.97 to 1), B 0.97 (0.94 to 1), C 0.97 (0.94 to 1), D 0.71 (0 to 1)."""

EXPECTED_WORDLIKE = 0.9
"""Share of characters in words that look like words, on pages that are read right: codes and abbreviations do not."""

MOST_UNREAD = 0.1
"""Share of letter-like marks outside words up to which they are logos, signatures and specks."""

LOW_PERCENTILE = 0.05

SEPARATOR = re.compile(r"[-–—=*_~.·•#+]+")
"""A word, or one of a row of words, that parts a document's sections and says nothing: engines doubt each of its signs,
and a receipt has as many of them as letters."""


class Grade(StrEnum):
    """How good a text is; D is to be looked at by somebody."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True)
class Quality:
    """What tells how good a text is; shares and confidences run from 0 to 1, and are weighted by the words' length.

    Rows of signs that part a document's sections count nowhere. `mean` and `low` (the 5th percentile) are of the
    engines' own confidences, `trust` is the share of the page's words that is expected to be read right, `wordlike` the
    share that looks like words; all four are 0 where there are no `words`. `unread` is the share of letter-like marks
    outside all words, None where nobody looked.
    `reason` is a sentence for grades C and D, else empty.
    """

    grade: Grade
    trust: float
    mean: float
    low: float
    wordlike: float
    words: int
    unread: float | None = None
    reason: str = ""

    @property
    def to_review(self) -> bool:
        """Whether somebody should look at it."""
        return self.grade is Grade.D

    def to_dict(self) -> dict[str, Any]:
        """The quality as JSON shows it."""
        shares = {name: round(getattr(self, name), 4) for name in ("trust", "mean", "low", "wordlike")}
        shown = {"grade": self.grade.value, "to_review": self.to_review, **shares, "words": self.words}
        if self.unread is not None:
            shown["unread"] = round(self.unread, 4)
        return shown | ({"reason": self.reason} if self.reason else {})


def page_quality(page: PageText, *, calibrations: Calibrations | None = None) -> Quality:
    """The quality of one page's text.

    A page without words is A where its picture was looked at and is blank, D else.
    """
    return _judge([page], page.unread, bundled_calibrations() if calibrations is None else calibrations)


def document_quality(pages: Sequence[PageText], *, calibrations: Calibrations | None = None) -> Quality:
    """The quality of a document's text: the figures of all its words together, the grade of its worst page.

    Pages without words that nobody looked at count as blank, and do not matter where another page has words.
    """
    known = bundled_calibrations() if calibrations is None else calibrations
    judged = [(page.number, _judge([page], page.unread, known)) for page in pages]
    telling = [(number, quality) for number, quality in judged if quality.words or quality.unread is not None]
    if not telling:
        return _judge([], None, known)
    number, worst = min(telling, key=lambda one: (-list(Grade).index(one[1].grade), one[1].trust))
    if len(pages) == 1:
        return worst
    whole = _judge([page for page in pages if page.words], None, known)
    reason = f"Page {number}: {worst.reason}" if worst.reason else ""
    return replace(whole, grade=worst.grade, unread=worst.unread, reason=reason)


def quality_report(pages: Sequence[PageText]) -> dict[str, Any]:
    """The document's quality as JSON shows it, with that of each of its pages under `pages`."""
    return document_quality(pages).to_dict() | {"pages": [page_quality(page).to_dict() for page in pages]}


def _judge(pages: Sequence[PageText], unread: float | None, calibrations: Calibrations) -> Quality:
    told = [(page, told_by(page)) for page in pages]
    words = [word for _, of_page in told for word in of_page]
    if not words:
        is_blank = unread is not None and unread <= MOST_UNREAD
        reason = "" if is_blank else "No words were found: blank, or not readable."
        return Quality(Grade.A if is_blank else Grade.D, 0.0, 0.0, 0.0, 0.0, 0, unread, reason)
    expected = [
        Word(word.text, word.box, confidence)
        for page, of_page in told
        for word, confidence in zip(
            of_page,
            calibrations.confidences(of_page, engine=page.engine, languages=page.languages),
            strict=True,
        )
    ]
    wordlike = wordlike_share(words)
    right = mean_confidence(expected) or 0.0
    trust = right * min(1.0, wordlike / EXPECTED_WORDLIKE)
    if unread is not None and unread > MOST_UNREAD:
        trust *= 1 - unread
    grade = next((Grade(name) for name, least in GRADES_FROM.items() if trust >= least), Grade.D)
    return Quality(
        grade=grade,
        trust=trust,
        mean=mean_confidence(words) or 0.0,
        low=low_confidence(words),
        wordlike=wordlike,
        words=len(words),
        unread=unread,
        reason=_reason(right, wordlike, unread or 0.0) if grade in (Grade.C, Grade.D) else "",
    )


def told_by(page: PageText) -> list[Word]:
    """The page's words but for those that only part its sections."""
    return [word for word in page.words if not SEPARATOR.fullmatch(word.text)]


def low_confidence(words: Sequence[Word]) -> float:
    """The confidence that the least sure words, a twentieth of all characters, do not exceed; 0 without words."""
    left = LOW_PERCENTILE * sum(len(word.text) for word in words)
    for word in sorted(words, key=lambda word: word.confidence):
        left -= len(word.text)
        if left <= 0:
            return word.confidence
    return 0.0


def _reason(right: float, wordlike: float, unread: float) -> str:
    """What speaks against the text, as a sentence; the confidences where nothing else does."""
    against = []
    if unread > MOST_UNREAD:
        against.append(f"about {unread:.0%} of what looks like writing was not read")
    if wordlike < EXPECTED_WORDLIKE:
        against.append(f"{1 - wordlike:.0%} of the text does not look like words or numbers")
    if right < GRADES_FROM["B"] or not against:
        against.append(f"about {1 - right:.0%} of the words are likely to be wrong")
    sentence = ", and ".join(against)
    return f"{sentence[0].upper()}{sentence[1:]}."
