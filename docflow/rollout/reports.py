"""What the report that training left beside a version says of its slices."""

from __future__ import annotations

import json
import logging
from typing import Any

from docflow.errors import RegistryError
from docflow.registry import REPORT_FOLDER, JudgedOn, ModelVersion, Registry

log = logging.getLogger(__name__)


def reported_slices(
    registered: ModelVersion, *, registry: Registry, least: int
) -> tuple[JudgedOn | None, dict[str, dict[str, float]]]:
    """What was held out for the version, and how it did on the slices of that which have so many documents at `least`.

    Nothing where the version was trained without held-out documents, and where the report cannot be had: a promotion
    does not hang on it.
    """
    # Reports alone have intervals.
    kind = next((kind for kind in JudgedOn if f"{kind}_accuracy_low" in registered.metrics), None)
    if kind is None:
        return None, {}
    path = f"{REPORT_FOLDER}/{kind}.json"
    try:
        report = json.loads(registry.attached(registered.name, version=registered.version, path=path))
    except (RegistryError, ValueError) as error:
        log.warning("the report of version %s cannot be had: %s", registered.version, error)
        return None, {}
    return kind, slices_of(report, least=least)


def slices_of(report: dict[str, Any], *, least: int) -> dict[str, dict[str, float]]:
    """The labels, languages, sources and grades of a `classify.Report` in JSON, of this many documents at least."""
    figures = {f"label {label}": figure for label, figure in report["recall"].items()}
    figures |= {f"{one['by']} {one['value']}": one["accuracy"] for one in report["slices"]}
    return {
        name: {"documents": figure["count"], "accuracy": figure["value"]}
        for name, figure in figures.items()
        if figure["count"] >= least
    }
