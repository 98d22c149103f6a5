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
"""Probability of a difference by chance, from which downward a column may have drifted. `python -m benchmarks.drift`
prints how often documents that did not change are called drifted."""

OUT_OF_REACH = 100.0
"""A PSI that no column has: Evidently, which counts an empty bin as a share of 0.0001, gets at most 18.4."""

TELLING = frozenset({Column.LABEL, Column.IS_UNKNOWN})
"""The columns of which each alone says that the documents have drifted: they are what the model is there for."""


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column's PSI, the least one that is drift, and how likely chance alone makes the windows differ so much."""

    name: Column
    psi: float
    threshold: float
    by_chance: float

    @property
    def drifted(self) -> bool:
        """Whether the column has drifted: by enough to matter, and by more than chance explains."""
        return self.psi >= self.threshold and self.by_chance <= FALSE_ALARM

    def __str__(self) -> str:
        figures = f"PSI {self.psi:.2f}, by chance {self.by_chance:.1g}"
        return f"{self.name.replace('_', ' ')} {figures} (drift from {self.threshold:g}, to {FALSE_ALARM:g})"


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
    chances = {name: probability_by_chance(column) for name, column in columns.items()}
    # So that the page calls drifted what is called so here.
    shown = {name: rules.psi if chance <= FALSE_ALARM else OUT_OF_REACH for name, chance in chances.items()}
    report = Report([ValueDrift(column=name, method="psi", threshold=shown[name]) for name in columns])
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
    found = tuple(ColumnDrift(name, measured[name], rules.psi, chances[name]) for name in columns)
    drifted, why = verdict(found, share=rules.share)
    return Comparison(drifted, why, found, html=lambda: snapshot.get_html_str(as_iframe=False))


def probability_by_chance(column: Binned) -> float:
    """How likely windows that chance alone makes differ do so by this much or more, by Pearson's chi-squared test.

    Batches of documents that are alike raise the statistic by their design effect, over which it is taken (Rao and
    Scott, The analysis of categorical data from complex sample surveys, 1981). PSI has no such law where a bin is empty
    in one window: what stands for nothing there decides it.
    """
    from scipy.stats import chi2, chi2_contingency

    if column.bins == 1:
        return 1.0
    statistic = chi2_contingency(column.counts, correction=False).statistic / column.design_effect
    return float(chi2.sf(statistic, column.bins - 1))


def verdict(columns: Sequence[ColumnDrift], *, share: float) -> tuple[bool, str]:
    """Whether the columns say that the documents have drifted, and why as a sentence."""
    drifted = sorted((one for one in columns if one.drifted), key=lambda one: -one.psi)
    told = ", ".join(map(str, drifted))
    if any(one.name in TELLING for one in drifted) or len(drifted) >= share * len(columns):
        return True, f"the documents have drifted: {told}"
    if drifted:
        return False, f"too few columns have drifted, {len(drifted)} of {len(columns)}: {told}"
    nearest = min(columns, key=lambda one: (one.by_chance, -one.psi))
    return False, f"no column has drifted; the nearest to it is {nearest}"
