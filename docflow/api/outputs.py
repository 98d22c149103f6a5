"""The route of outputs: a recognised document as text, table, hOCR, ALTO, JSON or searchable PDF."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path
from starlette.responses import Response

from docflow.api.predictions import OcrLanguage, counted_reading
from docflow.api.service import DocumentId, ServiceOf
from docflow.outputs import Format, render
from docflow.outputs.json import SCHEMA

router = APIRouter(tags=["documents"])

OutputFormat = Annotated[Format, Path(description="In what form the document is wanted.")]

MUCH_TEXT = 200_000
"""Characters from which on writing a document takes over a second (ALTO: 7 µs a character), and look-ups would wait."""

TEXT: dict[str, Any] = {"type": "string"}
SCHEMAS = {Format.JSON: SCHEMA, Format.PDF: {"type": "string", "format": "binary"}}

OUTPUTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document in the wanted format",
        "content": {wanted.media_type: {"schema": SCHEMAS.get(wanted, TEXT)} for wanted in Format},
    }
}


@router.get("/document/{document_id}/output/{format}", response_class=Response, responses=OUTPUTS)
async def output(
    document_id: DocumentId, format: OutputFormat, service: ServiceOf, ocr_language: OcrLanguage = None
) -> Response:
    """A recognised document in another form.

    Its newest reading, which is not the one that was asked for last where that was stored already; with `ocr_language`,
    the one in these languages, which is made now if there is none.
    """
    # What may take long waits with the recognitions; looking stored words up need not.
    workers = service.reading if ocr_language or format is Format.PDF else service.transfers
    recognition = await workers.run(lambda: counted_reading(service.pipeline, document_id, languages=ocr_language))
    if len(recognition.text) > MUCH_TEXT:
        workers = service.reading
    read = await workers.run(lambda: service.pipeline.read_document(recognition))
    content = await workers.run(lambda: render(read, format))
    filename = quote(f"{PurePath(read.name).stem}{format.extension}", safe="", errors="replace")
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{filename}",
        # Recognised text can look like anything: a browser is not to guess.
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=format.media_type, headers=headers)
