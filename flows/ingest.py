"""Documents from a folder, or from a list of blobs, through the pipeline; run again, it reads only what is new."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain
from typing import Any, cast

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture, wait
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from docflow.errors import DocFlowError
from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.sources import list_sources, read_source

CHUNK = 8
"""Documents per task run. A task run costs about 10 ms and a scanned page 300 ms or more, but a page with a text
layer only a few: in chunks of eight, orchestration is to stay under 5 % of either; `python -m benchmarks.orchestration`
prints it."""

NAMED = 20
"""Failed documents that the log names; the table has them all."""

Row = dict[str, Any]


class Unfinished(Exception):
    """A chunk some of whose documents met an outage: the rows of all of them, and the first outage's error."""

    def __init__(self, rows: list[Row], error: DocFlowError) -> None:
        super().__init__(error.message)
        self.rows = rows
        self.error = error


def is_worth_a_retry(_task: Any, _run: TaskRun, state: State[Any]) -> bool:
    """Whether the failure may pass by itself: a database or a storage that does not answer, never a bad file."""
    return isinstance(state.result(raise_on_failure=False), Unfinished)


@task(
    retries=3,
    retry_delay_seconds=[2, 10, 30],
    retry_condition_fn=is_worth_a_retry,
    cache_policy=NO_CACHE,
    task_run_name="documents from {first}",
)
def process_chunk(pipeline: Pipeline, sources: Sequence[str], *, first: int, languages: str | None) -> list[Row]:
    """A row for each document; a bad file has its error in its row.

    Raises `Unfinished` at the end, which is retried, where an outage kept it from some of them.
    """
    rows = list[Row]()
    outages = list[DocFlowError]()
    for source in sources:
        try:
            rows.append(process_source(pipeline, source, languages=languages))
        except DocFlowError as outage:
            rows.append(failed_row(source, outage))
            outages.append(outage)
    if outages:
        raise Unfinished(rows, outages[0])
    return rows


def process_source(pipeline: Pipeline, source: str, *, languages: str | None) -> Row:
    """What came of one document, as a row of the run's table; raises the error that may pass by itself."""
    settings = pipeline.settings
    name = name_of(source)
    try:
        data = read_source(source, limit=settings.intake.max_bytes, s3=settings.s3)
        outcome = pipeline.process(data, filename=name, languages=languages)
    except DocFlowError as error:
        if error.retryable:
            raise
        return failed_row(source, error)
    return {
        "file": name,
        "status": "repeated" if outcome.repeated else "done",
        "document_id": outcome.document.id,
        "kind": outcome.prediction.label,
        "confidence": round(outcome.prediction.confidence, 3),
        "pages": outcome.recognition.page_count,
        "seconds": round(outcome.seconds, 3),
    }


def failed_row(source: str, error: DocFlowError) -> Row:
    """The row of a document that could not be processed."""
    return {"file": name_of(source), "status": "failed", "error": error.code, "message": error.message}


def name_of(source: str) -> str:
    """The file's name, without the folders before it."""
    return source.rpartition("/")[2]


def rows_of(result: list[Row] | BaseException) -> list[Row]:
    """The rows of a chunk that ended so; none where it ended in a way that nobody foresaw."""
    if isinstance(result, Unfinished):
        return result.rows
    return [] if isinstance(result, BaseException) else result


def raise_first_failure(results: Sequence[list[Row] | BaseException]) -> None:
    """Raise what the first failed chunk failed with, if any did."""
    for result in results:
        if isinstance(result, Unfinished):
            raise result.error
        if isinstance(result, BaseException):
            raise result


CORES = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1))


@flow(name="ingest", task_runner=CORES, persist_result=False)
def ingest(source: str | list[str], languages: str | None = None) -> list[Row]:
    """Take every document of a folder, or every blob of a list, through the pipeline.

    Args:
        source: a folder (`/mnt/scans`, `s3://bucket/inbox`) or a list of files and blobs.
        languages: Tesseract's codes, joined by `+`; None: the setting `ocr.languages`.

    Returns:
        A row for each document, in the sources' order; the same rows stand in the run's table artifact, which is
        written where the flow fails in the end because an outage did not pass, too.
    """
    settings = load_settings()
    folders = [source] if isinstance(source, str) else source
    sources = list(chain.from_iterable(list_sources(folder, s3=settings.s3) for folder in folders))
    with Pipeline.open(settings) as pipeline:
        _ = pipeline.engine, pipeline.models
        futures = [
            process_chunk.submit(pipeline, sources[first : first + CHUNK], first=first, languages=languages)
            for first in range(0, len(sources), CHUNK)
        ]
        wait(futures)
        results = [future.result(raise_on_failure=False) for future in futures]
    rows = list(chain.from_iterable(rows_of(result) for result in results))
    failed = [row for row in rows if row["status"] == "failed"]
    told = f"{len(rows)} documents, {len(failed)} failed"
    create_table_artifact(key="ingest", table=rows, description=told)
    log = get_run_logger()
    log.info("%s", told)
    for row in failed[:NAMED]:
        log.warning("%r failed: %s, %s", row["file"], row["error"], row["message"])
    if failed[NAMED:]:
        log.warning("and %d more; the table `ingest` has them all", len(failed) - NAMED)
    raise_first_failure(results)
    return rows
