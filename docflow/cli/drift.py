"""`docflow drift`: whether the documents have drifted from those that the newest model began with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from docflow.cli.app import ERR, OUT
from docflow.cli.reports import check_report
from docflow.cli.rows import AsJson, show
from docflow.drifting import look_for_drift
from docflow.registry import open_registry
from docflow.settings import load_settings
from docflow.store import Store


def register(app: typer.Typer) -> None:
    """Add this file's verbs to the command."""
    app.command()(drift)


def drift(
    as_json: AsJson = False,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Write a page that shows the columns there, HTML of some 4 MB; none where documents are too few.",
            dir_okay=False,
        ),
    ] = None,
) -> None:
    """Say whether documents have drifted from the first ones since the newest version was registered."""
    check_report(report)
    settings = load_settings()
    with Store.open(settings.effective_database_url) as store:
        seen = look_for_drift(settings, store=store, registry=open_registry(settings), report=report)
    if report is not None and not seen.columns:
        ERR.print(f"no report was written to {report}: nothing was compared", markup=False, soft_wrap=True)
    told = seen.to_dict()
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    OUT.print(seen.why, markup=False, highlight=False, soft_wrap=True)
    if seen.columns:
        show(told["columns"], as_json=False)
