"""What the report that training left beside a version says of its slices."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path
from typing import Any

from docflow.errors import RegistryError
from docflow.registry import ModelVersion
from docflow.registry.connection import answering, with_driver
from docflow.settings import Settings

log = logging.getLogger(__name__)

REPORTED = ("held_out", "held_out_generated")
"""What training's reports are of, those that say most of new documents first; figures and files are named after it."""


def reported_slices(registered: ModelVersion, *, settings: Settings) -> tuple[str | None, dict[str, dict[str, float]]]:
    """What was held out for the version, and how it did on the slices of that which are large enough to speak.

    Nothing where the version was trained without held-out documents, and where the report cannot be had: a promotion
    does not hang on it.
    """
    kind = next((kind for kind in REPORTED if f"{kind}_accuracy_low" in registered.metrics), None)
    if kind is None:
        return None, {}
    from mlflow.artifacts import download_artifacts

    try:
        with tempfile.TemporaryDirectory() as scratch, answering():
            found = download_artifacts(
                run_id=registered.run_id,
                artifact_path=f"reports/{kind}.json",
                dst_path=scratch,
                tracking_uri=with_driver(settings.effective_tracking_uri),
            )
            report = json.loads(Path(found).read_bytes())
    except (RegistryError, ValueError) as error:
        log.warning("the report of version %s cannot be had: %s", registered.version, error)
        return None, {}
    return kind, slices_of(report, least=settings.promotion.least_slice)


def slices_of(report: dict[str, Any], *, least: int) -> dict[str, dict[str, float]]:
    """The labels, languages, sources and grades of a `classify.Report` in JSON, of this many documents at least."""
    figures = {f"label {label}": figure for label, figure in report["recall"].items()}
    figures |= {f"{one['by']} {one['value']}": one["accuracy"] for one in report["slices"]}
    return {
        name: {"documents": figure["count"], "accuracy": figure["value"]}
        for name, figure in figures.items()
        if figure["count"] >= least
    }
