"""From the stages' values to the rows that keep them, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from docflow.store.tables import Page, PredictionRow, Recognition, RecognitionKey
from docflow.store.text import storable, storable_lists
from docflow.types import PageText, Prediction, TextSource, mean_confidence

PAGE_BREAK = "\f"
"""What stands between two pages in a recognition's text, as in the output of Tesseract and pdftotext."""


def recognition_row(
    document_id: int,
    *,
    key: RecognitionKey,
    pages: Sequence[PageText],
    seconds: float,
    quality: Mapping[str, Any] | None,
) -> Recognition:
    """The row of a recognition, without its pages'."""
    return Recognition(
        document_id=document_id,
        engine=key.engine,
        engine_version=key.engine_version,
        languages=key.languages,
        settings_digest=key.settings_digest,
        read_by="+".join(dict.fromkeys(page.engine for page in pages)),
        page_count=len(pages),
        confidence=mean_confidence(word for page in pages for word in page.words),
        text=storable(PAGE_BREAK.join(page.text for page in pages)),
        seconds=seconds,
        grade=quality["grade"] if quality else None,
        quality=dict(quality) if quality else None,
    )


def page_row(recognition: Recognition, page: PageText) -> Page:
    """The row of one page of a recognition that has its id."""
    text, words = storable(page.text), page.lines_to_json()
    return Page(
        recognition_id=recognition.id,
        number=page.number,
        width=page.width,
        height=page.height,
        source=page.source.value,
        engine=page.engine,
        engine_version=page.engine_version,
        languages=page.languages,
        text=text,
        words=words if text == page.text else storable_lists(words),
        confidence=page.confidence,
        seconds=page.seconds,
        rotation=page.rotation,
        unread=page.unread,
        thumbnail=page.thumbnail or None,
    )


def page_text(row: Page) -> PageText:
    """The page that `page_row` was given, its boxes rounded to a tenth of a pixel."""
    return PageText(
        number=row.number,
        width=row.width,
        height=row.height,
        lines=PageText.lines_from_json(row.words),
        source=TextSource(row.source),
        engine=row.engine,
        engine_version=row.engine_version,
        languages=row.languages,
        seconds=row.seconds,
        rotation=row.rotation,
        unread=row.unread,
        thumbnail=row.thumbnail or b"",
    )


def prediction_row(recognition: Recognition, prediction: Prediction, *, settings_digest: str) -> PredictionRow:
    """The row of what a model said about a recognition that has its id."""
    return PredictionRow(
        document_id=recognition.document_id,
        recognition_id=recognition.id,
        label=prediction.label,
        confidence=prediction.confidence,
        is_confident=prediction.is_confident,
        scores=dict(prediction.scores),
        model_name=prediction.model.name,
        model_version=prediction.model.version,
        model_digest=prediction.model.digest,
        settings_digest=settings_digest,
        variant=prediction.variant,
        seconds=prediction.seconds,
    )
