"""Which of several readings is right, word by word, and who said what."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from docflow.ocr.ensemble.alignment import Group, align
from docflow.ocr.ensemble.calibration import Calibrations, bundled_calibrations
from docflow.ocr.ensemble.reading import Reading, in_order
from docflow.types import Line, Word

COINCIDENCE = 0.2
"""How likely two engines that are both wrong say the same."""

SILENCE = 0.5
"""How likely an engine that sees nothing in a place is right: a word that one engine alone sees must be surer."""

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
    readings = in_order(readings)
    rows = []
    for groups in align(readings):
        heard = [reading.whole_page or any(group[k] for group in groups) for k, reading in enumerate(readings)]
        rows.append(tuple(_decide(group, readings, heard, known) for group in groups))
    return Consensus(tuple(rows))


@dataclass(frozen=True, slots=True)
class _Voice:
    engine: str
    words: tuple[Word, ...]
    confidence: float

    @property
    def meaning(self) -> str:
        """What is said, apart from spaces and typography."""
        return plain("".join(word.text for word in self.words))


def plain(text: str) -> str:
    """The text without spaces, in compatibility form (NFKC), its dashes and quotation marks the plain ones."""
    if text.isascii():
        return text.replace(" ", "")
    return unicodedata.normalize("NFKC", text).translate(SPELLINGS)


def _decide(group: Group, readings: Sequence[Reading], heard: Sequence[bool], calibrations: Calibrations) -> Decision:
    """The decision about one group; the words of a likely reading are those of its surest engine."""
    voices = []
    for words, reading, is_heard in zip(group, readings, heard, strict=True):
        if words:
            sure = [calibrations.confidence(w, engine=reading.engine, languages=reading.languages) for w in words]
            voices.append(_Voice(reading.engine, tuple(map(replace_confidence, words, sure)), min(sure)))
        elif is_heard:
            voices.append(_Voice(reading.engine, (), SILENCE))
    meaning, probability = likeliest(voices)
    backers = [voice for voice in voices if voice.meaning == meaning]
    speaker = max(backers, key=lambda voice: voice.confidence)
    words = speaker.words if len(voices) == 1 else tuple(replace(w, confidence=probability) for w in speaker.words)
    votes = (WordVote(v.engine, " ".join(w.text for w in v.words), v.confidence, v.meaning == meaning) for v in voices)
    return Decision(words, tuple(votes))


def replace_confidence(word: Word, confidence: float) -> Word:
    """The word with another confidence."""
    return replace(word, confidence=confidence)


def likeliest(voices: Sequence[_Voice]) -> tuple[str, float]:
    """What is said that is likeliest right, and how likely.

    Bayes' rule, with all readings alike before anybody has spoken: an engine says what is right with its calibrated
    confidence p, and any one wrong thing with (1 - p) times `COINCIDENCE`. The case that all are wrong takes part too.
    One engine alone keeps its p, agreement raises it, contradiction lowers it.
    """
    meanings = {voice.meaning: 0.0 for voice in voices}
    # In logarithms: sums do not depend on the order as visibly, and do not underflow.
    wrong = sum(math.log(_doubt(v) * COINCIDENCE) for v in voices)
    for meaning in meanings:
        backing = sum(math.log(_trust(v)) - math.log(_doubt(v) * COINCIDENCE) for v in voices if v.meaning == meaning)
        meanings[meaning] = math.exp(wrong + backing)
    others = max(0.0, 1 / COINCIDENCE + 1 - len(meanings)) * math.exp(wrong)
    surest = {m: max(v.confidence for v in voices if v.meaning == m) for m in meanings}
    best = max(meanings, key=lambda m: (meanings[m], surest[m]))
    probability = meanings[best] / (sum(meanings.values()) + others)
    if len(meanings) == 1:
        # Where both doubt it, chance alone would say that they agree in an error.
        probability = max(probability, surest[best])
    return best, probability


def _trust(voice: _Voice) -> float:
    return min(max(voice.confidence, SURE), 1 - SURE)


def _doubt(voice: _Voice) -> float:
    return 1 - _trust(voice)
