"""What is known of every document that was read: its newest text, its first page's size, and what was said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import col, func, select

from docflow.store.answers import answers
from docflow.store.database import Database
from docflow.store.tables import Document, Page, PredictionRow, Recognition

AT_ONCE = 500
"""Documents that are fetched at once: their texts lie in memory together."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document's newest recognition; `said` and `confidence` are the newest answer's, None where none was confident.

    `width` and `height` are the first page's, 0 for a document without pages.
    """

    document_id: int
    filename: str
    text: str
    pages: int
    width: int
    height: int
    said: str | None
    confidence: float | None


class ReadingStore:
    """Readings in the database. All methods raise `DatabaseUnavailable` where it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> Iterator[Reading]:
        """Every document that was read, by its id."""
        after = 0
        while found := self._some(after):
            yield from found
            after = found[-1].document_id

    def _some(self, after: int) -> list[Reading]:
        """The next `AT_ONCE` documents after this id."""
        number = col(Recognition.document_id)
        newest = select(func.max(Recognition.id)).where(number > after).group_by(number).order_by(number).limit(AT_ONCE)
        read = (
            select(Document, Recognition, Page)
            .join(Recognition, col(Recognition.document_id) == col(Document.id))
            .outerjoin(Page, (col(Page.recognition_id) == col(Recognition.id)) & (col(Page.number) == 1))
            .where(col(Recognition.id).in_(newest))
            .order_by(col(Document.id))
        )
        with self._database.session() as session:
            rows = session.exec(read).all()
            documents = [document.id for document, _, _ in rows]
            answered = session.exec(answers().where(col(PredictionRow.document_id).in_(documents))).all()
            said = {row.document_id: row for row in reversed(answered)}
        return [reading(document, text, page, said.get(document.id)) for document, text, page in rows]


def reading(document: Document, recognition: Recognition, page: Page | None, said: PredictionRow | None) -> Reading:
    """The rows of one document as a value."""
    is_sure = said is not None and said.is_confident
    return Reading(
        document_id=document.id,
        filename=document.filename,
        text=recognition.text,
        pages=recognition.page_count,
        width=page.width if page else 0,
        height=page.height if page else 0,
        said=said.label if said and is_sure else None,
        confidence=said.confidence if said and is_sure else None,
    )
