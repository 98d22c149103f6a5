"""`docflow bundle`: the serving bundle of the models in force, built and tried."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from docflow.cli.app import ERR, OUT
from docflow.cli.rows import show_table
from docflow.registry import open_registry
from docflow.settings import MEGABYTE, load_settings

if TYPE_CHECKING:
    from bentos.building import Bundle

bundle = typer.Typer(no_args_is_help=True, help="Build the serving bundle.")

EXAMPLES = Path("examples/documents")


def register(app: typer.Typer) -> None:
    """Add this file's verbs to the command."""
    app.add_typer(bundle, name="bundle")


@bundle.command()
def build(
    version: Annotated[
        str | None, typer.Option(help="The bundle's own version; default: BentoML makes one up.")
    ] = None,
    documents: Annotated[
        Path, typer.Option(help="A folder of documents to send it.", exists=True, file_okay=False)
    ] = EXAMPLES,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Build the bundle of the models in force from the source tree here, and try it: served, and sent documents."""
    from bentos.building import build_bundle

    settings = load_settings()
    with ERR.status("beginning") as status:
        built = build_bundle(
            settings,
            root=Path(),
            documents=sorted(path for path in documents.iterdir() if path.is_file()),
            registry=open_registry(settings),
            version=version,
            progress=status.update,
        )
    if as_json:
        typer.echo(json.dumps(built.to_dict(), ensure_ascii=False))
        return
    show_bundle(built, home=settings.var_dir / "bentoml")


def show_bundle(built: Bundle, *, home: Path) -> None:
    """Print what the bundle answered, what it is, and the command that makes its image."""
    table = Table(box=None, header_style="bold")
    for name in ("file", "kind", "confidence", "pages", "seconds"):
        table.add_column(name, justify="left" if name in {"file", "kind"} else "right")
    for one in built.tried:
        table.add_row(escape(one.file), one.kind, f"{one.confidence:.3f}", str(one.pages), f"{one.seconds:.2f}")
    show_table(table)
    OUT.print(f"{built.tag} serves {', '.join(built.models)}", highlight=False, soft_wrap=True)
    OUT.print(f"it installs {built.packages} packages, {built.installed_bytes / MEGABYTE:.0f} MB", highlight=False)
    image = f"BENTOML_HOME={quote(str(home))} bentoml containerize {built.tag}"
    OUT.print(f"its image: {image}", highlight=False, markup=False, soft_wrap=True)
