"""Whether documents have drifted: the population stability index of each column, by Evidently (extra `drift`).

PSI sums (p - q) ln(p / q) over a column's bins. Evidently has its own bins for numbers, which one outlier moves; here
all columns come binned. Nothing leaves the machine.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docflow.errors import SettingsError
from docflow.monitor.columns import Binned, Column, Observation, binned
from docflow.settings import DriftSettings

FALSE_ALARM = 0.001
"""Probability that a column passes its threshold by chance, were its bins large. `python -m benchmarks.drift` prints
how often documents that did not change are called drifted."""

TELLING = frozenset({Column.LABEL, Column.IS_UNKNOWN})
"""The columns of which each alone says that the documents have drifted: they are what the model is there for."""


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column's PSI, and the least one that is drift."""

    name: Column
    psi: float
    threshold: float

    @property
    def drifted(self) -> bool:
        """Whether the column has drifted."""
        return self.psi >= self.threshold

    def __str__(self) -> str:
        return f"{self.name.replace('_', ' ')} PSI {self.psi:.2f} (drift from {self.threshold:.2f})"


@dataclass(frozen=True)
class Comparison:
    """What came of comparing two windows: whether they differ, why as a sentence, and each column.

    `html` writes a page with every column's bins, some 4 MB; it has no document's text.
    """

    drifted: bool
    why: str
    columns: tuple[ColumnDrift, ...]
    html: Callable[[], str]


def compare(reference: Sequence[Observation], current: Sequence[Observation], *, rules: DriftSettings) -> Comparison:
    """Whether the current documents have drifted from those of the reference; either has ten at least.

    They have where their labels or the share of `unknown` have, or `rules.share` of the columns. Raises
    `SettingsError` where Evidently is not installed.
    """
    # It sends nothing from what is used here, and is not to begin to.
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        # NumPy warns of what Evidently imports.
        with warnings.catch_warnings(action="ignore"):
            from evidently import DataDefinition, Dataset, Report
            from evidently.metrics import ValueDrift
    except ImportError as error:
        raise SettingsError(
            "evidently is not installed", next_step="Install it: `uv pip install 'docflow[drift]'`."
        ) from error
    import pandas as pd

    columns = binned(reference, current)
    thresholds = {name: max(rules.psi, psi_by_chance(column)) for name, column in columns.items()}
    report = Report([ValueDrift(column=name, method="psi", threshold=thresholds[name]) for name in columns])
    definition = DataDefinition(categorical_columns=list(columns))
    before, now = (
        Dataset.from_pandas(pd.DataFrame(window), data_definition=definition)
        for window in (
            {name: column.reference for name, column in columns.items()},
            {name: column.current for name, column in columns.items()},
        )
    )
    snapshot = report.run(now, before)
    measured = {metric["config"]["column"]: float(metric["value"]) for metric in snapshot.dict()["metrics"]}
    found = tuple(ColumnDrift(name, measured[name], thresholds[name]) for name in columns)
    drifted, why = verdict(found, share=rules.share)
    return Comparison(drifted, why, found, html=lambda: snapshot.get_html_str(as_iframe=False))


def psi_by_chance(column: Binned) -> float:
    """The PSI that is passed in about `FALSE_ALARM` of the cases by such windows that differ by chance alone.

    PSI over (1/n + 1/m) then follows the chi-squared distribution with a degree of freedom less than there are bins
    (Yurdakul and Naranjo, Statistical properties of the population stability index, 2020), so that B - 1 times as much
    is expected. Batches of documents that are alike raise it by their design effect.
    """
    from scipy.stats import chi2

    if column.bins == 1:
        return 0.0
    noise = column.design_effect * (1 / len(column.reference) + 1 / len(column.current))
    return float(chi2.isf(FALSE_ALARM, column.bins - 1) * noise)


def verdict(columns: Sequence[ColumnDrift], *, share: float) -> tuple[bool, str]:
    """Whether the columns say that the documents have drifted, and why as a sentence."""
    drifted = sorted((one for one in columns if one.drifted), key=lambda one: -one.psi / one.threshold)
    told = ", ".join(map(str, drifted))
    if any(one.name in TELLING for one in drifted) or len(drifted) >= share * len(columns):
        return True, f"the documents have drifted: {told}"
    if drifted:
        return False, f"too few columns have drifted, {len(drifted)} of {len(columns)}: {told}"
    nearest = max(columns, key=lambda one: one.psi / one.threshold)
    return False, f"no column has drifted; the nearest to it is {nearest}"
