"""`docflow process`: documents in, what they say and what they are out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from docflow.cli.app import ERR, OUT, shown
from docflow.cli.outputs import FormatOption, OutputDirOption, OverlayOption, output_files, outputs_below
from docflow.cli.rows import cell, show_table
from docflow.cli.visible import visible
from docflow.errors import DocFlowError, NoChampion
from docflow.ocr import ENGINES, language_of
from docflow.ocr.quality import Grade
from docflow.outputs import OutputFiles
from docflow.pipeline import Outcome, Pipeline, Reading
from docflow.settings import load_settings
from docflow.sources import is_hidden, local_files, read_source
from docflow.store import Document, Recognition, Store, storage_failures

Made = TypeVar("Made")

SOME_FAILED = 1
"""Exit code where documents failed for different reasons; where all failed for one, it is that error's own."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one path: an outcome, a mere reading where nothing classifies, or an error."""

    path: Path
    outcome: Reading | None = None
    error: DocFlowError | None = None
    outputs: tuple[Path, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The result as one JSON object, under the keys of the HTTP answers."""
        if self.outcome is not None:
            outputs = {"outputs": [str(path) for path in self.outputs]} if self.outputs else {}
            return {"path": str(self.path), **self.outcome.to_dict(), **outputs}
        assert self.error is not None
        return {"path": str(self.path), "error": self.error.to_dict()}


def register(app: typer.Typer) -> None:
    """Add this file's verbs to the command."""
    app.command()(process)
    app.command()(review)


def process(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders whose files are all taken.", exists=True)],
    languages: Annotated[str | None, typer.Option(help="Language codes, joined by '+'; auto: all told apart.")] = None,
    engine: Annotated[str | None, typer.Option(help=f"OCR engine: {', '.join(ENGINES)}.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    output_dir: OutputDirOption = None,
    formats: FormatOption = None,
    overlay: OverlayOption = None,
) -> None:
    """Recognise and classify documents. A bad file among many fails alone.

    Where no model was promoted yet, outputs that are asked for are written all the same.
    """
    settings = load_settings(ocr={"engine": engine}) if engine else load_settings()
    found = list(files_below(paths, outputs=[folder for folder in (output_dir, overlay) if folder is not None]))
    files = output_files(found, folder=output_dir, formats=formats, overlays=overlay)
    results: list[Result] = []
    with Pipeline.open(settings) as pipeline:
        # Model and engine are conditions of every document: their absence is one error, not a hundred.
        classify = has_models(pipeline, may_lack=files.wanted)
        _ = pipeline.engine
        for result in process_all(
            pipeline, found, languages=languages, files=files, classify=classify, progress=not as_json
        ):
            results.append(result)
            if as_json:
                typer.echo(shown(json.dumps(result.to_dict(), ensure_ascii=False)))
    if not as_json:
        show_results(results)
    raise typer.Exit(exit_code(results))


def review(
    limit: Annotated[int, typer.Option(min=1, help="How many documents at most.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List the documents that were read too badly to be trusted, and why; newest first."""
    settings = load_settings()
    with Store.open(settings.effective_database_url) as store:
        found = store.recognitions_graded(Grade.D.value, limit=limit)
    if as_json:
        for document, recognition in found:
            typer.echo(json.dumps(review_dict(document, recognition), ensure_ascii=False))
        return
    if not found:
        OUT.print("No document is to be reviewed.")
        return
    table = Table(box=None, header_style="bold")
    for name in ("document", "file", "grade", "reason"):
        table.add_column(name, justify="right" if name == "document" else "left")
    for document, recognition in found:
        table.add_row(*(cell(value) for value in review_dict(document, recognition).values()))
    show_table(table)


def review_dict(document: Document, recognition: Recognition) -> dict[str, Any]:
    """A document to be looked at, and why."""
    return {
        "document_id": document.id,
        "filename": document.filename,
        "grade": recognition.grade,
        "reason": recognition.reason,
    }


def files_below(paths: Iterable[Path], *, outputs: Sequence[Path] = ()) -> Iterator[Path]:
    """The files that the paths name or hold, in order; hidden ones, and those in hidden folders, are left out.

    So is, of what a folder holds, what lies in a folder for `outputs` below it; where it is such a folder itself, what
    the manifest there has as outputs. Raises `StorageUnavailable` where a folder cannot be listed.
    """
    for path in paths:
        if path.is_dir():
            with storage_failures(f"the folder {path.name}"):
                held = sorted(local_files(path))
                is_output = outputs_below(path, outputs)
            below = (p for p in held if not is_hidden(p.relative_to(path).parts) and not is_output(p))
            yield from (p for p in below if p.is_file())
        else:
            yield path


def has_models(pipeline: Pipeline, *, may_lack: bool) -> bool:
    """Whether a model is in force; where none is and it may not lack, raises `NoChampion`, else tells the user."""
    try:
        _ = pipeline.models
    except NoChampion as error:
        if not may_lack:
            raise
        told = f"Nothing is classified, only read: {error.message}. {error.next_step}"
        ERR.print(told, style="yellow", markup=False, highlight=False, soft_wrap=True)
        return False
    return True


def process_all(
    pipeline: Pipeline,
    paths: Sequence[Path],
    *,
    languages: str | None,
    progress: bool,
    files: OutputFiles | None = None,
    classify: bool = True,
) -> Iterator[Result]:
    """Each path's result in the paths' order, its outputs written; as many in work at once as `ocr.workers` says.

    Documents are read only, and need no model, where `classify` is false.
    """
    work = pipeline.process if classify else pipeline.read

    def one(path: Path) -> Result:
        try:
            data = read_source(str(path), limit=pipeline.settings.intake.max_bytes, s3=pipeline.settings.s3)
            outcome = work(data, filename=path.name, languages=languages)
            if files is None or not files.wanted:
                return Result(path, outcome=outcome)
            # The stored name is that under which these bytes came first.
            document = replace(pipeline.read_document(outcome.recognition), name=path.name)
            return Result(path, outcome=outcome, outputs=files.write(document, source=path))
        except DocFlowError as error:
            return Result(path, error=error)

    yield from in_parallel(one, paths, workers=pipeline.settings.ocr.workers, progress=progress)


def in_parallel(
    one: Callable[[Path], Made], paths: Sequence[Path], *, workers: int, progress: bool = True
) -> Iterator[Made]:
    """What `one` makes of each path, in their order, under a progress bar.

    Where it is interrupted, what has not begun never does, and nobody waits for what is in work.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed}/{task.total} documents"),
        *Progress.get_default_columns()[1:],
    )
    threads = ThreadPoolExecutor(workers)
    try:
        with Progress(*columns, console=ERR, transient=True, disable=not progress) as bar:
            task = bar.add_task("", total=len(paths))
            for made in threads.map(one, paths):
                bar.advance(task)
                yield made
    finally:
        # What is in work may take minutes; it ends when the pipeline that it runs in is closed.
        threads.shutdown(wait=False, cancel_futures=True)


def show_results(results: Sequence[Result]) -> None:
    """Print the table of results, and under it each error with its next step."""
    table = Table(box=None, header_style="bold")
    for name in ("file", "kind", "confidence", "language", "pages", "OCR confidence", "seconds"):
        is_text = name in {"file", "kind", "language"}
        table.add_column(name, justify="left" if is_text else "right")
    for result in results:
        table.add_row(*row(result))
    show_table(table)
    failures = Counter(r.error.code for r in results if r.error)
    if failures:
        OUT.print(f"{sum(failures.values())} of {len(results)} failed:", style="bold red")
        for result in results:
            if result.error:
                told = f"  {result.path.name}: {result.error.message}. {result.error.next_step}"
                OUT.print(visible(shown(told)), markup=False, soft_wrap=True)


def row(result: Result) -> tuple[str, ...]:
    """One line of the table of results."""
    name = cell(shown(result.path.name))
    if result.outcome is None:
        assert result.error is not None
        return (name, f"[red]{result.error.code}[/]", "", "", "", "", "")
    outcome = result.outcome
    confidence = outcome.recognition.confidence
    prediction = outcome.prediction if isinstance(outcome, Outcome) else None
    return (
        name,
        "–" if prediction is None else cell(prediction.label),
        "–" if prediction is None else f"{prediction.confidence:.2f}",
        language_of(outcome.recognition.text, languages=outcome.recognition.languages),
        str(outcome.recognition.page_count),
        "–" if confidence is None else f"{confidence:.2f}",
        f"{outcome.seconds:.2f}",
    )


def exit_code(results: Sequence[Result]) -> int:
    """0 where all went well, else the error's own code, or 1 where the errors differ or only some failed."""
    errors = [r.error for r in results if r.error]
    if not errors:
        return 0
    codes = {error.exit_code for error in errors}
    return codes.pop() if len(errors) == len(results) and len(codes) == 1 else SOME_FAILED
