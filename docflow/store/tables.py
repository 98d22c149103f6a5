"""The tables: documents, their recognitions, pages, predictions and labels; models' metrics, promotions and refusals.

documents ─┬─< recognitions ─┬─< pages               text_predictions
           │                 └─< predictions          model_metrics
           ├───────────────────< predictions          promotions
           └───────────────────< labels               refusals

Times are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Enum, Index, MetaData, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from docflow import types

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, since SQLite and PostgreSQL can only alter the ones that have."""

Json = JSON().with_variant(JSONB(), "postgresql")


VARIANT = Enum(types.Variant, native_enum=False, length=16, values_callable=lambda e: [member.value for member in e])


class DocumentStatus(StrEnum):
    """How far a document has come."""

    UPLOADED = "uploaded"
    RECOGNISED = "recognised"
    CLASSIFIED = "classified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RecognitionKey:
    """What makes two recognitions of a document the same: who read it, in which languages, how set.

    `settings_digest` is `Settings.digest` of the sections that change the text.
    """

    engine: str
    engine_version: str
    languages: str
    settings_digest: str


def now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)


class Table(SQLModel):
    """The base of all tables: one metadata of our own, so that no other library's tables get into it."""

    metadata = MetaData(naming_convention=NAMES)


class Document(Table, table=True):
    """A file that came in, once for all its copies: `sha256` is unique.

    `size` is in bytes, `storage_path` the key of its bytes in the blob storage. `page_count` is None until it
    was recognised. `error_code` and `error_message` tell the last failure, None unless the status is failed.
    """

    __tablename__ = "documents"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    filename: str
    media_type: str
    size: int = Field(sa_type=BigInteger)
    storage_path: str
    status: DocumentStatus = Field(
        default=DocumentStatus.UPLOADED,
        sa_type=Enum(
            DocumentStatus,
            native_enum=False,
            length=16,
            values_callable=lambda e: [member.value for member in e],
        ),
    )
    page_count: int | None = None
    error_code: str | None = None
    error_message: str | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now, sa_column_kwargs={"onupdate": now})


class Recognition(Table, table=True):
    """One reading of a document, under its `RecognitionKey`.

    `engine` was asked for; `read_by` names those that did read its pages, such as `pdfium+tesserocr`.
    `text` has the pages' texts in their order, joined by form feeds. `confidence` is the mean over all words,
    weighted by their length, None without words. `seconds` is the wall time of the whole reading. `quality` tells how
    far the text can be trusted, and `grade` is the letter in it; both are None for what was read before they were kept.
    """

    __tablename__ = "recognitions"
    __table_args__ = (
        UniqueConstraint(
            "document_id",
            "engine",
            "engine_version",
            "languages",
            "settings_digest",
            name="uq_recognitions_key",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="documents.id", ondelete="CASCADE")
    engine: str
    engine_version: str
    languages: str
    settings_digest: str
    read_by: str
    page_count: int
    confidence: float | None = None
    text: str
    seconds: float
    grade: str | None = Field(default=None, index=True)
    quality: dict[str, Any] | None = Field(default=None, sa_type=Json)
    created_at: datetime = Field(default_factory=now)

    @property
    def reason(self) -> str:
        """Why the grade is a low one, as a sentence; empty for others."""
        return str((self.quality or {}).get("reason", ""))


class Page(Table, table=True):
    """One page of a recognition: a stored `PageText`, its `words` in the form of `lines_to_json`.

    `thumbnail` is a PNG; None for pages after the first, and for what was read before they were kept.
    """

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("recognition_id", "number", name="uq_pages_number"),)

    id: int = Field(default=None, primary_key=True)
    recognition_id: int = Field(foreign_key="recognitions.id", ondelete="CASCADE")
    number: int
    width: int
    height: int
    source: str
    engine: str
    engine_version: str
    languages: str
    text: str
    words: list[Any] = Field(sa_type=Json)
    confidence: float | None = None
    seconds: float
    rotation: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    unread: float | None = None
    thumbnail: bytes | None = None


class PredictionRow(Table, table=True):
    """What one version of a model said about one recognition: a stored `types.Prediction`.

    `settings_digest` tells apart what the same model says under another threshold, `variant` what it was asked as. That
    the model failed is a shadow's row whose label is `types.FAILED`. `answered_at` is when somebody was last told
    so; None where nobody was, and for what was answered before it was kept.
    """

    __tablename__ = "predictions"
    __table_args__ = (
        UniqueConstraint(
            "recognition_id",
            "model_name",
            "model_version",
            "model_digest",
            "settings_digest",
            "variant",
            name="uq_predictions_key",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="documents.id", ondelete="CASCADE", index=True)
    recognition_id: int = Field(foreign_key="recognitions.id", ondelete="CASCADE")
    label: str
    confidence: float
    is_confident: bool
    scores: dict[str, float] = Field(sa_type=Json)
    model_name: str
    model_version: str
    model_digest: str
    settings_digest: str = ""
    variant: types.Variant = Field(
        default=types.Variant.CHAMPION,
        sa_type=VARIANT,
        sa_column_kwargs={"server_default": types.Variant.CHAMPION.value},
    )
    seconds: float | None = None
    predicted_at: datetime = Field(default_factory=now)
    answered_at: datetime | None = None

    @property
    def value(self) -> types.Prediction:
        """The prediction as the classifier gave it."""
        return types.Prediction(
            label=self.label,
            confidence=self.confidence,
            is_confident=self.is_confident,
            scores=self.scores,
            model=types.ModelRef(self.model_name, self.model_version, self.model_digest),
            variant=self.variant,
            seconds=self.seconds,
        )


class TextPredictionRow(Table, table=True):
    """What one version of a model said, or failed to, about a text that belongs to no document and is not kept.

    Once for each thing said: where the text comes again, `predicted_at` stays when it was said first.
    """

    __tablename__ = "text_predictions"
    __table_args__ = (
        UniqueConstraint(
            "text_sha256",
            "model_name",
            "model_version",
            "model_digest",
            "variant",
            "label",
            name="uq_text_predictions_key",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    text_sha256: str
    label: str
    confidence: float
    model_name: str
    model_version: str
    model_digest: str
    variant: types.Variant = Field(sa_type=VARIANT)
    seconds: float | None = None
    predicted_at: datetime = Field(default_factory=now)


class LabelOrigin(StrEnum):
    """Who gave a label."""

    HUMAN = "human"
    AUTO = "auto"


class LabelAction(StrEnum):
    """What somebody did who added a row to a document's labels."""

    GIVEN = "given"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Label(Table, table=True):
    """What somebody said that a document is. Rows are added, never changed.

    An empty `label` takes back what had been said: a person's what people had, a machine's what machines had. One that
    `is_confirmation` says what another person's label in force says already, which stays in force.
    `source` is where the document came from, which fair splits keep whole. `replaced` is the label in force before,
    None for a first one and for one that confirms it; `predicted`, with what `confidence` and by which model, is what
    had been answered last by then, None where nothing was.
    """

    __tablename__ = "labels"

    id: int = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="documents.id", ondelete="CASCADE", index=True)
    label: str
    origin: LabelOrigin = Field(
        sa_type=Enum(
            LabelOrigin, native_enum=False, length=16, values_callable=lambda e: [member.value for member in e]
        ),
    )
    who: str
    comment: str = ""
    source: str = ""
    is_confirmation: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    replaced: str | None = None
    model_name: str | None = None
    model_version: str | None = None
    predicted: str | None = None
    confidence: float | None = None
    created_at: datetime = Field(default_factory=now)

    @property
    def action(self) -> LabelAction:
        """What was done with this row."""
        if not self.label:
            return LabelAction.WITHDRAWN
        return LabelAction.CONFIRMED if self.is_confirmation else LabelAction.GIVEN


class ModelMetric(Table, table=True):
    """One figure of one model version; None where it is not defined (NaN, which SQLite cannot keep)."""

    __tablename__ = "model_metrics"

    model_name: str = Field(primary_key=True)
    model_version: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: float | None
    recorded_at: datetime = Field(default_factory=now)


class Promotion(Table, table=True):
    """One promotion: from `promoted_at` on, `alias` meant this version. Rows are added, never changed.

    `evidence` is a `rollout.Evidence` in JSON; in older rows it is the verdict alone, or None where nothing was judged.
    `files` is the key of the blob that has the version's files, None for what was promoted before they were published.
    """

    __tablename__ = "promotions"
    __table_args__ = (Index(None, "model_name", "alias"),)

    id: int = Field(default=None, primary_key=True)
    model_name: str
    model_version: str
    digest: str
    alias: str
    promoted_by: str
    reason: str
    evidence: dict[str, Any] | None = Field(default=None, sa_type=Json)
    files: str | None = None
    promoted_at: datetime = Field(default_factory=now)


class Refusal(Table, table=True):
    """A promotion, or a trial, that somebody asked for and that was refused. Rows are added, never changed.

    `reason` is the one that was given, `refused_because` the sentences that speak against it, and `evidence` the
    `detail` of the `PromotionRefused`: what a version costs, and the verdict with its grounds where it was judged.
    """

    __tablename__ = "refusals"

    id: int = Field(default=None, primary_key=True)
    model_name: str
    model_version: str
    digest: str
    alias: str
    asked_by: str
    reason: str
    refused_because: list[str] = Field(sa_type=Json)
    evidence: dict[str, Any] = Field(sa_type=Json)
    refused_at: datetime = Field(default_factory=now)
