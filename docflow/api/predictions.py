"""The routes of predictions: of a text, of a stored document, and of one that is sent along."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated

from fastapi import APIRouter, Query, Request

from docflow.api.classifying import question_of
from docflow.api.documents import FileRoute, SentFile, take_in
from docflow.api.problems import remember
from docflow.api.schemas import (
    DocumentPredictionAnswer,
    OcrAnswer,
    PredictionAnswer,
    TextRequest,
    UploadAndPredictAnswer,
    prediction_keys,
)
from docflow.api.service import DocumentId, Service, ServiceOf
from docflow.errors import Busy, DocFlowError, DocumentNotFound, InvalidLanguage, LanguageMissing, RequestTooLarge
from docflow.monitor import DOCUMENTS, MODEL_ANSWERS, OCR_SECONDS, PAGES, PREDICTIONS, UNSTORED_PREDICTIONS
from docflow.ocr import check_languages, language_of
from docflow.pipeline import Outcome, Pipeline
from docflow.store import Recognition
from docflow.types import Answered, Prediction

log = logging.getLogger(__name__)

router = APIRouter(tags=["predictions"], route_class=FileRoute)

RECORD_SECONDS = 1.0
"""The most that a text's answer waits for being stored: whoever only asks does not depend on the database."""

REFUSALS = (Busy, DocumentNotFound, InvalidLanguage, LanguageMissing)
"""Errors of requests for which no document is looked at: none has failed."""

OcrLanguage = Annotated[
    str | None,
    Query(
        description="Tesseract's codes joined by `+`, such as `eng+rus`; a space, as which a bare `+` "
        "arrives, does as well. None or empty: the service's default."
    ),
]
ReturnAllScores = Annotated[bool, Query(description="Answer with every label's probability.")]


@router.post("/predict/text")
async def predict_text(body: TextRequest, service: ServiceOf) -> PredictionAnswer:
    """What kind of document a text is."""
    most = service.settings.service.text_max_chars
    if len(body.text) > most:
        raise RequestTooLarge(
            f"the text has {len(body.text):,} characters, and {most:,} are the most",
            detail={"limit_characters": most},
            next_step="Send the first pages only, or raise the setting service.text_max_chars.",
        )
    question = question_of(body.text)
    answered = await service.ask(question)
    await record(answered, service, text_sha256=question.key)
    prediction = answered.prediction
    count_prediction(prediction)
    return PredictionAnswer(**prediction_keys(prediction, all_scores=body.return_all_scores))


@router.post("/predict/document/{document_id}")
async def predict_document(
    document_id: DocumentId,
    service: ServiceOf,
    ocr_language: OcrLanguage = None,
    return_all_scores: ReturnAllScores = False,
) -> DocumentPredictionAnswer:
    """What kind of document a stored one is; what was read before is not read again."""
    outcome = await read(document_id, service, ocr_language=ocr_language)
    return outcome_answer(outcome, document_id=document_id, all_scores=return_all_scores)


@router.post("/upload-and-predict")
async def upload_and_predict(
    request: Request,
    file: SentFile,
    service: ServiceOf,
    ocr_language: OcrLanguage = None,
    return_all_scores: ReturnAllScores = False,
) -> UploadAndPredictAnswer:
    """Store a document and tell what kind it is.

    A failure after it was stored names its `document_id`, so that the upload need not be made again.
    """
    ocr = service.settings.ocr
    languages = await service.transfers.run(lambda: check_languages(ocr_language or ocr.languages, settings=ocr))
    uploaded = await take_in(file, service)
    remember(request, document_id=uploaded.document_id)
    outcome = await read(uploaded.document_id, service, ocr_language=languages)
    return UploadAndPredictAnswer(
        upload=uploaded,
        prediction=outcome_answer(outcome, document_id=uploaded.document_id, all_scores=return_all_scores),
    )


async def record(answered: Answered, service: Service, *, text_sha256: str) -> None:
    """Store what was said about a text, without the text; where the database does not take it, that is only told."""
    said = (answered.prediction, *answered.shadows)
    try:
        async with asyncio.timeout(RECORD_SECONDS):
            await service.records.store(text_sha256, said)
    except (TimeoutError, DocFlowError) as error:
        UNSTORED_PREDICTIONS.inc()
        log.warning("what was said about a text could not be stored: %s", error or "the database took too long")


async def read(document_id: int, service: Service, *, ocr_language: str | None) -> Outcome:
    """What the pipeline makes of a stored document, counted."""
    return await service.reading.run(lambda: counted(service.pipeline, document_id, languages=ocr_language))


def counted(pipeline: Pipeline, document_id: int, *, languages: str | None) -> Outcome:
    """What the pipeline makes of a stored document, counted where it is done: whoever asked may be gone by then."""
    try:
        outcome = pipeline.predict(document_id, languages=languages)
    except REFUSALS:
        raise
    except DocFlowError:
        DOCUMENTS.labels(outcome="failed").inc()
        raise
    DOCUMENTS.labels(outcome="classified").inc()
    count_prediction(outcome.prediction)
    if not outcome.repeated:
        count_reading(outcome.recognition)
    return outcome


def counted_reading(pipeline: Pipeline, document_id: int, *, languages: str | None) -> Recognition:
    """A stored document's reading, counted where it was made just now."""
    recognition, repeated = pipeline.reading(document_id, languages=languages)
    if not repeated:
        count_reading(recognition)
    return recognition


def count_prediction(prediction: Prediction) -> None:
    """Count an answer, by what it says and by who gave it."""
    PREDICTIONS.labels(label=prediction.label).inc()
    MODEL_ANSWERS.labels(version=prediction.model.version, variant=prediction.variant.value).inc()


def count_reading(recognition: Recognition) -> None:
    """Count a recognition that was made, and not found in the store."""
    PAGES.inc(recognition.page_count)
    OCR_SECONDS.observe(recognition.seconds)


def outcome_answer(outcome: Outcome, *, document_id: int, all_scores: bool) -> DocumentPredictionAnswer:
    """The pipeline's outcome under the contract's keys."""
    recognition = outcome.recognition
    return DocumentPredictionAnswer(
        **prediction_keys(outcome.prediction, all_scores=all_scores),
        document_id=document_id,
        ocr=OcrAnswer(
            engine=recognition.read_by,
            confidence=recognition.confidence,
            grade=recognition.grade,
            reason=recognition.reason,
        ),
        pages=recognition.page_count,
        languages=recognition.languages,
        language=language_of(recognition.text, languages=recognition.languages),
        seconds=round(outcome.seconds, 3),
    )
