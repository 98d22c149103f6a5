"""How far the text of a page or a document can be trusted, as a grade with its reason.

The grade rests on `trust`: the share of right words that the calibrated confidences foretell, lowered where what was
read does not look like words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from docflow.ocr.ensemble.calibration import Calibrations, bundled_calibrations
from docflow.types import PageText, Word, mean_confidence
from docflow.wordlike import wordlike_share

GRADES_FROM = {"A": 0.95, "B": 0.90, "C": 0.75}
"""Trust from which a page has the grade; below them all it is D."""

EXPECTED_WORDLIKE = 0.9
"""Share of characters in words that look like words, on pages that are read right: codes and abbreviations do not."""

LOW_PERCENTILE = 0.05


class Grade(StrEnum):
    """How good a text is; D is to be looked at by somebody."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True)
class Quality:
    """What tells how good a text is; shares and confidences run from 0 to 1, and are weighted by the words' length.

    `mean` and `low` (the 5th percentile) are of the engines' own confidences, `trust` is the share of words that is
    expected to be right, `wordlike` the share that looks like words; all four are 0 where there are no `words`.
    `reason` is a sentence for grades C and D, else empty.
    """

    grade: Grade
    trust: float
    mean: float
    low: float
    wordlike: float
    words: int
    reason: str = ""

    @property
    def to_review(self) -> bool:
        """Whether somebody should look at it."""
        return self.grade is Grade.D

    def to_dict(self) -> dict[str, Any]:
        """The quality as JSON shows it."""
        shares = {name: round(getattr(self, name), 4) for name in ("trust", "mean", "low", "wordlike")}
        return {"grade": self.grade.value, "to_review": self.to_review, **shares, "words": self.words} | (
            {"reason": self.reason} if self.reason else {}
        )


def page_quality(page: PageText, *, calibrations: Calibrations | None = None) -> Quality:
    """The quality of one page's text; a page without words is D: its text cannot tell whether it is blank."""
    return _judge([page], bundled_calibrations() if calibrations is None else calibrations)


def document_quality(pages: Sequence[PageText], *, calibrations: Calibrations | None = None) -> Quality:
    """The quality of a document's text: the figures of all its words together, the grade of its worst page.

    Pages without words count as blank ones, and do not matter where another page has words.
    """
    known = bundled_calibrations() if calibrations is None else calibrations
    written = [page for page in pages if page.words]
    whole = _judge(written, known)
    if len(written) < 2:
        return whole
    number, worst = min(((page.number, _judge([page], known)) for page in written), key=lambda pair: pair[1].trust)
    reason = f"Page {number}: {worst.reason}" if worst.reason else ""
    return Quality(worst.grade, whole.trust, whole.mean, whole.low, whole.wordlike, whole.words, reason)


def _judge(pages: Sequence[PageText], calibrations: Calibrations) -> Quality:
    words = [word for page in pages for word in page.words]
    if not words:
        return Quality(Grade.D, 0.0, 0.0, 0.0, 0.0, 0, "No words were found: blank, or not readable.")
    expected = [
        Word(word.text, word.box, confidence)
        for page in pages
        for word, confidence in zip(
            page.words,
            calibrations.confidences(page.words, engine=page.engine, languages=page.languages),
            strict=True,
        )
    ]
    wordlike = wordlike_share(words)
    right = mean_confidence(expected) or 0.0
    trust = right * min(1.0, wordlike / EXPECTED_WORDLIKE)
    grade = next((Grade(name) for name, least in GRADES_FROM.items() if trust >= least), Grade.D)
    return Quality(
        grade=grade,
        trust=trust,
        mean=mean_confidence(words) or 0.0,
        low=low_confidence(words),
        wordlike=wordlike,
        words=len(words),
        reason=_reason(right, wordlike) if grade in (Grade.C, Grade.D) else "",
    )


def low_confidence(words: Sequence[Word]) -> float:
    """The confidence that the least sure words, a twentieth of all characters, do not exceed; 0 without words."""
    left = LOW_PERCENTILE * sum(len(word.text) for word in words)
    for word in sorted(words, key=lambda word: word.confidence):
        left -= len(word.text)
        if left <= 0:
            return word.confidence
    return 0.0


def _reason(right: float, wordlike: float) -> str:
    """What speaks against the text, as a sentence."""
    wrong = f"About {1 - right:.0%} of the words are likely to be wrong"
    odd = f"{1 - wordlike:.0%} of the text does not look like words or numbers"
    if wordlike >= EXPECTED_WORDLIKE:
        return f"{wrong}."
    if right >= GRADES_FROM["B"]:
        return f"{odd}."
    return f"{wrong}, and {odd}."
