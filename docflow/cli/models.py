"""`docflow models`: what versions there are, which one is the champion, and bringing it to the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from heapq import merge
from operator import itemgetter
from typing import Annotated, Any

import typer
from rich.table import Table

from docflow import promoting, recipes, rollout
from docflow.cli.app import ERR, OUT
from docflow.cli.data import tracked
from docflow.cli.rows import show, show_sentence, show_table
from docflow.cli.who import Who, login_name
from docflow.learning import CANDIDATE_TAG, JudgedOn
from docflow.registry import CHALLENGER, SHADOW, ModelVersion, open_registry
from docflow.rollout.aliases import RECORDED_ALIASES, recorded_aliases
from docflow.rollout.standing import former_champion
from docflow.settings import load_settings
from docflow.store import Promotion, Refusal, Store

SENTENCES = {"reason": "", "refused": " refused"}
"""What the history has beneath its table, and what follows the version there."""

models = typer.Typer(no_args_is_help=True, help="List, promote, try, roll back and pull model versions.")


def register(app: typer.Typer) -> None:
    """Add this file's verbs to the command."""
    app.add_typer(models, name="models")


@models.command("list")
def list_versions() -> None:
    """List the registered versions with their figures; those in force by the record are marked."""
    settings = load_settings()
    with Store.open(settings.effective_database_url) as store:
        recorded = recorded_aliases(settings, store=store)
    table = Table(box=None, header_style="bold")
    for name in ("version", "aliases", "registered", "candidate", "digest", "macro accuracy"):
        table.add_column(name)
    for version in open_registry(settings).versions(settings.classify.model_name):
        table.add_row(
            version.version,
            marks(version, recorded=recorded),
            f"{version.created_at:%Y-%m-%d %H:%M}",
            version.tags.get(CANDIDATE_TAG, "–"),
            version.digest[:12],
            macro_accuracy(version),
        )
    show_table(table)


def marks(version: ModelVersion, *, recorded: Mapping[str, str]) -> str:
    """The parts that the version has by the record, other aliases, and what MLflow says where it says otherwise."""
    parts = [alias for alias in RECORDED_ALIASES if recorded.get(alias) == version.version]
    told = [alias for alias in RECORDED_ALIASES if alias in version.aliases]
    shown = ", ".join([*parts, *(alias for alias in version.aliases if alias not in RECORDED_ALIASES)])
    return shown if parts == told else f"{shown} (MLflow: {', '.join(told) or 'none'})".strip()


def macro_accuracy(version: ModelVersion) -> str:
    """The version's figure on held-out documents; of generated ones, and marked so, where no others were held out."""
    held_out, generated = (
        version.metrics.get(f"{kind}_macro_accuracy") for kind in (JudgedOn.HELD_OUT, JudgedOn.HELD_OUT_GENERATED)
    )
    if held_out is not None:
        return f"{held_out:.3f}"
    return "–" if generated is None else f"{generated:.3f} (generated)"


@models.command()
def promote(
    version: Annotated[str, typer.Argument(help="The version to make the champion.")],
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Promote it without judging it, for the --reason.")] = False,
    who: Who = "",
) -> None:
    """Make a version the champion where it is better than the one in force, and record its digest.

    Both answer for the labelled documents that training holds out; with too few of these it is refused. The first
    champion has nobody to be judged against.
    """
    if force and not reason.strip():
        raise typer.BadParameter("--force needs a --reason, for the record.")
    settings = load_settings()
    job = partial(rollout.promote, forced=True) if force else promoting.promote_if_better
    promoted = job(
        version,
        settings=settings,
        store=Store.open(settings.effective_database_url),
        registry=open_registry(settings),
        promoted_by=who or login_name(),
        reason=f"{reason} (forced)" if force else reason,
    )
    promotion = promoted.promotion if isinstance(promoted, promoting.Judged) else promoted
    told = f"version {promotion.model_version} is the champion, digest {promotion.digest[:12]}… {promotion.reason}"
    OUT.print(told, markup=False, soft_wrap=True)


@models.command()
def challenge(
    version: Annotated[str, typer.Argument(help="The version to try on the traffic.")],
    in_shadow: Annotated[
        bool, typer.Option("--shadow", help="Ask it about every document, and answer with the champion all the same.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    who: Who = "",
) -> None:
    """Try a version beside the champion: it answers for the share `rollout.share` of the documents, or for none.

    It has to keep within the budgets of time and size, as a champion has.
    """
    settings = load_settings()
    alias = SHADOW if in_shadow else CHALLENGER
    promotion = promoting.put_on_trial(
        version,
        settings=settings,
        store=Store.open(settings.effective_database_url),
        registry=open_registry(settings),
        promoted_by=who or login_name(),
        reason=reason,
        alias=alias,
    )
    OUT.print(f"version {promotion.model_version} is the {alias}, digest {promotion.digest[:12]}…")


@models.command()
def withdraw(
    in_shadow: Annotated[bool, typer.Option("--shadow", help="The shadow, not the challenger.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    who: Who = "",
) -> None:
    """End the trial of the challenger, or of the shadow."""
    settings = load_settings()
    promotion = rollout.withdraw(
        SHADOW if in_shadow else CHALLENGER,
        settings=settings,
        store=Store.open(settings.effective_database_url),
        withdrawn_by=who or login_name(),
        reason=reason,
    )
    OUT.print(promotion.reason, markup=False, soft_wrap=True)


@models.command()
def verdict(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Compare what is on trial with the champion on the documents labelled since; promote or withdraw by rule."""
    settings = load_settings()
    verdicts = rollout.judge_rollout(
        settings,
        store=Store.open(settings.effective_database_url),
        registry_factory=lambda: open_registry(settings),
        judged_by=login_name(),
        act=not dry_run,
    )
    if not verdicts and not as_json:
        OUT.print("no version is on trial")
        return
    keys = ("alias", "version", "ruling", "outcomes", "counted", "confirmed", "wins", "losses")
    rows = [judged.to_dict() for judged in verdicts]
    show(rows if as_json else [{key: row[key] for key in keys} for row in rows], as_json=as_json)
    if not as_json:
        for judged in verdicts:
            show_sentence(f"{judged.alias} {judged.version}", judged.reason)


@models.command()
def history(
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List what was promoted and what was refused, newest first: which version, who asked for it, when, and why.

    Of what was refused it says why it was, and with --json on what evidence, as of what was promoted.
    """
    settings = load_settings()
    name = settings.classify.model_name
    with Store.open(settings.effective_database_url) as store:
        promotions = store.promotions(model_name=name, limit=limit + 1)
        refusals = store.refusals.newest(name, limit=limit + 1)
    told = merge(
        ((one.promoted_at, promotion_row(one, as_json=as_json)) for one in promotions),
        ((one.refused_at, refusal_row(one, as_json=as_json)) for one in refusals),
        key=itemgetter(0),
        reverse=True,
    )
    rows = [row for _, row in told]
    if as_json:
        show(rows[:limit], as_json=True)
    else:
        show_history(rows[:limit])
    if len(rows) > limit:
        ERR.print(f"These are the newest {limit}; with a larger --limit there are more.", highlight=False)


def show_history(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the rows as a table, and under it why each was: reasons are sentences, and refusals have several."""
    show([{key: value for key, value in row.items() if key not in SENTENCES} for row in rows], as_json=False)
    for row in rows:
        about = " ".join(filter(None, (f"{row['when']:%Y-%m-%d %H:%M}", row["alias"], row["version"])))
        for key, what in SENTENCES.items():
            if row[key]:
                show_sentence(f"{about}{what}", row[key])


def promotion_row(promotion: Promotion, *, as_json: bool) -> dict[str, Any]:
    """What the history says of a promotion, with its evidence in JSON alone: it does not fit in a table."""
    return {
        # None where a trial was withdrawn: nobody has the alias since.
        "version": promotion.model_version or None,
        "alias": promotion.alias,
        "when": promotion.promoted_at,
        "who": promotion.promoted_by,
        "digest": (promotion.digest if as_json else promotion.digest[:12]) or None,
        "reason": promotion.reason,
        "refused": None,
    } | ({"evidence": rollout.Evidence.of(promotion).to_dict()} if as_json else {})


def refusal_row(refusal: Refusal, *, as_json: bool) -> dict[str, Any]:
    """What the history says of a refusal, by the names that a promotion's row has; `refused` is why it was."""
    return {
        "version": refusal.model_version,
        "alias": refusal.alias,
        "when": refusal.refused_at,
        "who": refusal.asked_by,
        "digest": refusal.digest if as_json else refusal.digest[:12],
        "reason": refusal.reason,
        "refused": refusal.refused_because if as_json else "; ".join(refusal.refused_because),
    } | ({"evidence": refusal.evidence} if as_json else {})


@models.command()
def rollback(who: Who = "") -> None:
    """Make the version before the current champion the champion again. A second rollback takes the first one back.

    To go back further, promote a version by its number.
    """
    settings = load_settings()
    store = Store.open(settings.effective_database_url)
    promotion = rollout.rollback(settings=settings, store=store, promoted_by=who or login_name())
    told = f"version {promotion.model_version} is the champion again, digest {promotion.digest[:12]}…"
    if (left := former_champion(settings, store=store)) is not None:
        told += f" Another rollback would bring version {left.model_version} back."
    OUT.print(told, soft_wrap=True)


@models.command()
def reproduce(version: Annotated[str, typer.Argument(help="The version to train again.")]) -> None:
    """Train a version again from its recipe, and compare the digests; nothing is registered."""
    settings = load_settings()
    with Store.open(settings.effective_database_url) as store:
        digest = recipes.reproduce(
            version, settings=settings, store=store, registry=open_registry(settings), track=tracked
        )
    OUT.print(f"version {version} came out the same again, digest {digest[:12]}…")


@models.command()
def pull() -> None:
    """Bring the champion, and the challenger, into the serving bundle's model store, their digests verified."""
    from bentos.models import import_models

    for alias, tag in import_models(load_settings()).items():
        OUT.print(f"{tag}, the {alias}, is ready to be served and bundled", markup=False)
