"""Which of several readings is right, word by word, and who said what."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from docflow.ocr.ensemble.alignment import Group, align
from docflow.ocr.ensemble.calibration import Calibrations, bundled_calibrations
from docflow.ocr.ensemble.reading import Reading, in_order
from docflow.types import Line, Word

COINCIDENCE = 0.2
"""How likely two engines that are both wrong say the same: Tesseract and RapidOCR did in 11 of the 44 such places on 50
generated pages (`python -m benchmarks.ensemble`). With two engines it moves the confidence only, not the choice."""

SILENCE = 0.5
"""How likely an engine that sees nothing in a place is right: a word that one engine alone sees must be likelier right
than wrong. Of 0.1, 0.3, 0.5 and 0.7, this gave Tesseract and RapidOCR together the best word F1 on generated pages, and
one within 0.001 of the best on receipts of the tuning half."""

SURE = 1e-6
"""No reading is taken for more certain than this far from 1."""

SPELLINGS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("“”„«»″", '"')
    | dict.fromkeys("‘’‚‹›′`´", "'")
    | {" ": "", "\u00a0": ""}
)


@dataclass(frozen=True, slots=True)
class WordVote:
    """What one engine says in one place: its words, joined by spaces; empty where it sees nothing.

    `confidence` is the calibrated one. `chosen` is whether the ensemble says the same, typography aside.
    """

    engine: str
    text: str
    confidence: float
    chosen: bool

    def to_dict(self) -> dict[str, Any]:
        """The vote as JSON shows it."""
        return {
            "engine": self.engine,
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "chosen": self.chosen,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """What stands in one place: some engine's words, none where there is more likely nothing; and all the votes."""

    words: tuple[Word, ...]
    votes: tuple[WordVote, ...]

    @property
    def is_unanimous(self) -> bool:
        """Whether all who were asked say the same."""
        return all(vote.chosen for vote in self.votes)

    def to_dict(self) -> dict[str, Any]:
        """The decision as JSON shows it."""
        return {"text": " ".join(w.text for w in self.words), "votes": [vote.to_dict() for vote in self.votes]}


@dataclass(frozen=True, slots=True)
class Consensus:
    """A page as the ensemble reads it: the decisions, line by line."""

    decisions: tuple[tuple[Decision, ...], ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The chosen words, in lines; lines without any are left out."""
        words = (tuple(word for decision in row for word in decision.words) for row in self.decisions)
        return tuple(Line(held) for held in words if held)


def combine(readings: Sequence[Reading], *, calibrations: Calibrations | None = None) -> Consensus:
    """What the page says, from what several engines say, in whatever order they come.

    Confidences become those of `calibrations` (DocFlow's own where None). Raises `ValueError` where there is no
    reading, or where two have the same engine's name.
    """
    known = bundled_calibrations() if calibrations is None else calibrations
    readings = [calibrated(reading, calibrations=known) for reading in in_order(readings)]
    rows = []
    for groups in align(readings):
        heard = [reading.whole_page or any(group[k] for group in groups) for k, reading in enumerate(readings)]
        rows.append(tuple(_decide(group, readings, heard) for group in groups))
    return Consensus(tuple(rows))


def calibrated(reading: Reading, *, calibrations: Calibrations) -> Reading:
    """The reading with calibrated confidences for raw ones."""
    sure = iter(calibrations.confidences(reading.words, engine=reading.engine, languages=reading.languages))
    lines = (Line(tuple(Word(word.text, word.box, next(sure)) for word in line.words)) for line in reading.lines)
    return replace(reading, lines=tuple(lines))


@dataclass(frozen=True, slots=True)
class _Voice:
    """What one engine says in a place: as sure as of its least sure word; `meaning` is apart from typography."""

    engine: str
    words: tuple[Word, ...]
    confidence: float
    meaning: str


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """The text without spaces, in compatibility form (NFKC), its dashes and quotation marks the plain ones.

    These come first: by NFKC, an inch is two minutes, and an accent that stands alone follows a space.
    """
    plain_marks = text.translate(SPELLINGS)
    return plain_marks if plain_marks.isascii() else unicodedata.normalize("NFKC", plain_marks).translate(SPELLINGS)


def _decide(group: Group, readings: Sequence[Reading], heard: Sequence[bool]) -> Decision:
    """The decision about one group; the words of a likely meaning are those of its surest engine."""
    voices = [
        _Voice(
            engine=reading.engine,
            words=words,
            confidence=min([word.confidence for word in words], default=SILENCE),
            meaning=plain("".join([word.text for word in words])),
        )
        for words, reading, is_heard in zip(group, readings, heard, strict=True)
        if words or is_heard
    ]
    meaning, probability = likeliest([(voice.meaning, voice.confidence) for voice in voices])
    speaker = max((voice for voice in voices if voice.meaning == meaning), key=lambda voice: voice.confidence)
    alone = len(voices) == 1
    return Decision(
        words=speaker.words if alone else tuple(Word(w.text, w.box, probability) for w in speaker.words),
        votes=tuple(
            WordVote(v.engine, " ".join([w.text for w in v.words]), v.confidence, v.meaning == meaning) for v in voices
        ),
    )


def likeliest(said: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """Which of the meanings is likeliest right, and how likely; each comes with its engine's calibrated confidence.

    Bayes' rule, with all meanings alike before anybody has spoken: an engine says what is right with its confidence p,
    and any one wrong thing with (1 - p) times `COINCIDENCE`. The case that all are wrong takes part too. One engine
    alone keeps its p, agreement raises it, contradiction lowers it.
    """
    meanings = dict.fromkeys([meaning for meaning, _ in said], 1.0)
    wrong = 1.0
    for meaning, confidence in said:
        trust = min(max(confidence, SURE), 1 - SURE)
        error = (1 - trust) * COINCIDENCE
        wrong *= error
        for other in meanings:
            meanings[other] *= trust if other == meaning else error
    surest = {m: max(confidence for meaning, confidence in said if meaning == m) for m in meanings}
    best = max(meanings, key=lambda m: (meanings[m], surest[m]))
    all_wrong = max(0.0, 1 / COINCIDENCE + 1 - len(meanings)) * wrong
    probability = meanings[best] / (sum(meanings.values()) + all_wrong)
    # Where all doubt what they all say, chance alone would have it that they agree in an error.
    return best, max(probability, surest[best]) if len(meanings) == 1 else probability
