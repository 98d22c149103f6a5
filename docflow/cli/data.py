"""`docflow synth`, `train` and `evaluate`: documents to learn from, learning, and how well it went."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from docflow import classify, rollout
from docflow.classify import CANDIDATES, CandidateChoice, Evaluation, Figure, Report
from docflow.cli.app import ERR, OUT, show_error, shown
from docflow.cli.documents import files_below, in_parallel
from docflow.cli.reports import check_report
from docflow.cli.rows import show_table
from docflow.cli.who import login_name
from docflow.errors import DocFlowError, OutputUnwritable, RequestError
from docflow.labels import valid_label, valid_source
from docflow.learning import CANDIDATE_TAG, KNOBS_TAG, JudgedOn, Trained
from docflow.ocr import language_of
from docflow.pipeline import Pipeline
from docflow.promoting import promote_if_better
from docflow.recipes import Recipe, gather, train_by
from docflow.registry import open_registry
from docflow.settings import Settings, load_settings
from docflow.sources import read_source
from docflow.store import Store
from docflow.synth import write_again, write_dataset
from docflow.synth.generate import MOST_SEED
from docflow.types import UNKNOWN, LabelledText

GENERATED = 6000
"""Generated texts to train on: twenty seconds of work on one core."""

SYNTH_SEED = 1
"""Another than training's, whose default is 0: documents that a model has learnt do not tell how good it is."""

JUDGED_ON = {
    JudgedOn.HELD_OUT: "labelled documents that were held out",
    JudgedOn.HELD_OUT_GENERATED: "generated documents that were held out, in layouts that were learnt",
    JudgedOn.OUT_OF_FOLD: "the documents that were learnt from, each out of fold",
}
"""What the figures are of that a training ends with."""

FOLDER_OF_LABELS = "Give a folder with a folder for each label, and its documents in that."

WORST_CELLS, NAMED_OF_A_CELL = 5, 3
"""What is printed of the documents that came out wrong; reports have them all."""


def register(app: typer.Typer) -> None:
    """Add this file's verbs to the command."""
    app.command()(synth)
    app.command()(train)
    app.command("evaluate")(evaluate_folder)


def synth(
    out: Annotated[Path, typer.Argument(help="Folder to write to.", file_okay=False)],
    count: Annotated[int, typer.Option(min=1, help="How many documents.")] = 100,
    seed: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_SEED,
            help="The same seed gives the same documents. To evaluate a model on them, give another than `train` had.",
        ),
    ] = SYNTH_SEED,
    ids: Annotated[
        list[str] | None,
        typer.Option(
            "--id",
            help="Only the document with this id from a report ('generated KIND LANGUAGE SEED'), in its clean look.",
        ),
    ] = None,
) -> None:
    """Generate labelled documents, English and Russian, each with its ground truth beside it, in a new folder."""
    with Progress(console=ERR, transient=True) as bar:
        task = bar.add_task("generating", total=len(ids) if ids else count)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if ids:
            written = write_again(out, ids, progress=show)
        else:
            written = write_dataset(out, count=count, seed=seed, progress=show)
    OUT.print(f"{len(written)} documents in {out}", markup=False)


def train(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Labelled documents, one folder a label; none: generated ones only.", exists=True, file_okay=False
        ),
    ] = None,
    generated: Annotated[int, typer.Option(min=0, help="How many generated texts to train on.")] = GENERATED,
    seed: Annotated[
        int, typer.Option(min=0, max=MOST_SEED, help="Seed of the generated texts and of the training.")
    ] = 0,
    labels: Annotated[
        bool, typer.Option("--labels/--no-labels", help="Learn from the documents that people have labelled, too.")
    ] = True,
    auto_labels: Annotated[
        bool, typer.Option("--auto-labels", help="Learn from automatic labels, too; nothing is judged by them.")
    ] = False,
    candidate: Annotated[
        CandidateChoice,
        typer.Option(help="Which kind of model, or the best on labelled documents."),
    ] = "linear",
    tune: Annotated[int, typer.Option(min=0, max=200, help="Settings of its knobs to try first; 0: none.")] = 0,
    promote: Annotated[
        bool, typer.Option("--promote", help="Make it the champion if it is better, or the first.")
    ] = False,
) -> None:
    """Train a classifier, log it to MLflow and register it as a new version."""
    settings = load_settings()
    if tune and not CANDIDATES[candidate].knobs:
        raise typer.BadParameter(f"`{candidate}` has nothing to tune: name the candidate to tune, or leave --tune out.")
    # Before documents are read, which takes minutes.
    CANDIDATES[candidate].check(many_real=False)
    own = [] if folder is None else labelled_documents(folder, settings=settings)
    store = Store.open(settings.effective_database_url)
    recipe = Recipe(
        generated=generated,
        seed=seed,
        candidate=candidate,
        tune=tune,
        labels_until=datetime.now(UTC) if labels else None,
        auto_labels=labels and auto_labels,
        own_documents=len(own),
    )
    material = gather(recipe, store=store, own=own, track=tracked)
    registry = open_registry(settings)
    with ERR.status("training") as status:
        trained = train_by(recipe, material, settings=settings, store=store, registry=registry, progress=status.update)
    OUT.print(f"{settings.classify.model_name} version {trained.version.version} registered", markup=False)
    show_model(trained)
    OUT.print(f"judged on {JUDGED_ON[trained.judged_on]}:")
    show_evaluation(trained.evaluation, trained.report)
    if promote:
        promotion = promote_if_better(
            trained.version.version,
            settings=settings,
            store=store,
            registry=registry,
            promoted_by=login_name(),
            reason="asked for with --promote",
        ).promotion
        OUT.print(f"version {promotion.model_version} is the champion, digest {promotion.digest[:12]}…")


def evaluate_folder(
    folder: Annotated[
        Path, typer.Argument(help="Labelled documents, one folder a label.", exists=True, file_okay=False)
    ],
    labels: Annotated[str | None, typer.Option(help="Only these folders, joined by ','.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures and cells as one JSON object.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write the whole report there, as Markdown.", dir_okay=False)
    ] = None,
) -> None:
    """Run labelled documents through the pipeline and print how many come out right, and which do not.

    Shares come with 95 % intervals. A label that the model does not know is expected to come out as `unknown`.
    """
    check_report(report)
    settings = load_settings()
    chosen = frozenset(labels.split(",")) if labels else None
    store = Store.open(settings.effective_database_url)
    classifier = rollout.load_champion(settings, store=store)
    samples = [
        sample if sample.label in classifier.labels else replace(sample, label=UNKNOWN)
        for sample in labelled_documents(folder, settings=settings, labels=chosen)
    ]
    said = classify.answers(classifier, samples)
    evaluation, whole = classify.compare(said, samples), classify.report(said, samples)
    if as_json:
        typer.echo(json.dumps(evaluation.to_dict() | {"report": whole.to_dict()}, ensure_ascii=False))
    else:
        show_evaluation(evaluation, whole)
    if report is not None:
        try:
            report.write_bytes(whole.to_markdown())
        except OSError as error:
            raise OutputUnwritable(f"the report could not be written: {error.strerror}") from error


def tracked(texts: Iterable[LabelledText], total: int) -> Iterator[LabelledText]:
    """Generated texts, under a progress bar."""
    with Progress(console=ERR, transient=True) as bar:
        yield from bar.track(texts, total=total, description="generating")


def labelled_documents(folder: Path, *, settings: Settings, labels: frozenset[str] | None = None) -> list[LabelledText]:
    """The text of every document below `folder`, labelled by its folder; unreadable ones are named and left out.

    What an outage keeps from being read is raised: without it, training would go on with the rest.

    Each has the name, the source and the group that `docflow labels import` of the folder would give it: it may be a
    labelled document of the store as well. `metadata` has the path below `folder`.

    Raises `RequestError` where no document is left, or one of the `labels` has no folder.
    """
    limits = settings.intake

    def one(path: Path) -> LabelledText | DocFlowError:
        try:
            data = read_source(str(path), limit=limits.max_bytes, s3=settings.s3)
            document_id = pipeline.upload(data, filename=path.name).document.id
            recognition = pipeline.recognise(document_id)
            label, *within = path.relative_to(folder).parts[:-1]
            label, source = valid_label(label), valid_source("/".join(within))
        except DocFlowError as error:
            if error.retryable:
                raise
            return error
        return LabelledText(
            recognition.text,
            label,
            language_of(recognition.text, languages=recognition.languages),
            group=source or f"document {document_id}",
            source=source,
            metadata={"path": shown(path.relative_to(folder).as_posix())},
            document_id=str(document_id),
            grade=recognition.grade or "",
            thumbnail=pipeline.store.thumbnail(recognition.id),
        )

    folders = label_folders(folder, labels=labels)
    samples = []
    with Pipeline.open(settings) as pipeline:
        paths = [path for path in files_below(folders) if path.suffix != ".json"]
        for path, made in zip(paths, in_parallel(one, paths, workers=settings.ocr.workers), strict=True):
            if isinstance(made, DocFlowError):
                ERR.print(path.name, markup=False)
                show_error(made)
            else:
                samples.append(made)
    if not samples:
        told = f"none of {len(paths)} documents can be read" if paths else "there is no document"
        names = ", ".join(one.name for one in folders)
        raise RequestError(f"{told} in {folder}, of the labels {names}", next_step=FOLDER_OF_LABELS)
    return samples


def label_folders(folder: Path, *, labels: frozenset[str] | None) -> list[Path]:
    """The folders of the labels, or of all labels, by their names; `RequestError` where one is missing."""
    inside = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = [(as_kept(path.name), path) for path in inside]
    wanted = None if labels is None else set(map(as_kept, labels))
    there = ", ".join(name for name, _ in found) or "none"
    if wanted is None and not found:
        raise RequestError(f"there is no folder of a label in {folder}", next_step=FOLDER_OF_LABELS)
    if missing := sorted((wanted or set()).difference(name for name, _ in found)):
        raise RequestError(
            f"there is no folder of the label {', '.join(missing)} in {folder}; there are: {there}",
            next_step="Name labels that have a folder, joined by ',', or leave --labels out for all.",
        )
    return [path for name, path in found if wanted is None or name in wanted]


def as_kept(label: str) -> str:
    """The label as the store spells it; as it is where it is none."""
    try:
        return valid_label(label)
    except RequestError:
        return label


def show_model(trained: Trained) -> None:
    """Print which candidate the version is, with the knobs that tuning chose, and why it is less where it is."""
    tags = trained.version.tags
    knobs = json.loads(tags.get(KNOBS_TAG, "{}"))
    tuned = "".join(f", {name} {value:.4g}" for name, value in knobs.items())
    OUT.print(f"candidate {tags[CANDIDATE_TAG]}{tuned}", markup=False, highlight=False, soft_wrap=True)
    if trained.why_less:
        OUT.print(f"  {trained.why_less}", markup=False, highlight=False, soft_wrap=True)


def show_evaluation(evaluation: Evaluation, report: Report) -> None:
    """Print the figures per label and over all, with intervals, and what most documents that came out wrong are."""
    table = Table(box=None, header_style="bold")
    for name in ("label", "documents", "right", "95 %", "precision", "F1"):
        table.add_column(name, justify="left" if name == "label" else "right")
    for label, figures in evaluation.per_label.items():
        table.add_row(
            escape(label),
            str(figures.count),
            f"{figures.recall:.3f}",
            interval(report.recall[label]),
            f"{figures.precision:.3f}",
            f"{figures.f1:.3f}",
        )
    show_table(table)
    macro = unknown = ""
    if evaluation.has_named:
        macro = f"macro accuracy {evaluation.macro_accuracy:.3f} ({interval(report.macro)}), "
        unknown = f"unknown {evaluation.unknown_rate:.3f}, "
    OUT.print(
        f"{evaluation.count} documents of {report.accuracy.sources} sources: {macro}"
        f"accuracy {evaluation.accuracy:.3f} ({interval(report.accuracy)}), {unknown}"
        f"calibration error {evaluation.ece:.3f}",
        soft_wrap=True,
    )
    OUT.print(
        f"{report.coverage.share:.3f} of them ({report.coverage.count}) can be named at a precision of "
        f"{report.coverage.precision:.2f}, at best",
        soft_wrap=True,
    )
    show_worst(report)


def show_worst(report: Report) -> None:
    """Print the cells that most documents came out wrong in, with some of these; nothing where all are right."""
    table = Table(box=None, header_style="bold")
    for name in ("is", "said", "documents", "such as"):
        table.add_column(name, justify="right" if name == "documents" else "left")
    for cell in report.worst_cells()[:WORST_CELLS]:
        named = ", ".join(cell.names()[:NAMED_OF_A_CELL])
        table.add_row(escape(cell.expected), escape(cell.predicted), str(cell.count), escape(named))
    if table.row_count:
        show_table(table)


def interval(figure: Figure) -> str:
    """The bounds of the figure's 95 % interval."""
    return f"{figure.low:.3f} to {figure.high:.3f}"
