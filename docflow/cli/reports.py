"""Reports that are written to a file: whether that can be is looked at before anything is worked for them."""

from __future__ import annotations

import os
from pathlib import Path

from docflow.errors import OutputUnwritable


def check_report(report: Path | None) -> None:
    """Raise `OutputUnwritable` where a report could not be written there; without one there is nothing to check."""
    if report is None:
        return
    if not report.parent.is_dir():
        raise OutputUnwritable(
            f"the report could not be written: there is no folder {report.parent}",
            next_step="Make the folder, or name a file in another.",
        )
    if not os.access(report if report.exists() else report.parent, os.W_OK):
        raise OutputUnwritable(f"the report could not be written: {report} may not be written to")
