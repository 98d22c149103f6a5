"""The first and the last documents since a moment that a version was asked about, with what is stored of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from docflow.store.database import Database
from docflow.store.tables import Document, PredictionRow, Recognition
from docflow.types import FAILED

BEGINNING = 10_000
"""Characters of a text that tell its language: of 5,000 documents, 50 MB."""


@dataclass(frozen=True, slots=True)
class AskedDocument:
    """A document with what the version said of it first, at that moment, and the reading that this was said of.

    `ocr_confidence` is None without words, `grade` where the text was not graded. `length` is the text's in characters,
    `beginning` its first `BEGINNING`. The attributes are in the order of the query's columns.
    """

    prediction_id: int
    asked_at: datetime
    label: str
    confidence: float
    pages: int
    ocr_confidence: float | None
    grade: str | None
    languages: str
    length: int
    beginning: str


@dataclass(frozen=True, slots=True)
class WindowKey:
    """Whose documents a window has: those that came since then and that the version, set like this, was asked about."""

    model_name: str
    model_version: str
    settings_digest: str
    since: datetime


class WindowStore:
    """Windows of documents in the database. All methods raise `DatabaseUnavailable` where it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def first(self, most: int, *, key: WindowKey) -> list[AskedDocument]:
        """The first documents that the version was asked about, `most` at most, in the order in which it was.

        Each is there once, with what was said first: a window that is full stays as it is whatever is asked again.
        What the version failed on is left out, and what it was asked about in the shadow is not.
        """
        return self._asked(most, key=key)

    def last(self, most: int, *, key: WindowKey, after: int) -> list[AskedDocument]:
        """The last ones in the same order, of those that come after the prediction with the id `after`."""
        return self._asked(most, key=key, after=after, newest_first=True)[::-1]

    def _asked(self, most: int, *, key: WindowKey, after: int = 0, newest_first: bool = False) -> list[AskedDocument]:
        firsts = (
            select(func.min(PredictionRow.id))
            .join(Document, col(Document.id) == col(PredictionRow.document_id))
            .where(
                col(PredictionRow.model_name) == key.model_name,
                col(PredictionRow.model_version) == key.model_version,
                col(PredictionRow.settings_digest) == key.settings_digest,
                col(PredictionRow.label) != FAILED,
                # Not when it was asked: whoever is asked about all that is there anew has no newer documents for it.
                col(Document.created_at) >= key.since,
            )
            .group_by(col(PredictionRow.document_id))
        )
        number, text = col(PredictionRow.id), col(Recognition.text)
        query = (
            select(
                number,
                col(PredictionRow.predicted_at),
                col(PredictionRow.label),
                col(PredictionRow.confidence),
                col(Recognition.page_count),
                col(Recognition.confidence),
                col(Recognition.grade),
                col(Recognition.languages),
                func.length(text),
                func.substr(text, 1, BEGINNING),
            )
            .join(Recognition, col(Recognition.id) == col(PredictionRow.recognition_id))
            .where(number.in_(firsts), number > after)
            .order_by(number.desc() if newest_first else number)
            .limit(most)
        )
        with self._database.session() as session:
            return [AskedDocument(*row) for row in session.connection().execute(query)]
