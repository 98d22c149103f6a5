"""`docflow serve`, `db`, `config` and `doctor`: running DocFlow and seeing what it runs on."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from docflow.cli.app import ERR, OUT
from docflow.cli.doctor import examine
from docflow.cli.rows import show_table
from docflow.errors import DocFlowError
from docflow.settings import Settings, load_settings, masked_url, origins
from docflow.store import Store

db = typer.Typer(no_args_is_help=True, help="The database's schema.")


def register(app: typer.Typer) -> None:
    """Add this file's verbs to the command."""
    app.command()(serve)
    app.command()(config)
    app.command()(doctor)
    app.add_typer(db, name="db")


@db.command()
def upgrade() -> None:
    """Bring the database's schema up to this version."""
    settings = load_settings()
    Store.open(settings.effective_database_url, upgrade=True).close()
    OUT.print(f"{masked_url(settings.effective_database_url)} is up to date", markup=False)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default: the setting.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on; default: the setting.")] = None,
) -> None:
    """Serve the HTTP API with the champion, until Ctrl-C."""
    from bentos.home import check_free, hold
    from bentos.models import import_models, serving_environment

    settings = load_settings()
    environment = serving_environment(settings)
    address, number = host or settings.service.host, port or settings.service.port
    check_free(address, number)
    hold(Path(environment["BENTOML_HOME"]))
    with ERR.status("bringing the champion to the service"):
        import_models(settings, for_service=True)
    OUT.print(f"serving on http://{address}:{number}/docs", highlight=False)
    arguments = ["serve", "bentos.service:DocFlow", "--host", address, "--port", str(number)]
    # The service takes this process's place, so that whoever started it can stop it.
    os.execve(sys.executable, [sys.executable, "-m", "bentoml", *arguments], environment)  # noqa: S606


def config(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Print the effective settings and where each came from; secrets are masked."""
    settings = load_settings()
    values = dict(shown_values(settings))
    sources = origins()
    if as_json:
        typer.echo(json.dumps({k: {"value": v, "source": sources[k]} for k, v in values.items()}, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold")
    for name in ("setting", "value", "source"):
        table.add_column(name)
    for key, value in values.items():
        table.add_row(key, escape(str(value)), escape(sources[key]))
    show_table(table)


def shown_values(settings: Settings) -> list[tuple[str, Any]]:
    """Each setting's dotted key with its value, secrets masked and embedded defaults spelt out."""
    values: list[tuple[str, Any]] = []
    for name, value in settings.model_dump(mode="json").items():
        if isinstance(value, dict):
            values += [(f"{name}.{key}", inner) for key, inner in value.items()]
        else:
            values.append((name, value))
    spelt_out = {
        "database_url": masked_url(settings.effective_database_url),
        "blobs_url": settings.effective_blobs_url,
        "mlflow.tracking_uri": masked_url(settings.effective_tracking_uri),
        "mlflow.artifacts": settings.effective_artifacts,
    }
    return [(key, spelt_out.get(key, value)) for key, value in values]


def doctor() -> None:
    """Check every outside thing that DocFlow needs, and say how to mend what is amiss."""
    findings = examine(load_settings())
    table = Table(box=None, show_header=False)
    for finding in findings:
        mark = "[green]ok[/]" if finding.error is None else "[red]fail[/]" if finding.needed else "[yellow]none[/]"
        told = finding.told if finding.error is None else f"{finding.error.message}\n{finding.error.next_step}"
        table.add_row(mark, finding.name, escape(told))
    show_table(table)
    failed: list[DocFlowError] = [f.error for f in findings if f.error is not None and f.needed]
    raise typer.Exit(failed[0].exit_code if failed else 0)
