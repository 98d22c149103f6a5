"""`docflow models`: what versions there are, which one is the champion, and bringing it to the service."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from rich.table import Table

from docflow import learning, promoting
from docflow.cli.app import OUT
from docflow.cli.data import open_registry
from docflow.cli.labels import show
from docflow.settings import load_settings
from docflow.store import Store

models = typer.Typer(no_args_is_help=True, help="List, promote, roll back and pull model versions.")


def register(app: typer.Typer) -> None:
    """Add this file's verbs to the command."""
    app.add_typer(models, name="models")


@models.command("list")
def list_versions() -> None:
    """List the registered versions with their figures; the champion is marked."""
    settings = load_settings()
    table = Table(box=None, header_style="bold")
    for name in ("version", "aliases", "registered", "digest", "macro accuracy"):
        table.add_column(name)
    for version in open_registry(settings).versions(settings.classify.model_name):
        macro = version.metrics.get("held_out_macro_accuracy")
        table.add_row(
            version.version,
            ", ".join(version.aliases),
            f"{version.created_at:%Y-%m-%d %H:%M}",
            version.digest[:12],
            "–" if macro is None else f"{macro:.3f}",
        )
    OUT.print(table)


@models.command()
def promote(
    version: Annotated[str, typer.Argument(help="The version to make the champion.")],
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Promote it without judging it, for the reason.")] = False,
) -> None:
    """Make a version the champion where it is better than the one in force, and record its digest.

    Both answer for the labelled documents that training holds out; too few of these, and nothing is judged.
    """
    settings = load_settings()
    job = learning.promote if force else promoting.promote_if_better
    promoted = job(
        version,
        settings=settings,
        store=Store.open(settings.effective_database_url),
        registry=open_registry(settings),
        promoted_by=getpass.getuser(),
        reason=f"{reason} (forced)" if force else reason,
    )
    promotion = promoted.promotion if isinstance(promoted, promoting.Judged) else promoted
    OUT.print(f"version {promotion.model_version} is the champion, digest {promotion.digest[:12]}… {promotion.reason}")


@models.command()
def history(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List the promotions, newest first: who made which version the champion, when, why, and on what evidence."""
    settings = load_settings()
    with Store.open(settings.effective_database_url) as store:
        promotions = store.promotions(model_name=settings.classify.model_name)
    rows = [
        {
            "version": promotion.model_version,
            "alias": promotion.alias,
            "when": promotion.promoted_at.isoformat(timespec="seconds"),
            "who": promotion.promoted_by,
            "digest": promotion.digest if as_json else promotion.digest[:12],
            "reason": promotion.reason,
        }
        | ({"evidence": promotion.evidence} if as_json else {})
        for promotion in promotions
    ]
    show(rows, as_json=as_json)


@models.command()
def rollback() -> None:
    """Make the version before the current champion the champion again."""
    settings = load_settings()
    promotion = learning.rollback(
        settings=settings,
        store=Store.open(settings.effective_database_url),
        registry=open_registry(settings),
        promoted_by=getpass.getuser(),
    )
    OUT.print(f"version {promotion.model_version} is the champion again, digest {promotion.digest[:12]}…")


@models.command()
def pull() -> None:
    """Bring the champion into the serving bundle's model store, its digest verified."""
    from bentos.models import import_champion

    OUT.print(f"{import_champion(load_settings())} is ready to be served and bundled")
