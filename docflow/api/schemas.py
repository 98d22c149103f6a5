"""What the service takes and answers with, as JSON.

Most keys are those of the platform that DocFlow replaces: its clients read them. Unknown keys in a request
are ignored, since some of those clients send more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from docflow.labels import LABEL_CHARACTERS, TIMES_AS_GIVEN
from docflow.store import LabelAction
from docflow.types import Prediction, Variant


class Answer(BaseModel):
    """An answer's body; fields named `model_…` are the contract's."""

    model_config = ConfigDict(protected_namespaces=(), frozen=True)


class HealthAnswer(Answer):
    """Whether the service can take documents in and classify them, and by which model in force; `degraded` if not."""

    status: Literal["healthy", "degraded"]
    timestamp: datetime
    model_loaded: bool
    model_name: str | None
    model_version: str | None
    on_trial: tuple[str, ...] = Field(description="The versions on trial, challenger and shadow, that answered too.")
    unreachable: tuple[str, ...] = Field(description="Of `database` and `blobs`, what does not answer.")


class ServiceAnswer(Answer):
    """What this is, and where it is documented."""

    service: str
    version: str
    docs: str
    openapi: str
    health: str


class UploadAnswer(Answer):
    """A stored document; `duplicate` where the same bytes were there already, under the same id."""

    success: Literal[True] = True
    document_id: int
    filename: str
    storage_path: str
    file_size: int = Field(description="In bytes.")
    file_hash: str = Field(description="SHA-256 of the bytes, hexadecimal.")
    timestamp: datetime
    duplicate: bool
    media_type: str


class TextRequest(BaseModel):
    """A text to classify."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str
    return_all_scores: bool = False

    @field_validator("text")
    @classmethod
    def whole_characters(cls, text: str) -> str:
        """The text, unless an escape in JSON left half of a surrogate pair, which no encoding can carry."""
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("half of a surrogate pair stands alone") from None
        return text


class PredictionAnswer(Answer):
    """What kind of document it is: `unknown` where the model is not confident."""

    success: Literal[True] = True
    predicted_class: str
    confidence_score: float = Field(description="Calibrated probability of the likeliest label, 0 to 1.")
    is_confident: bool
    model_name: str
    model_version: str
    variant: Variant = Field(description="Whether the model in force answered, or one that is on trial.")
    all_scores: dict[str, float] | None = Field(description="Every label's probability; null unless asked for.")
    error: None = None
    document_id: int | None = None


class OcrAnswer(Answer):
    """Who read the document, and how surely: `confidence` is null for a document without words.

    `grade` is A to D, and D is to be looked at by somebody, for the `reason`; it is null for documents that were read
    before grades were kept. The figures behind it are with the document.
    """

    engine: str
    confidence: float | None
    grade: str | None
    reason: str


class DocumentPredictionAnswer(PredictionAnswer):
    """What kind of document it is, and how it was read."""

    document_id: int
    ocr: OcrAnswer
    pages: int
    languages: str = Field(description="The languages that were looked for.")
    language: str = Field(description="The one that the text is in.")
    seconds: float


class UploadAndPredictAnswer(Answer):
    """Both answers of one request."""

    upload: UploadAnswer
    prediction: DocumentPredictionAnswer


class HistoryAnswer(Answer):
    """One stored prediction."""

    id: int
    predicted_class: str
    confidence_score: float
    is_confident: bool
    model_name: str
    model_version: str
    variant: Variant
    predicted_at: datetime
    all_scores: dict[str, float]


class DocumentAnswer(Answer):
    """What is known of a document; `page_count` is null until it was read."""

    id: int
    filename: str
    storage_path: str
    file_size: int
    mime_type: str
    status: str
    upload_timestamp: datetime
    metadata: dict[str, Any]
    page_count: int | None


Who = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    Field(description="Who says so, in printable characters."),
]
Comment = Annotated[str, Field(max_length=2000)]


class LabelRequest(BaseModel):
    """What somebody says that a document is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = Field(
        max_length=TIMES_AS_GIVEN * LABEL_CHARACTERS,
        description=f"A kind's name, of {LABEL_CHARACTERS} printable characters at most as it is kept.",
    )
    who: Who
    comment: Comment = ""
    source: str = Field(
        "", max_length=200, description="Where the document came from; without one it keeps the source that it has."
    )


class WithdrawalRequest(BaseModel):
    """Who takes back what people said that a document is; in the query, since many clients send no body to delete."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: Who
    comment: Comment = ""


class LabelAnswer(Answer):
    """A label, what it replaced, and what the model had said by then; `changed` is false where it was so already.

    `label` is empty where it was `withdrawn`, by a person or by a machine; it is `confirmed` where another person had
    said the same. `source` is where the document came from, empty where nobody said.
    """

    document_id: int
    label: str
    origin: str
    action: LabelAction
    who: str
    comment: str
    source: str
    replaced: str | None
    predicted_class: str | None
    confidence_score: float | None
    model_name: str | None
    model_version: str | None
    timestamp: datetime
    changed: bool


class ReviewAnswer(Answer):
    """A document whose text is to be looked at, and why."""

    document_id: int
    filename: str
    grade: str
    reason: str
    pages: int
    read_at: datetime


class ProblemAnswer(BaseModel):
    """A failure as RFC 9457 has it, with a stable `code` and the `next_step` for the caller."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    message: str
    next_step: str


def prediction_keys(prediction: Prediction, *, all_scores: bool) -> Mapping[str, Any]:
    """A prediction under the contract's keys, with the scores where they were asked for."""
    return {
        "predicted_class": prediction.label,
        "confidence_score": prediction.confidence,
        "is_confident": prediction.is_confident,
        "model_name": prediction.model.name,
        "model_version": prediction.model.version,
        "variant": prediction.variant,
        "all_scores": dict(prediction.scores) if all_scores else None,
    }
