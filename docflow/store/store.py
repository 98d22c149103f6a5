"""Everything that is known about documents and models, in SQLite or PostgreSQL.

A result and the document's new status are committed together, and saving the same result twice keeps
the first, so any stage may be run again. Rows stay usable after their transaction.

Every method raises `DatabaseUnavailable` where the database does not answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from docflow import types
from docflow.errors import DocFlowError, DocumentNotFound, PromotionRefused
from docflow.store import schema
from docflow.store.answers import answers
from docflow.store.database import Database
from docflow.store.labels import LabelStore
from docflow.store.outcomes import OutcomeStore
from docflow.store.readings import ReadingStore
from docflow.store.refusals import RefusalStore
from docflow.store.rows import page_row, page_text, prediction_row, recognition_row
from docflow.store.tables import (
    Document,
    DocumentStatus,
    ModelMetric,
    Page,
    PredictionRow,
    Promotion,
    Recognition,
    RecognitionKey,
    Table,
    now,
)
from docflow.store.text import storable
from docflow.store.texts import TextStore
from docflow.store.windows import WindowStore

Row = TypeVar("Row", bound=Table)

LARGEST_ID = 2**31 - 1
"""PostgreSQL's largest integer; a larger id is no document's, and the driver would fail on it."""


class Store:
    """The database: documents, recognitions, predictions, metrics, promotions and refusals. Threads may share one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.labels = LabelStore(database)
        self.outcomes = OutcomeStore(database)
        self.readings = ReadingStore(database)
        self.refusals = RefusalStore(database)
        self.texts = TextStore(database)
        self.windows = WindowStore(database)

    @classmethod
    def open(cls, url: str, *, upgrade: bool = True) -> Store:
        """The store at a SQLAlchemy URL, created or upgraded if need be; several processes may do so at once.

        With `upgrade` false, raises `DatabaseOutdated` where migrations are missing. Raises `SettingsError`
        for a URL that is none of SQLite's or PostgreSQL's. A forked child opens its own.
        """
        database = Database.open(url)
        try:
            schema.ensure(database, upgrade=upgrade)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ping(self) -> None:
        """Nothing where the database answers; raises `DatabaseUnavailable` where it does not."""
        with self._database.session() as session:
            session.exec(select(1)).one()

    def check(self) -> str:
        """One line that says what answers: the database, its schema and how many documents it has."""
        revision = schema.current(self._database)
        with self._database.session() as session:
            count = session.exec(select(func.count()).select_from(Document)).one()
        return f"{self._database.name}, version {self._database.version()}, schema {revision}, {count} documents"

    def add_document(
        self, *, sha256: str, filename: str, media_type: str, size: int, storage_path: str
    ) -> tuple[Document, bool]:
        """The document with these bytes, and whether it is new; of copies, the first one's name is kept."""

        def insert(session: Session) -> Document:
            document = Document(
                sha256=sha256,
                filename=storable(filename),
                media_type=media_type,
                size=size,
                storage_path=storage_path,
            )
            session.add(document)
            return document

        return self._once(select(Document).where(Document.sha256 == sha256), insert)

    def document(self, document_id: int) -> Document:
        """The document with this id; raises `DocumentNotFound`."""
        with self._database.session() as session:
            return _document(session, document_id)

    def document_by_hash(self, sha256: str) -> Document | None:
        """The document with these bytes, if it came in before."""
        return self._first(select(Document).where(Document.sha256 == sha256))

    def save_recognition(
        self,
        document_id: int,
        *,
        key: RecognitionKey,
        pages: Sequence[types.PageText],
        seconds: float,
        quality: Mapping[str, Any] | None = None,
    ) -> Recognition:
        """The document's recognition under `key`: these pages, or those that were stored under it before.

        `quality` is plain JSON, and has a `grade`. A new recognition makes the document recognised, with its page
        count. Raises `DocumentNotFound`.
        """

        def insert(session: Session) -> Recognition:
            document = _advance(_document(session, document_id), DocumentStatus.RECOGNISED)
            document.page_count = len(pages)
            recognition = recognition_row(document_id, key=key, pages=pages, seconds=seconds, quality=quality)
            session.add(recognition)
            session.flush()
            session.add_all(page_row(recognition, page) for page in pages)
            return recognition

        return self._once(_recognitions(document_id, key=key), insert)[0]

    def recognition(self, document_id: int, *, key: RecognitionKey) -> Recognition | None:
        """The document's recognition under `key`, if there is one."""
        return self._first(_recognitions(document_id, key=key))

    def latest_recognition(self, document_id: int) -> Recognition | None:
        """The document's newest recognition under any key, if there is one."""
        return self._first(_recognitions(document_id).order_by(col(Recognition.id).desc()))

    def recognitions_graded(self, grade: str, *, limit: int = 100) -> list[tuple[Document, Recognition]]:
        """The documents whose newest recognition has this grade, with it; newest first, `limit` at most."""
        newest = select(func.max(Recognition.id)).group_by(col(Recognition.document_id))
        query = (
            select(Document, Recognition)
            .join(Recognition, col(Recognition.document_id) == col(Document.id))
            .where(Recognition.grade == grade, col(Recognition.id).in_(newest))
        )
        with self._database.session() as session:
            found = session.exec(query.order_by(col(Recognition.id).desc()).limit(limit)).all()
        return [(document, recognition) for document, recognition in found]

    def pages(self, recognition_id: int) -> list[types.PageText]:
        """The recognition's pages in their order; empty where there is no such recognition."""
        query = select(Page).where(Page.recognition_id == recognition_id).order_by(col(Page.number))
        with self._database.session() as session:
            return [page_text(page) for page in session.exec(query)]

    def thumbnail(self, recognition_id: int) -> bytes:
        """A PNG of the recognition's first page; empty where there is none."""
        query = select(Page.thumbnail).where(Page.recognition_id == recognition_id, Page.number == 1)
        with self._database.session() as session:
            return session.exec(query).first() or b""

    def save_prediction(
        self,
        document_id: int,
        *,
        recognition_id: int,
        prediction: types.Prediction,
        settings_digest: str = "",
    ) -> PredictionRow:
        """The stored prediction: this one, or what the same model, set and asked the same, said before.

        Either way the document is classified, no longer failed, and answered now unless by a shadow. Raises
        `DocumentNotFound`, also for a recognition that is not the document's.
        """
        answered_at = None if prediction.variant is types.Variant.SHADOW else now()

        def insert(session: Session) -> PredictionRow:
            recognition = session.get(Recognition, recognition_id)
            if recognition is None or recognition.document_id != document_id:
                raise DocumentNotFound(f"document {document_id} has no recognition {recognition_id}")
            _advance(_document(session, document_id), DocumentStatus.CLASSIFIED)
            row = prediction_row(recognition, prediction, settings_digest=settings_digest)
            row.answered_at = answered_at
            session.add(row)
            return row

        query = _predictions(recognition_id, model=prediction.model, settings_digest=settings_digest)
        query = query.where(PredictionRow.document_id == document_id, PredictionRow.variant == prediction.variant)
        row, created = self._once(query, insert)
        if not created:
            with self._database.session() as session:
                _advance(_document(session, document_id), DocumentStatus.CLASSIFIED)
                session.add(row)
                row.answered_at = answered_at
        return row

    def prediction(
        self, recognition_id: int, *, model: types.ModelRef, settings_digest: str = ""
    ) -> PredictionRow | None:
        """What this model said of this recognition under these settings, if it was asked."""
        return self._first(_predictions(recognition_id, model=model, settings_digest=settings_digest))

    def predictions(self, document_id: int, *, limit: int = 10) -> list[PredictionRow]:
        """What was answered for the document, newest first, `limit` at most; raises `DocumentNotFound`."""
        with self._database.session() as session:
            _document(session, document_id)
            return list(session.exec(answers().where(PredictionRow.document_id == document_id).limit(limit)))

    def record_failure(self, document_id: int, *, error: DocFlowError) -> None:
        """Make the document failed, with the error's code and message; raises `DocumentNotFound`."""
        with self._database.session() as session:
            document = _document(session, document_id)
            document.status = DocumentStatus.FAILED
            document.error_code = error.code
            document.error_message = storable(error.message)

    def record_metrics(self, *, model_name: str, model_version: str, metrics: Mapping[str, float]) -> None:
        """Keep the figures of a model version; one that was there before is replaced."""
        with self._database.session() as session:
            for name, value in metrics.items():
                kept = None if math.isnan(value) else float(value)
                session.merge(ModelMetric(model_name=model_name, model_version=model_version, name=name, value=kept))

    def metrics(self, *, model_name: str, model_version: str) -> dict[str, float]:
        """The figures of a model version by name, NaN where one is not defined; empty without any."""
        query = select(ModelMetric).where(
            ModelMetric.model_name == model_name, ModelMetric.model_version == model_version
        )
        with self._database.session() as session:
            rows = session.exec(query.order_by(ModelMetric.name)).all()
        return {row.name: math.nan if row.value is None else row.value for row in rows}

    def record_promotion(
        self,
        *,
        model_name: str,
        model_version: str,
        digest: str,
        alias: str = "champion",
        promoted_by: str,
        reason: str = "",
        evidence: Mapping[str, Any] | None = None,
        files: str | None = None,
        instead_of: str | None = None,
        after: Promotion | None = None,
        promoted_at: datetime | None = None,
    ) -> Promotion:
        """The promotion that was added to the history; a rollback is one too. Without `promoted_at`, it is from now on.

        With `instead_of`, a digest, raises `PromotionRefused` and adds nothing unless the version of these files has
        the alias by now; empty means that nobody has it. `after` is added just before it, or neither is.
        """
        promotion = Promotion(
            model_name=model_name,
            model_version=model_version,
            digest=digest,
            alias=alias,
            promoted_by=promoted_by,
            reason=reason,
            evidence=None if evidence is None else dict(evidence),
            files=files,
            promoted_at=promoted_at or now(),
        )
        with self._database.locking() as session:
            _lock_promotions(session)
            if instead_of is not None:
                _still_has(session, promotion, digest=instead_of)
            for added in filter(None, (after, promotion)):
                added.promoted_by, added.reason = storable(added.promoted_by), storable(added.reason)
                session.add(added)
                # One by one: history is in the order of the ids.
                session.flush()
        return promotion

    def promotions(self, *, model_name: str, alias: str | None = None, limit: int | None = 50) -> list[Promotion]:
        """The model's promotions to any alias, or to this one, newest first; `limit` at most, or with None all."""
        query = select(Promotion).where(Promotion.model_name == model_name)
        if alias is not None:
            query = query.where(Promotion.alias == alias)
        with self._database.session() as session:
            return list(session.exec(query.order_by(col(Promotion.id).desc()).limit(limit)))

    def current_promotion(self, *, model_name: str, alias: str = "champion") -> Promotion | None:
        """The model's newest promotion to `alias`, if there is one."""
        return self._first(_newest_promotion(model_name, alias=alias))

    def _first(self, query: SelectOfScalar[Row]) -> Row | None:
        """The first row that `query` finds."""
        with self._database.session() as session:
            return session.exec(query.limit(1)).first()

    def _once(self, query: SelectOfScalar[Row], insert: Callable[[Session], Row]) -> tuple[Row, bool]:
        """The one row that `query` finds or else `insert` adds, and whether it was added.

        Of several that insert at once, the database's unique constraint lets one win; the others, whose
        transactions are undone, find its row.
        """
        if (stored := self._first(query)) is not None:
            return stored, False
        try:
            with self._database.session() as session:
                return insert(session), True
        except IntegrityError:
            stored = self._first(query)
            if stored is None:
                raise
            return stored, False


def _document(session: Session, document_id: int) -> Document:
    """The document with this id; raises `DocumentNotFound`."""
    document = session.get(Document, document_id) if 0 < document_id <= LARGEST_ID else None
    if document is None:
        raise DocumentNotFound(f"there is no document {document_id}")
    return document


def _newest_promotion(model_name: str, *, alias: str) -> SelectOfScalar[Promotion]:
    """The query for the model's promotions to `alias`, newest first."""
    query = select(Promotion).where(Promotion.model_name == model_name, Promotion.alias == alias)
    return query.order_by(col(Promotion.id).desc())


def _lock_promotions(session: Session) -> None:
    """Have nobody else promote anything until the transaction ends; who only reads is not kept waiting."""
    if session.get_bind().dialect.name == "postgresql":
        # The whole table: before the first promotion there is no row whose lock could stand for it.
        session.connection().exec_driver_sql("LOCK TABLE promotions IN SHARE ROW EXCLUSIVE MODE")


def _still_has(session: Session, promotion: Promotion, *, digest: str) -> None:
    """Raise `PromotionRefused` unless the promotion's alias means the files of `digest` by now; empty: it means nobody.

    A registry that was made anew has other files under the same numbers.
    """
    alias = promotion.alias
    current = session.exec(_newest_promotion(promotion.model_name, alias=alias).limit(1)).first()
    if ("" if current is None else current.digest) != digest:
        who = f"version {current.model_version}" if current is not None and current.digest else "nobody"
        raise PromotionRefused(
            f"{who} is the {alias} by now: what was decided before is outdated",
            next_step="`docflow models history` says who was promoted meanwhile; decide anew.",
        )


def _advance(document: Document, status: DocumentStatus) -> Document:
    """The document, now at `status` and with no failure."""
    document.status = status
    document.error_code = document.error_message = None
    return document


def _recognitions(document_id: int, *, key: RecognitionKey | None = None) -> SelectOfScalar[Recognition]:
    """The query for a document's recognitions, or for the one under `key`."""
    query = select(Recognition).where(Recognition.document_id == document_id)
    if key is None:
        return query
    return query.where(
        Recognition.engine == key.engine,
        Recognition.engine_version == key.engine_version,
        Recognition.languages == key.languages,
        Recognition.settings_digest == key.settings_digest,
    )


def _predictions(recognition_id: int, *, model: types.ModelRef, settings_digest: str) -> SelectOfScalar[PredictionRow]:
    """The query for what a model, set like this, said of a recognition."""
    return select(PredictionRow).where(
        PredictionRow.recognition_id == recognition_id,
        PredictionRow.model_name == model.name,
        PredictionRow.model_version == model.version,
        PredictionRow.model_digest == model.digest,
        PredictionRow.settings_digest == settings_digest,
    )
