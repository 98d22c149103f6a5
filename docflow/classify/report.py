"""An evaluation that can be argued with: figures with intervals, slices, calibration, and who is in which cell."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from docflow.classify.calibration import Coverage, ReliabilityBin, coverage, reliability
from docflow.classify.evaluation import Evaluation, Sources, compare
from docflow.classify.grouping import fair_groups
from docflow.classify.intervals import Figure, accuracy_figure, macro_figure
from docflow.types import UNKNOWN, LabelledText, Prediction

SLICES: dict[str, Callable[[LabelledText], str]] = {
    "language": lambda sample: sample.language,
    "source": lambda sample: sample.source,
    "grade": lambda sample: sample.grade,
}
"""What documents are sliced by; those of which it is not known are in no slice."""

LEAST_SLICE = 5
"""Documents under which a slice says nothing."""


@dataclass(frozen=True)
class Slice:
    """Documents that have something in common, and the share of them that came out right.

    The interval of a source's slice is for more documents of that source.
    """

    by: str
    value: str
    accuracy: Figure


@dataclass(frozen=True)
class Cell:
    """The documents that are `expected` and came out as `predicted`.

    `documents` are the ids of those of its `count` that can be found again by one: stored or generated. `files` are
    their paths in the same order, where they came from a folder.
    """

    expected: str
    predicted: str
    count: int
    documents: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def is_wrong(self) -> bool:
        """Whether its documents came out otherwise than they are."""
        return self.expected != self.predicted

    def names(self) -> list[str]:
        """What each document that can be found again is called: its path, if there is one, and its id."""
        pairs = zip_longest(self.documents, self.files, fillvalue="")
        return [f"{file} ({number})" if file else number for number, file in pairs]


@dataclass(frozen=True)
class Report:
    """All figures of one evaluation; `macro` is over the named labels, as `Evaluation.macro_accuracy` is."""

    accuracy: Figure
    macro: Figure
    recall: dict[str, Figure]
    slices: tuple[Slice, ...]
    ece: float
    reliability: tuple[ReliabilityBin, ...]
    coverage: Coverage
    cells: tuple[Cell, ...]

    def worst_cells(self) -> list[Cell]:
        """The cells whose documents came out wrong, those with most documents first."""
        return sorted((cell for cell in self.cells if cell.is_wrong), key=lambda cell: -cell.count)

    def to_dict(self) -> dict[str, Any]:
        """The whole report as plain JSON."""
        return asdict(self)

    def to_json(self) -> bytes:
        """The whole report as a file."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1).encode("utf-8", "replace")

    def to_markdown(self) -> bytes:
        """The report for a reader: tables of figures, then every cell off the diagonal with its documents."""
        lines = ["| | documents | sources | share | 95 % |", "|---|---|---|---|---|"]
        lines.append(_row("accuracy", self.accuracy))
        if self.macro.count:
            lines.append(_row("macro accuracy", self.macro))
        lines += [_row(f"recall of {label}", figure) for label, figure in self.recall.items()]
        lines += [_row(f"{held.by}: {held.value}", held.accuracy) for held in self.slices]
        lines += [
            "",
            f"Calibration error {self.ece:.3f}; {self.coverage.share:.3f} of the documents "
            f"({self.coverage.count} of {self.accuracy.count}) can be named at a precision of "
            f"{self.coverage.precision:.2f}. The confidence that this takes was chosen on these same documents: it is "
            "the best case, not a promise.",
            "",
            "| is | said | documents | |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {_plain(cell.expected)} | {_plain(cell.predicted)} | {cell.count} | {_plain(_told(cell))} |"
            for cell in self.cells
        ]
        return "\n".join([*lines, ""]).encode("utf-8", "replace")

    def metrics(self) -> dict[str, float]:
        """The figures that `Evaluation` does not have, as one flat mapping; none over named labels without these."""
        figures = {
            "accuracy_low": self.accuracy.low,
            "accuracy_high": self.accuracy.high,
            "coverage_at_99": self.coverage.share,
            "coverage_at_99_documents": float(self.coverage.count),
        }
        if self.macro.count:
            figures |= {"macro_accuracy_low": self.macro.low, "macro_accuracy_high": self.macro.high}
        return figures


def report(
    predictions: Sequence[Prediction], samples: Sequence[LabelledText], *, sources: Sources | None = None
) -> Report:
    """What there is to say of these predictions for `samples`.

    Documents of equal `sources` belong together; where it is None, those of one source and near duplicates do
    (`fair_groups`, which needs their texts).
    """
    evaluation: Evaluation = compare(predictions, samples)
    right = [said.label == sample.label for said, sample in zip(predictions, samples, strict=True)]
    sources = fair_groups(samples) if sources is None else np.unique(sources, return_inverse=True)[1].tolist()
    named = [row for row, sample in enumerate(samples) if sample.label != UNKNOWN]

    def figure(rows: Sequence[int]) -> Figure:
        return accuracy_figure([right[row] for row in rows], sources=[sources[row] for row in rows])

    return Report(
        accuracy=figure(range(len(samples))),
        macro=macro_figure(
            [right[row] for row in named],
            [samples[row].label for row in named],
            sources=[sources[row] for row in named],
        ),
        recall={
            label: figure([row for row, sample in enumerate(samples) if sample.label == label])
            for label in evaluation.per_label
        },
        slices=tuple(_slices(right, samples, sources=sources)),
        ece=evaluation.ece,
        reliability=reliability(predictions, samples),
        coverage=coverage(predictions, samples),
        cells=_cells(predictions, samples),
    )


def _slices(right: Sequence[bool], samples: Sequence[LabelledText], *, sources: Sequence[int]) -> list[Slice]:
    found = []
    for by, value_of in SLICES.items():
        held: dict[str, list[int]] = defaultdict(list)
        for row, sample in enumerate(samples):
            if value_of(sample):
                held[value_of(sample)].append(row)
        for value, rows in sorted(held.items()):
            if len(rows) >= LEAST_SLICE:
                # Of one source, whole sources cannot be drawn.
                drawn = None if by == "source" else [sources[row] for row in rows]
                found.append(Slice(by, value, accuracy_figure([right[row] for row in rows], sources=drawn)))
    return found


def _cells(predictions: Sequence[Prediction], samples: Sequence[LabelledText]) -> tuple[Cell, ...]:
    held: dict[tuple[str, str], list[LabelledText]] = defaultdict(list)
    for said, sample in zip(predictions, samples, strict=True):
        held[sample.label, said.label].append(sample)
    return tuple(_cell(*labels, found) for labels, found in sorted(held.items()))


def _cell(expected: str, predicted: str, samples: Sequence[LabelledText]) -> Cell:
    listed = [sample for sample in samples if sample.document_id]
    files = tuple(str(sample.metadata.get("path", "")) for sample in listed)
    ids = tuple(sample.document_id for sample in listed)
    return Cell(expected, predicted, len(samples), ids, files if any(files) else ())


def _told(cell: Cell) -> str:
    return ", ".join(cell.names()) if cell.is_wrong else ""


def _row(name: str, figure: Figure) -> str:
    interval = f"{figure.low:.3f} to {figure.high:.3f}"
    return f"| {_plain(name)} | {figure.count} | {figure.sources} | {figure.value:.3f} | {interval} |"


def _plain(text: str) -> str:
    """The text without what would end a table's cell."""
    return text.replace("|", "\\|").replace("\n", " ")
