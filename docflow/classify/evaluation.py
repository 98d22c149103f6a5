"""How well a classifier does on labelled texts, with `unknown` counted as the miss that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.types import UNKNOWN, Classifier, LabelledText, Prediction

BINS = 15
"""Bins of the calibration error, as in Guo et al. 2017."""


Sources = Sequence[str] | Sequence[int]
"""A name or a number for each document's source."""


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label's figures: `recall` of its `count` documents, `precision` of those given it; 0 of none."""

    count: int
    recall: float
    precision: float
    f1: float


@dataclass(frozen=True, slots=True)
class Mistake:
    """A document that came out wrong: its place among the samples, what it is and what was said."""

    index: int
    expected: str
    predicted: str
    likeliest: str
    confidence: float
    language: str
    group: str


@dataclass(frozen=True)
class Evaluation:
    """The figures over `count` documents; all shares run from 0 to 1.

    `labels` are the rows and columns of `confusion` (rows: what it is; columns: what was said), `UNKNOWN`
    last. `macro_accuracy` is the mean recall over the named labels that occur, so that an `unknown` counts
    as wrong, 0 where none does; `accuracy` is the share of all documents, for background ones `UNKNOWN` being right.
    `unknown_rate` is the share of documents with a named label that came out as `UNKNOWN`. `ece` is the
    expected calibration error of the likeliest label's confidence (Guo et al. 2017, 15 bins).
    """

    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    per_label: dict[str, LabelFigures]
    count: int
    accuracy: float
    macro_accuracy: float
    unknown_rate: float
    ece: float
    mistakes: tuple[Mistake, ...]

    @property
    def has_named(self) -> bool:
        """Whether any document has a named label; without one, there is no macro accuracy to speak of."""
        return any(label != UNKNOWN for label in self.per_label)

    def metrics(self) -> dict[str, float]:
        """The figures as one flat mapping, for a registry or a database; what is not of any document is left out."""
        figures = {"accuracy": self.accuracy, "ece": self.ece, "documents": float(self.count)}
        if self.has_named:
            figures |= {"macro_accuracy": self.macro_accuracy, "unknown_rate": self.unknown_rate}
        for label, of_label in self.per_label.items():
            figures |= {f"recall/{label}": of_label.recall, f"precision/{label}": of_label.precision}
        return figures

    def to_dict(self) -> dict[str, Any]:
        """The whole evaluation as plain JSON."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Judged:
    """What was said of `samples`, in their order; documents whose `sources` are the same belong together."""

    predictions: Sequence[Prediction]
    samples: Sequence[LabelledText]
    sources: Sources


def evaluate(classifier: Classifier, samples: Sequence[LabelledText]) -> Evaluation:
    """How well `classifier` does on `samples`.

    Kinds that it was never meant to know come under the label `UNKNOWN`; under their own, they count as
    wrong.
    """
    return compare(answers(classifier, samples), samples)


def answers(classifier: Classifier, samples: Sequence[LabelledText]) -> list[Prediction]:
    """What `classifier` says of each sample, from all that there is to see of it."""
    return classifier.predict([sample.text for sample in samples], [sample.thumbnail for sample in samples])


def compare(predictions: Sequence[Prediction], samples: Sequence[LabelledText]) -> Evaluation:
    """How well these predictions fit the samples that they were made for."""
    labels = all_labels(predictions, samples)
    confusion = confusion_matrix(predictions, samples, labels=labels)
    per_label = {label: figures_of(confusion, index) for index, label in enumerate(labels)}
    named = [label for label in labels if label != UNKNOWN and per_label[label].count]
    named_count = int(confusion[:-1].sum())
    return Evaluation(
        labels=labels,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        per_label={label: figures for label, figures in per_label.items() if figures.count},
        count=len(samples),
        accuracy=share(int(np.trace(confusion)), len(samples)),
        macro_accuracy=share(sum(per_label[label].recall for label in named), len(named)),
        unknown_rate=share(int(confusion[:-1, -1].sum()), named_count),
        ece=calibration_error(predictions, samples),
        mistakes=find_mistakes(predictions, samples),
    )


def all_labels(predictions: Sequence[Prediction], samples: Sequence[LabelledText]) -> tuple[str, ...]:
    """Every label that occurs or is scored, in alphabetical order, `UNKNOWN` last."""
    occurring = {sample.label for sample in samples}.union(*(p.scores for p in predictions[:1]))
    occurring |= {prediction.label for prediction in predictions}
    return (*sorted(occurring - {UNKNOWN}), UNKNOWN)


def confusion_matrix(
    predictions: Sequence[Prediction], samples: Sequence[LabelledText], *, labels: Sequence[str]
) -> NDArray[np.int64]:
    """How many documents of each label (row) came out as each label (column)."""
    place = {label: index for index, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for prediction, sample in zip(predictions, samples, strict=True):
        matrix[place[sample.label], place[prediction.label]] += 1
    return matrix


def figures_of(confusion: NDArray[np.int64], index: int) -> LabelFigures:
    """The figures of the label in this row and column."""
    right, count = int(confusion[index, index]), int(confusion[index].sum())
    recall, precision = share(right, count), share(right, int(confusion[:, index].sum()))
    return LabelFigures(count, recall, precision, share(2 * recall * precision, recall + precision))


def calibration_error(predictions: Sequence[Prediction], samples: Sequence[LabelledText]) -> float:
    """The mean distance of the confidence from the share that is right, over bins of equal width."""
    confidence = np.array([prediction.confidence for prediction in predictions])
    right = np.array(
        [likeliest(p) == sample.label for p, sample in zip(predictions, samples, strict=True)], dtype=float
    )
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(float((right - confidence)[bins == number].sum())) for number in range(BINS)]
    return share(sum(gaps), len(predictions))


def find_mistakes(predictions: Sequence[Prediction], samples: Sequence[LabelledText]) -> tuple[Mistake, ...]:
    """The documents that came out wrong, in their order."""
    return tuple(
        Mistake(index, sample.label, said.label, likeliest(said), said.confidence, sample.language, sample.group)
        for index, (said, sample) in enumerate(zip(predictions, samples, strict=True))
        if said.label != sample.label
    )


def likeliest(prediction: Prediction) -> str:
    """The label with the highest score, whatever the threshold; `UNKNOWN` where nothing is scored."""
    return max(prediction.scores, key=prediction.scores.__getitem__) if any(prediction.scores.values()) else UNKNOWN


def share(part: float, whole: float) -> float:
    """`part` of `whole`; 0 of nothing."""
    return part / whole if whole else 0.0
