"""Whether confidences mean what they say, and how much can be answered at a given precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np

from docflow.classify.evaluation import BINS, likeliest
from docflow.types import UNKNOWN, LabelledText, Prediction

PRECISION = 0.99


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """A range of confidences: how many documents, their mean confidence, and the share that is right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of documents that is answered with at least `precision`, and the confidence from which on that is.

    `count` is how many that are: a precision of 0.99 of a few dozens says that they were all right. `confidence` is
    None, and `share` 0, where no confidence gives that precision.
    """

    precision: float
    share: float
    confidence: float | None
    count: int


def reliability(predictions: Sequence[Prediction], samples: Sequence[LabelledText]) -> tuple[ReliabilityBin, ...]:
    """The bins of equal width that hold documents, the least confident first."""
    confidence = np.array([prediction.confidence for prediction in predictions])
    right = np.array([likeliest(p) == s.label for p, s in zip(predictions, samples, strict=True)], dtype=float)
    numbers = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        ReliabilityBin(
            low=number / BINS,
            high=(number + 1) / BINS,
            count=int((numbers == number).sum()),
            confidence=float(confidence[numbers == number].mean()),
            right=float(right[numbers == number].mean()),
        )
        for number in np.unique(numbers).tolist()
    )


def coverage(
    predictions: Sequence[Prediction], samples: Sequence[LabelledText], *, precision: float = PRECISION
) -> Coverage:
    """How many of the documents the model may name so that this share of its answers is right.

    Answers are the likeliest labels; the background is none. Documents of equal confidence are answered together.
    The confidence is chosen on these same documents: it is the best case, not a promise.
    """
    named = [
        (p.confidence, likeliest(p) == s.label)
        for p, s in zip(predictions, samples, strict=True)
        if likeliest(p) != UNKNOWN
    ]
    if not named:
        return Coverage(precision, 0.0, None, 0)
    named.sort(key=lambda pair: -pair[0])
    confidence = np.array([pair[0] for pair in named])
    right = np.cumsum([pair[1] for pair in named])
    last_of_equals = np.append(confidence[1:] != confidence[:-1], True)
    enough = np.flatnonzero((right / np.arange(1, len(named) + 1) >= precision) & last_of_equals)
    if not len(enough):
        return Coverage(precision, 0.0, None, 0)
    count = int(enough[-1]) + 1
    return Coverage(precision, count / len(samples), float(confidence[enough[-1]]), count)


def reliability_picture(bins: Sequence[ReliabilityBin]) -> bytes:
    """A PNG: the share that is right over the mean confidence of each bin, beside the line where both are equal."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    axes.plot([b.confidence for b in bins], [b.right for b in bins], marker="o")
    for held in bins:
        axes.annotate(str(held.count), (held.confidence, held.right), textcoords="offset points", xytext=(5, -10))
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="share that is right")
    png = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(png, format="png", dpi=110)
    return png.getvalue()
