"""`docflow labels`: what people say that documents are, brought in, corrected and looked up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from docflow.autolabelling import label_automatically
from docflow.classify import doubts
from docflow.cli.app import ERR, OUT, shown
from docflow.cli.rows import AsJson, show
from docflow.cli.visible import visible
from docflow.cli.who import Who, login_name
from docflow.labelling import Imported, Outcome, import_labels, labelled_texts
from docflow.labels import read_entries, valid_label, valid_source, valid_who
from docflow.labels.combining import least_sources
from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.store import Label, LabelAction, LabelOrigin, Store
from docflow.synth import training_texts

GENERATED_BESIDE = 1000
"""Generated texts that the model which doubts labels learns from beside: with few documents, they steady it."""

labels = typer.Typer(no_args_is_help=True, help="Import, set and look up what documents are.")


def register(app: typer.Typer) -> None:
    """Add this file's verbs to the command."""
    app.add_typer(labels, name="labels")


@labels.command("import")
def import_all(
    path: Annotated[
        Path, typer.Argument(help="A folder with a folder for each label, or a .csv or .jsonl.", exists=True)
    ],
    who: Who = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Import over what was corrected since, too.")] = False,
) -> None:
    """Take documents in with their labels. A bad row fails alone, and doing it again changes nothing."""
    entries = list(read_entries(path))
    counted: Counter[Outcome] = Counter()
    codes: set[int] = set()
    who = valid_who(who or login_name())
    with Pipeline.open(load_settings()) as pipeline:
        # The engine is a condition of every document: its absence is one error, not a hundred.
        _ = pipeline.engine
        imported = import_labels(pipeline, entries, who=who, overwrite=overwrite)
        for one in track(imported, total=len(entries), console=ERR, transient=True, description="importing"):
            counted[one.outcome] += 1
            if one.error is not None:
                codes.add(one.error.exit_code)
            for told in remarks(one):
                line = f"{one.name}: {told}" if one.name else told
                ERR.print(visible(shown(line)), markup=False, soft_wrap=True)
    OUT.print(", ".join(f"{count} {what}" for what, count in sorted(counted.items())))
    raise typer.Exit(0 if not codes else codes.pop() if len(codes) == 1 else 1)


def remarks(one: Imported) -> Iterator[str]:
    """What somebody should know of an entry that was imported, or was not."""
    if one.why:
        yield f"left out: {one.why}."
    if one.doubt:
        yield f"{one.doubt}. If they are the same, call them so."
    if one.outcome is Outcome.KEPT and one.label is not None:
        yield f"kept {kept(one.label)}; --overwrite imports it all the same."
    if one.error is not None:
        yield f"{one.error.message}. {one.error.next_step}"


def kept(label: Label) -> str:
    """What stands of a document's labels, by whom."""
    if label.action is LabelAction.WITHDRAWN:
        return f"it without a label, which {label.who} took back since"
    return f"{label.label}, which {label.who} said since"


@labels.command("set")
def set_label(
    document_id: Annotated[int, typer.Argument(help="The document's id.")],
    label: Annotated[str, typer.Argument(help="What it is.")],
    who: Who = "",
    comment: Annotated[str, typer.Option(help="Why.")] = "",
    source: Annotated[str, typer.Option(help="Where it came from; without one it keeps the source that it has.")] = "",
) -> None:
    """Say what a document is; what was said before is kept in its history."""
    with open_store() as store:
        given, is_new = store.labels.add(
            document_id,
            label=valid_label(label),
            who=valid_who(who or login_name()),
            comment=comment,
            source=valid_source(source),
        )
    was = f", was {given.replaced}" if given.replaced else ", confirmed" if given.is_confirmation else ""
    OUT.print(f"document {document_id} is {given.label}{was}" if is_new else "as it was", markup=False)


@labels.command("withdraw")
def withdraw_label(
    document_id: Annotated[int, typer.Argument(help="The document's id.")],
    who: Who = "",
    comment: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Take back what people said that a document is; the history keeps it, and a machine's label may stand again."""
    with open_store() as store:
        taken, is_new = store.labels.withdraw(document_id, who=valid_who(who or login_name()), comment=comment)
    told = f"document {document_id} is no longer {taken.replaced}"
    OUT.print(told if is_new else "as it was: no person's label is in force", markup=False)


@labels.command("history")
def history(document_id: Annotated[int, typer.Argument(help="The document's id.")], as_json: AsJson = False) -> None:
    """Print every label that a document ever had, newest first, with who gave, confirmed or withdrew it."""
    with open_store() as store:
        found = store.labels.history(document_id)
    show([{"action": label.action.value} | label_dict(label) for label in found], as_json=as_json)


@labels.command("list")
def list_labels(
    auto: Annotated[bool, typer.Option("--auto", help="Those of machines too.")] = False, as_json: AsJson = False
) -> None:
    """Print the label in force of every document that has one."""
    origins = list(LabelOrigin) if auto else [LabelOrigin.HUMAN]
    with open_store() as store:
        found = store.labels.labelled(origins=origins)
    named = (({"document_id": one.document.id, "filename": one.document.filename}, one.label) for one in found)
    show([names | label_dict(label) for names, label in named], as_json=as_json)


@labels.command("auto")
def auto_label(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be labelled.")] = False,
    as_json: AsJson = False,
) -> None:
    """Label what no person labelled by rules, senders and the model, as far as they agree with people."""
    settings = load_settings()
    with open_store() as store, ERR.status("having the functions vote"):
        told = label_automatically(settings, store=store, dry_run=dry_run)
    if as_json:
        typer.echo(json.dumps(asdict(told), ensure_ascii=False))
        return
    rows = [
        {"function": name, "votes": one.votes, "agreed": one.agreed, "accuracy": f"{one.accuracy:.3f}"}
        for name, one in sorted(told.agreements.items())
    ]
    if rows:
        show(rows, as_json=False)
    precision = settings.labelling.precision
    if told.cutoff is None:
        OUT.print(
            f"no label stands: on {told.judged_on} documents of {told.sources} sources that people labelled, no "
            f"certainty was right often enough to count on {precision:g}, which takes {least_sources(precision)} "
            "sources that are right: label documents of more, or lower labelling.precision",
            soft_wrap=True,
        )
    else:
        OUT.print(
            f"labelled from a certainty of {told.cutoff.certainty:.3f} on, with which {told.cutoff.right} of "
            f"{told.cutoff.documents} documents of {told.cutoff.sources} sources that people labelled came out right",
            soft_wrap=True,
        )
    OUT.print(
        f"{counted(told.given)} new, {counted(told.withdrawn)} withdrawn, {told.kept} as they were, "
        f"{told.undecided} undecided",
        markup=False,
        soft_wrap=True,
    )


def counted(labels: Mapping[str, int]) -> str:
    """How many there are of each label."""
    each = ", ".join(f"{count} {label}" for label, count in sorted(labels.items()))
    return f"{sum(labels.values())} ({each})" if each else "0"


@labels.command("errors")
def errors(
    top: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    generated: Annotated[int, typer.Option(min=0, help="Generated texts to learn from beside.")] = GENERATED_BESIDE,
    as_json: AsJson = False,
) -> None:
    """Print the labels that are most likely wrong, for somebody to look at; `docflow labels set` mends one."""
    with open_store() as store:
        samples = labelled_texts(store)
    known = {sample.label for sample in samples}
    beside = [sample for sample in training_texts(generated, seed=0) if sample.label in known]
    with ERR.status("looking for doubtful labels"):
        found = doubts(samples, beside=beside)[:top]
    rows = [
        {
            "document_id": int(doubt.sample.document_id),
            "filename": doubt.sample.metadata["filename"],
            "label": doubt.sample.label,
            "suggested": doubt.suggested,
            "score": round(doubt.score, 4),
            "likely_wrong": doubt.is_issue,
            "judged_fairly": doubt.is_fair,
        }
        for doubt in found
    ]
    show(rows, as_json=as_json)


def open_store() -> Store:
    """The configured database."""
    return Store.open(load_settings().effective_database_url)


def label_dict(label: Label) -> dict[str, Any]:
    """A label as it is shown."""
    return {
        "document_id": label.document_id,
        "label": label.label,
        "origin": label.origin.value,
        "who": label.who,
        "when": label.created_at,
        "replaced": label.replaced,
        "predicted": label.predicted,
        "model_version": label.model_version,
        "source": label.source,
        "comment": label.comment,
    }
