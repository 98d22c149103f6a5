"""How often a word is right that an engine is so and so sure of: monotone curves, fitted on generated documents.

Engines' confidences do not mean the same: 0.9 of one is worth 0.7 of another. `calibration.json` beside this file has
the curves, with the day and the engine's version; `python -m benchmarks.calibration` writes it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Self

from docflow.ocr.ensemble.homoglyphs import CYRILLIC_LETTER
from docflow.types import Word, mean_confidence

FEWEST_WORDS = 100
"""Words that a curve must rest on: fewer move the share by more than a few hundredths by chance."""

WORD_WEIGHT = 0.5
"""How much a word's own confidence counts against the mean of its page: engines are surest of their own errors on pages
that they read badly. With a half, the word F1 of Tesseract and RapidOCR together on 30 receipts of the tuning half went
from 0.952 to 0.957, and stayed at 0.983 on 50 generated pages."""

DIGIT, LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")


class WordClass(StrEnum):
    """Kinds of words that engines are differently sure of."""

    LATIN = "latin"
    CYRILLIC = "cyrillic"
    NUMBER = "number"
    SIGN = "sign"
    ANY = "any"


def class_of(text: str) -> WordClass:
    """The class of a word: a number has a digit, a sign neither letter nor digit; other letters count as Latin."""
    if DIGIT.search(text):
        return WordClass.NUMBER
    if not LETTER.search(text):
        return WordClass.SIGN
    return WordClass.CYRILLIC if CYRILLIC_LETTER.search(text) else WordClass.LATIN


def tempered(words: Sequence[Word]) -> list[float]:
    """The raw confidence of each of a page's words, drawn towards the page's mean."""
    mean = mean_confidence(words) or 0.0
    return [WORD_WEIGHT * word.confidence + (1 - WORD_WEIGHT) * mean for word in words]


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of right words at each tempered confidence (see `tempered`): straight between the knots.

    It is level beyond the last knot, and straight from the first down to 0 at 0: a confidence lower than any that was
    seen is not trusted more than it says. Both rise, and run from 0 to 1; else `ValueError`. `words` is on how many
    words it rests.
    """

    raw: tuple[float, ...]
    share: tuple[float, ...]
    words: int

    def __post_init__(self) -> None:
        if not self.raw or len(self.raw) != len(self.share):
            raise ValueError("a curve needs as many shares as confidences, and one at least")
        if any(a >= b for a, b in pairwise(self.raw)) or any(a > b for a, b in pairwise(self.share)):
            raise ValueError(f"a curve's knots must rise: {self}")
        if not 0 <= min(*self.raw, *self.share) <= max(*self.raw, *self.share) <= 1:
            raise ValueError(f"a curve's values run from 0 to 1: {self}")

    def __call__(self, confidence: float) -> float:
        """The share of right words at this confidence."""
        above = bisect_right(self.raw, confidence)
        if above == 0:
            return self.share[0] * max(0.0, confidence) / self.raw[0]
        if above == len(self.raw):
            return self.share[-1]
        low, high = self.raw[above - 1], self.raw[above]
        way = (confidence - low) / (high - low)
        # Rounding may carry the sum past the upper knot.
        return min(self.share[above], self.share[above - 1] + way * (self.share[above] - self.share[above - 1]))


IDENTITY = Curve((0.0, 1.0), (0.0, 1.0), 0)
"""Takes a confidence at its word: for engines that nobody has fitted."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """One engine's curves in one set of languages, from so many pages.

    `engine_version` is that of what read them, as their `PageText` has it; `fitted_on` is a date in ISO 8601.
    """

    engine: str
    engine_version: str
    languages: str
    fitted_on: str
    pages: int
    curves: Mapping[WordClass, Curve]

    def curve(self, word_class: WordClass) -> Curve:
        """The class's own curve, or that of all words where too few were of the class."""
        return self.curves.get(word_class) or self.curves.get(WordClass.ANY, IDENTITY)

    def to_dict(self) -> dict[str, Any]:
        """The calibration as JSON holds it."""
        curves = {
            name.value: {"words": c.words, "raw": list(c.raw), "share": list(c.share)}
            for name, c in self.curves.items()
        }
        return {
            "engine": self.engine,
            "engine_version": self.engine_version,
            "languages": self.languages,
            "fitted_on": self.fitted_on,
            "pages": self.pages,
            "curves": curves,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The calibration that `to_dict` gave."""
        curves = {
            WordClass(name): Curve(tuple(map(float, c["raw"])), tuple(map(float, c["share"])), int(c["words"]))
            for name, c in stored["curves"].items()
        }
        return cls(
            engine=str(stored["engine"]),
            engine_version=str(stored["engine_version"]),
            languages=str(stored["languages"]),
            fitted_on=str(stored["fitted_on"]),
            pages=int(stored["pages"]),
            curves=curves,
        )


class Calibrations:
    """The calibrations of all engines that have one."""

    def __init__(self, calibrations: Sequence[Calibration] = ()) -> None:
        self._by_key = {(c.engine, c.languages): c for c in calibrations}
        self._by_engine: dict[str, Calibration] = {}
        for calibration in sorted(calibrations, key=lambda c: (-c.pages, c.languages)):
            self._by_engine.setdefault(calibration.engine, calibration)

    def __iter__(self) -> Iterator[Calibration]:
        return iter(self._by_key.values())

    def confidences(self, words: Sequence[Word], *, engine: str, languages: str = "") -> list[float]:
        """How likely each of a page's words is right, 0…1, in their order.

        By the engine's fit for these languages, or else its fit on most pages. An engine without any fit is taken at
        its word.
        """
        found = self._by_key.get((engine, languages)) or self._by_engine.get(engine)
        if found is None:
            return [word.confidence for word in words]
        raw = tempered(words)
        return [found.curve(class_of(word.text))(confidence) for word, confidence in zip(words, raw, strict=True)]

    def to_json(self) -> str:
        """The text of the file that keeps them."""
        return json.dumps([c.to_dict() for c in self._by_key.values()], indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The calibrations that `to_json` wrote."""
        return cls([Calibration.from_dict(stored) for stored in json.loads(text)])


@cache
def bundled_calibrations() -> Calibrations:
    """The calibrations that DocFlow comes with."""
    return Calibrations.from_json(files(__package__).joinpath("calibration.json").read_text(encoding="utf-8"))
