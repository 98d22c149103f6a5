"""Documents from a folder, or from a list of blobs, through the pipeline; run again, it does only what is missing."""

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

Row = dict[str, Any]


def is_worth_a_retry(_task: Any, _run: TaskRun, state: State[Any]) -> bool:
    """Whether the failure may pass by itself: a database or a storage that does not answer, never a bad file."""
    failure = state.result(raise_on_failure=False)
    return isinstance(failure, DocFlowError) and failure.retryable


@task(
    retries=3,
    retry_delay_seconds=[2, 10, 30],
    retry_condition_fn=is_worth_a_retry,
    cache_policy=NO_CACHE,
    task_run_name="documents from {first}",
)
def process_chunk(pipeline: Pipeline, sources: Sequence[str], *, first: int, languages: str | None) -> list[Row]:
    """A row for each document; a bad file has its error in its row, an outage fails the chunk and is retried."""
    return [process_source(pipeline, source, languages=languages) for source in sources]


def process_source(pipeline: Pipeline, source: str, *, languages: str | None) -> Row:
    """What came of one document, as a row of the run's table."""
    settings = pipeline.settings
    name = source.rpartition("/")[2]
    try:
        data = read_source(source, limit=settings.intake.max_bytes, s3=settings.s3)
        outcome = pipeline.process(data, filename=name, languages=languages)
    except DocFlowError as error:
        if error.retryable:
            raise
        return {"file": name, "status": "failed", "error": error.code, "message": error.message}
    return {
        "file": name,
        "status": "repeated" if outcome.repeated else "done",
        "document_id": outcome.document.id,
        "kind": outcome.prediction.label,
        "confidence": round(outcome.prediction.confidence, 3),
        "pages": outcome.recognition.page_count,
        "seconds": round(outcome.seconds, 3),
    }


CORES = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1))


@flow(name="ingest", task_runner=CORES, persist_result=False)
def ingest(source: str | list[str], languages: str | None = None) -> list[Row]:
    """Take every document of a folder, or every blob of a list, through the pipeline.

    Args:
        source: a folder (`/mnt/scans`, `s3://bucket/inbox`) or a list of files and blobs.
        languages: Tesseract's codes, joined by `+`; None: the setting `ocr.languages`.

    Returns:
        A row for each document, in the sources' order; the same rows stand in the run's table artifact.
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
        rows = list(chain.from_iterable(future.result() for future in futures))
    failed = sum(row["status"] == "failed" for row in rows)
    create_table_artifact(key="ingest", table=rows, description=f"{len(rows)} documents, {failed} failed")
    get_run_logger().info("%d documents, %d failed", len(rows), failed)
    return rows
