"""The values that pass between the stages: frozen, and free of any engine's or library's own types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

UNKNOWN = "unknown"
"""The label of a prediction that is not confident enough to name one of the model's own."""

FAILED = ""
"""The label that is stored where a model was asked and failed; nobody is shown it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the page image, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if self.x1 < self.x0 or self.y1 < self.y0:
            raise ValueError(f"a box's far corner lies before its near one: {self}")

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all `boxes`, of which there must be one at least."""
        held = list(boxes)
        return cls(min(b.x0 for b in held), min(b.y0 for b in held), max(b.x1 for b in held), max(b.y1 for b in held))


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; `confidence` runs from 0 to 1."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words that read from left to right as one line; never empty."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The line's words, joined by single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The box around all words of the line."""
        return Box.around(word.box for word in self.words)


class TextSource(StrEnum):
    """Where a page's text came from."""

    OCR = "ocr"
    TEXT_LAYER = "text_layer"


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page's pixels: uint8, height x width (grey) or height x width x 3 (RGB), upright.

    `scale` is decoded size over declared size: under 1 where a page over budget was decoded smaller.
    `dpi` is None where the file does not say.
    """

    number: int
    pixels: NDArray[np.uint8]
    dpi: float | None = None
    scale: float = 1.0

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class PageText:
    """What one page says, whoever read it: lines of words with boxes, and who read them.

    `number` counts from 1. `width` and `height` are the page's size in the unit of the boxes. `rotation` is by how many
    degrees the page has to be turned clockwise to be upright: boxes are those of the page as it came, and lie around
    the words' slanted ones where it is no quarter turn. `unread` is the share of marks that look like letters and lie
    outside all words, 0…1; None where nobody looked. `thumbnail` is a PNG of the page as in `docflow.thumbnail`; only
    first pages have one.
    """

    number: int
    width: int
    height: int
    lines: tuple[Line, ...]
    source: TextSource
    engine: str
    engine_version: str
    languages: str = ""
    seconds: float = 0.0
    rotation: float = 0.0
    unread: float | None = None
    thumbnail: bytes = field(default=b"", repr=False, compare=False)

    @property
    def text(self) -> str:
        """The page's lines, joined by newlines."""
        return "\n".join(line.text for line in self.lines)

    @property
    def words(self) -> tuple[Word, ...]:
        """All words in reading order."""
        return tuple(word for line in self.lines for word in line.words)

    @property
    def confidence(self) -> float | None:
        """The mean of the words' confidences, weighted by their length; None for a page without words."""
        return mean_confidence(self.words)

    def lines_to_json(self) -> list[list[list[Any]]]:
        """The lines in the compact form that the store keeps: lines of [text, x0, y0, x1, y1, confidence]."""
        return [
            [
                [
                    w.text,
                    *(round(v, 1) for v in (w.box.x0, w.box.y0, w.box.x1, w.box.y1)),
                    round(w.confidence, 4),
                ]
                for w in line.words
            ]
            for line in self.lines
        ]

    @staticmethod
    def lines_from_json(stored: Sequence[Sequence[Sequence[Any]]]) -> tuple[Line, ...]:
        """The lines that `lines_to_json` wrote."""
        return tuple(
            Line(tuple(Word(str(w[0]), Box(*(float(v) for v in w[1:5])), float(w[5])) for w in line)) for line in stored
        )


def mean_confidence(words: Iterable[Word]) -> float | None:
    """The mean of the words' confidences, weighted by their length; None without words."""
    total = weight = 0.0
    for word in words:
        total += word.confidence * len(word.text)
        weight += len(word.text)
    return total / weight if weight else None


@dataclass(frozen=True, slots=True)
class EngineRef:
    """Which engine reads pages: its name, and the version that results are kept under."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which model said it: registered name, version, and the digest of its files."""

    name: str
    version: str
    digest: str


class Variant(StrEnum):
    """The part that a model had: it answered, or was asked beside and nobody told (`SHADOW`).

    Who answers does so as champion, as challenger for its share, or as a stand-in for the champion that failed.
    """

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    STAND_IN = "stand_in"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What kind of document it is. `label` is `UNKNOWN` where `is_confident` is false.

    `confidence` is the calibrated probability of the likeliest label, 0…1; `scores` has all the model's labels.
    `seconds` is the model's share of the time that its batch took, None where nobody measured.
    """

    label: str
    confidence: float
    is_confident: bool
    scores: Mapping[str, float]
    model: ModelRef
    variant: Variant = Variant.CHAMPION
    seconds: float | None = None

    @classmethod
    def failure(cls, model: ModelRef) -> Prediction:
        """What stands in the shadow for a model that was asked and failed."""
        return cls(FAILED, 0.0, is_confident=False, scores={}, model=model, variant=Variant.SHADOW)


@dataclass(frozen=True, slots=True)
class Question:
    """A text whose kind is asked for; the same `key`, a document's SHA-256, is answered by the same model.

    `thumbnail` is a PNG of the document's first page, empty where there is none.
    """

    text: str
    key: str
    thumbnail: bytes = field(default=b"", repr=False)
    is_generated: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The prediction that counts, and what other models said beside it, which is stored and shown to nobody.

    A model that was asked and failed is among the others with `Prediction.failure`.
    """

    prediction: Prediction
    shadows: tuple[Prediction, ...] = ()


class Answering(Protocol):
    """Anything that answers questions, whichever of its models it has answer."""

    def answer(self, questions: Sequence[Question]) -> list[Answered]:
        """One answer for each question, in their order."""
        ...


class Classifier(Protocol):
    """Anything that tells what kind of document each of several texts is."""

    @property
    def model(self) -> ModelRef:
        """Which model answers."""
        ...

    def predict(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        """One prediction for each text, in their order.

        `thumbnails` has a PNG of each document's first page, empty where there is none, or is empty itself. A model
        that only reads pays no heed to them.
        """
        ...


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A document's text with what it is, for training and evaluation.

    `group` names the source that a fair split must not divide (a layout, a sender, a data set). The optional fields
    are for evaluation: `document_id` finds the document again, `source` says where it came from, `grade` how well it
    was recognised; each is empty where nobody said. `thumbnail` is a PNG of the first page, empty where there is none.
    `is_generated` says that the document is made up: beside such, real ones weigh more in training. `is_automatic` says
    that a machine gave the label: it is learnt from at most, and nothing is judged by it.
    """

    text: str
    label: str
    language: str
    group: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    document_id: str = ""
    source: str = ""
    grade: str = ""
    thumbnail: bytes = field(default=b"", repr=False)
    is_generated: bool = False
    is_automatic: bool = False
