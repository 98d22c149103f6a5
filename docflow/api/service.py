"""What the routes work with: the pipeline, the classifier, and the threads for blocking work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from docflow.api.classifying import Ask, BridgedModels
from docflow.api.health import BLOBS_SECONDS, FRESH_SECONDS, HealthProbe, StoreProbe
from docflow.api.records import Records
from docflow.api.work import Workers
from docflow.errors import DocumentNotFound
from docflow.pipeline import Pipeline
from docflow.settings import Settings
from docflow.types import ModelRef

UPLOADS = 4
"""Uploads held in memory at once; bounds memory at a few files' size."""

TRANSFERS = 4
"""Look-ups in the database, and outputs written of what is there, at once."""

MOST_ID = 2**31 - 1
"""The largest id that the database's integer column can have given out."""


@dataclass(frozen=True, slots=True)
class Service:
    """One running service.

    `reading` recognises documents; `uploads` stores them; `transfers` looks up, and waits for no upload; `records`
    keeps what was said about texts.
    """

    settings: Settings
    pipeline: Pipeline
    ask: Ask
    model: Callable[[], ModelRef]
    health: HealthProbe
    reading: Workers
    uploads: Workers
    transfers: Workers
    records: Records


@asynccontextmanager
async def running(settings: Settings, *, ask: Ask, model: Callable[[], ModelRef]) -> AsyncIterator[Service]:
    """A service on the configured stores, closed at the end."""
    bridge = BridgedModels(ask, loop=asyncio.get_running_loop(), seconds=settings.service.timeout_seconds)
    pipeline = await asyncio.to_thread(Pipeline.open, settings, models=bridge)
    service = Service(
        settings=settings,
        pipeline=pipeline,
        ask=ask,
        model=model,
        health=HealthProbe(ask, stores=stores_of(pipeline)),
        reading=Workers("docflow-reading", threads=settings.ocr.workers, queue=settings.ocr.queue),
        uploads=Workers("docflow-upload", threads=UPLOADS),
        transfers=Workers("docflow-transfer", threads=TRANSFERS),
        records=Records(pipeline.store.texts.save_predictions),
    )
    try:
        yield service
    finally:
        service.reading.close()
        service.uploads.close()
        service.transfers.close()
        service.records.close()
        pipeline.close()


def stores_of(pipeline: Pipeline) -> dict[str, StoreProbe]:
    """What asks the pipeline's stores whether they answer, by the names that `/health` has for them."""
    return {
        "database": StoreProbe("database", pipeline.store.ping, seconds=FRESH_SECONDS),
        "blobs": StoreProbe("blob storage", pipeline.blobs.check, seconds=BLOBS_SECONDS),
    }


def service_of(request: Request) -> Service:
    """The service that this request's app runs."""
    service: Service = request.app.state.service
    return service


ServiceOf = Annotated[Service, Depends(service_of)]


def possible_id(document_id: Annotated[int, Path(description="As POST /upload answered.")]) -> int:
    """The id, if a document could have it at all; `DocumentNotFound` otherwise."""
    if not 1 <= document_id <= MOST_ID:
        raise DocumentNotFound("there is no document with this id")
    return document_id


DocumentId = Annotated[int, Depends(possible_id)]
