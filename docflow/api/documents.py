"""The routes of documents: taking one in, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Request, UploadFile
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from docflow.api.filenames import clean_filename
from docflow.api.guards import TAKES_FILES
from docflow.api.problems import MALFORMED_REQUEST
from docflow.api.schemas import DocumentAnswer, HistoryAnswer, ReviewAnswer, UploadAnswer
from docflow.api.service import DocumentId, Service, ServiceOf
from docflow.errors import DocFlowError
from docflow.monitor import DOCUMENTS
from docflow.pipeline import Pipeline, Upload
from docflow.store import Document, PredictionRow, Recognition

FIELDS = 8
"""The most that a form may have beside its file, of `FIELD_BYTES` each; none of them is looked at."""

FIELD_BYTES = 65_536


class OneFileRequest(Request):
    """A request whose form has one file and a few short fields at most.

    Each file that is not yet a megabyte is kept in memory, and by default a form may have a thousand.
    """

    def form(self, **_: Any) -> Any:
        """The form, in Starlette's own type; raises `HTTPException` with status 400 where it has more."""
        return super().form(max_files=1, max_fields=FIELDS, max_part_size=FIELD_BYTES)


class FileRoute(APIRoute):
    """A route that reads the form with its file as `OneFileRequest` does, and says what was wrong with it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request; routes that take no file are answered as ever."""
        handle = super().get_route_handler()
        if self.path not in TAKES_FILES:
            return handle

        async def handle_one_file(request: Request) -> Response:
            try:
                return await handle(OneFileRequest(request.scope, request.receive))
            except HTTPException as error:
                if error.status_code != MALFORMED_REQUEST.status:
                    raise
                told = replace(
                    MALFORMED_REQUEST,
                    message=f"the form could not be read: {error.detail}",
                    next_step="Send multipart/form-data with its boundary, and one file in it, in the field `file`.",
                )
                return told.response(request.scope)

        return handle_one_file


router = APIRouter(tags=["documents"], route_class=FileRoute)

SentFile = Annotated[UploadFile, File(description="JPEG, PNG, TIFF, BMP, WebP or PDF, whatever its name says.")]


@router.post("/upload")
async def upload(file: SentFile, service: ServiceOf) -> UploadAnswer:
    """Store a document; the same bytes again give the same id, flagged as a duplicate."""
    return await take_in(file, service)


@router.get("/document/{document_id}")
async def document(document_id: DocumentId, service: ServiceOf) -> DocumentAnswer:
    """What is known of a document."""
    store = service.pipeline.store
    found = await service.transfers.run(lambda: store.document(document_id))
    latest = await service.transfers.run(lambda: store.latest_recognition(document_id))
    return document_answer(found, latest)


@router.get("/prediction/history/{document_id}")
async def history(
    document_id: DocumentId, service: ServiceOf, limit: Annotated[int, Query(ge=1, le=1000)] = 10
) -> list[HistoryAnswer]:
    """A document's predictions, newest first."""
    rows = await service.transfers.run(lambda: service.pipeline.store.predictions(document_id, limit=limit))
    return [history_answer(row) for row in rows]


@router.get("/review")
async def review(service: ServiceOf, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[ReviewAnswer]:
    """Documents that were read too badly to be trusted, newest first, each with its reason."""
    found = await service.transfers.run(lambda: service.pipeline.to_review(limit=limit))
    return [review_answer(stored, recognition) for stored, recognition in found]


async def take_in(file: UploadFile, service: Service) -> UploadAnswer:
    """The stored document's answer; the file is read in the thread that stores it."""
    filename = clean_filename(file.filename or "")
    uploaded = await service.uploads.run(lambda: counted(service.pipeline, file.file.read(), filename=filename))
    stored = uploaded.document
    return UploadAnswer(
        document_id=id_of(stored),
        filename=filename,
        storage_path=stored.storage_path,
        file_size=stored.size,
        file_hash=stored.sha256,
        timestamp=datetime.now(UTC),
        duplicate=uploaded.duplicate,
        media_type=stored.media_type,
    )


def counted(pipeline: Pipeline, data: bytes, *, filename: str) -> Upload:
    """The document of these bytes, stored and counted where that is done: whoever sent it may be gone by then."""
    try:
        uploaded = pipeline.upload(data, filename=filename)
    except DocFlowError:
        DOCUMENTS.labels(outcome="refused").inc()
        raise
    DOCUMENTS.labels(outcome="duplicate" if uploaded.duplicate else "uploaded").inc()
    return uploaded


def document_answer(found: Document, latest: Recognition | None) -> DocumentAnswer:
    """A stored document under the contract's keys, with how well it was read last."""
    metadata: dict[str, Any] = {"file_hash": found.sha256}
    if latest is not None and latest.quality is not None:
        metadata["quality"] = latest.quality
    if found.error_code is not None:
        metadata["error"] = {"code": found.error_code, "message": found.error_message}
    return DocumentAnswer(
        id=id_of(found),
        filename=found.filename,
        storage_path=found.storage_path,
        file_size=found.size,
        mime_type=found.media_type,
        status=found.status,
        upload_timestamp=found.created_at,
        metadata=metadata,
        page_count=found.page_count,
    )


def history_answer(row: PredictionRow) -> HistoryAnswer:
    """A stored prediction under the contract's keys."""
    assert row.id is not None
    return HistoryAnswer(
        id=row.id,
        predicted_class=row.label,
        confidence_score=row.confidence,
        is_confident=row.is_confident,
        model_name=row.model_name,
        model_version=row.model_version,
        variant=row.variant,
        predicted_at=row.predicted_at,
        all_scores=row.scores,
    )


def review_answer(stored: Document, recognition: Recognition) -> ReviewAnswer:
    """A document to be looked at, and why."""
    return ReviewAnswer(
        document_id=id_of(stored),
        filename=stored.filename,
        grade=recognition.grade or "",
        reason=recognition.reason,
        pages=recognition.page_count,
        read_at=recognition.created_at,
    )


def id_of(stored: Document) -> int:
    """The id of a document that has been stored, and so has one."""
    assert stored.id is not None
    return stored.id
