"""The way of a document: bytes ▸ pages ▸ text ▸ kind, each stage stored under what made it.

Any stage can be run again, and running it twice with the same engine, languages, settings and model changes
nothing: the stored result is the answer.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Self

from docflow.errors import DocFlowError, NotRecognised
from docflow.intake import check_upload
from docflow.ocr import OcrEngine, check_languages
from docflow.ocr.gpu import warn_without_gpu
from docflow.ocr.quality import Grade, quality_report
from docflow.outputs import ReadDocument
from docflow.readers import Reader, open_reader
from docflow.reading import LocalReader
from docflow.rollout import Lineup, load_lineup
from docflow.settings import OcrSettings, Settings
from docflow.store import BlobStore, Document, Recognition, RecognitionKey, Store
from docflow.types import FAILED, Answering, Classifier, EngineRef, Prediction, Question

log = logging.getLogger(__name__)

RECOGNITION_SETTINGS = (
    "intake.max_pixels",
    "intake.render_dpi",
    "intake.pdf_renderer",
    "intake.text_layer",
    "ocr.tessdata_dir",
    "ocr.line_detector",
    "ocr.easyocr_network",
)
"""The settings that change what a page is read as; a stored recognition answers only while they stay the same. The
engine, whose version names its weights, and the languages are in its key by themselves."""

EMBEDDING_SETTING = "ocr.page_embedding"
"""Counts where it is on: there, what was read before it was is read again; elsewhere, what was read stays."""

PREDICTION_SETTINGS = ("classify.threshold",)
"""The settings that change what a text is called."""

FAILURES = "failed"
"""Instead of the settings' digest with a model's failure: an answer that comes later is stored beside it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A document that was taken in; `duplicate` where the same bytes were there already."""

    document: Document
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a document says; `repeated` where the recognition was stored already."""

    document: Document
    recognition: Recognition
    seconds: float
    repeated: bool

    def to_dict(self) -> dict[str, Any]:
        """The reading under the keys of an outcome; its prediction is null."""
        return {
            "document_id": self.document.id,
            "media_type": self.document.media_type,
            "pages": self.recognition.page_count,
            "text": self.recognition.text,
            "languages": self.recognition.languages,
            "ocr": ocr_dict(self.recognition),
            "prediction": None,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Reading):
    """What the pipeline made of a document: what it says, and what kind it is."""

    prediction: Prediction

    def to_dict(self) -> dict[str, Any]:
        """The outcome as the command line and the HTTP service show it."""
        return Reading.to_dict(self) | {"prediction": prediction_dict(self.prediction)}


def recognition_settings(ocr: OcrSettings) -> tuple[str, ...]:
    """The settings whose values a stored recognition must have been made with, to answer for a document."""
    return (*RECOGNITION_SETTINGS, EMBEDDING_SETTING) if ocr.page_embedding else RECOGNITION_SETTINGS


def ocr_dict(recognition: Recognition) -> dict[str, Any]:
    """Who read the document, how surely, and how far the text can be trusted; `quality` is null where nobody judged."""
    return {
        "engine": recognition.read_by,
        "confidence": recognition.confidence,
        "grade": recognition.grade,
        "quality": recognition.quality,
    }


def prediction_dict(prediction: Prediction) -> dict[str, Any]:
    """The prediction under the keys that the HTTP contract gives it."""
    return {
        "predicted_class": prediction.label,
        "confidence_score": prediction.confidence,
        "is_confident": prediction.is_confident,
        "model_name": prediction.model.name,
        "model_version": prediction.model.version,
        "variant": prediction.variant.value,
        "all_scores": dict(prediction.scores),
    }


class Pipeline:
    """Takes documents in and carries them through the stages. One instance serves many threads."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        blobs: BlobStore,
        reader: Reader,
        models: Answering | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.blobs = blobs
        self.reader = reader
        if models is not None:
            self.models = models

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        engine: OcrEngine | None = None,
        reader: Reader | None = None,
        classifier: Classifier | None = None,
        models: Answering | None = None,
    ) -> Self:
        """A pipeline on the configured database and blob storage.

        Documents are read as the settings say, by a given `reader`, or by a given `engine` in this process. The models
        in force are opened when they are first needed, unless a `classifier` is given, or `models` to choose from.
        """
        # Here, because nobody sees the log of a worker process.
        warn_without_gpu(settings.ocr)
        store = Store.open(settings.effective_database_url)
        try:
            blobs = BlobStore.open(settings.effective_blobs_url, s3=settings.s3)
            if engine is not None:
                given = engine
                reader = LocalReader(settings.intake, settings.ocr, open_engine=lambda _: given)
            reader = reader or open_reader(settings)
        except BaseException:
            store.close()
            raise
        if classifier is not None:
            models = Lineup(classifier)
        return cls(settings, store=store, blobs=blobs, reader=reader, models=models)

    def close(self) -> None:
        """End the worker processes and let go of the database's connections."""
        self.reader.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def engine(self) -> EngineRef:
        """The engine that recognises pages."""
        return self.reader.engine()

    @cached_property
    def models(self) -> Answering:
        """The models that tell kinds apart: those in force; `NoChampion` where nothing was promoted."""
        return load_lineup(self.settings, store=self.store)

    def upload(self, data: bytes, *, filename: str) -> Upload:
        """The document of these bytes, stored: first the blob, then the row, so that no row lacks its bytes.

        Where a storage has lost or cut the blob of a row since, it has it again.

        Raises an `IntakeError` for what could not be processed later either: a wrong type, a password, too many
        pages, damage that shows at opening.
        """
        media_type = check_upload(data, limits=self.settings.intake)
        sha256 = hashlib.sha256(data).hexdigest()
        known = self.store.document_by_hash(sha256)
        if known is not None:
            self.blobs.put(data, sha256=sha256, extension=PurePosixPath(known.storage_path).suffix)
            return Upload(known, duplicate=True)
        self.reader.check(data)
        key = self.blobs.put(data, sha256=sha256, extension=media_type.extension)
        document, created = self.store.add_document(
            sha256=sha256, filename=filename, media_type=media_type.value, size=len(data), storage_path=key
        )
        return Upload(document, duplicate=not created)

    def recognise(self, document_id: int, *, languages: str | None = None) -> Recognition:
        """What the document says: the stored recognition, or else a new one, stored.

        A failure that lies in the document is kept with it, and raised.
        """
        recognition, _ = self._recognise(document_id, languages=languages)
        return recognition

    def predict(self, document_id: int, *, languages: str | None = None) -> Outcome:
        """What the document says and what kind it is, each stage stored, with what models in the shadow said.

        That one of them failed is stored too.
        """
        started = time.perf_counter()
        recognition, repeated = self._recognise(document_id, languages=languages)
        key = self.store.document(document_id).sha256
        question = Question(recognition.text, key, self.store.thumbnail(recognition.id))
        (answered,) = self.models.answer([question])
        digest = self.settings.digest(*PREDICTION_SETTINGS)
        for prediction in (answered.prediction, *answered.shadows):
            self.store.save_prediction(
                document_id,
                recognition_id=recognition.id,
                prediction=prediction,
                settings_digest=FAILURES if prediction.label == FAILED else digest,
            )
        return Outcome(
            document=self.store.document(document_id),
            recognition=recognition,
            prediction=answered.prediction,
            seconds=time.perf_counter() - started,
            repeated=repeated,
        )

    def process(self, data: bytes, *, filename: str, languages: str | None = None) -> Outcome:
        """The whole way: `upload`, then `predict`; the seconds count both."""
        started = time.perf_counter()
        uploaded = self.upload(data, filename=filename)
        outcome = self.predict(uploaded.document.id, languages=languages)
        return replace(outcome, seconds=time.perf_counter() - started)

    def read(self, data: bytes, *, filename: str, languages: str | None = None) -> Reading:
        """What the document says, stored: `upload`, then `recognise`. It needs no model."""
        started = time.perf_counter()
        uploaded = self.upload(data, filename=filename)
        recognition, repeated = self._recognise(uploaded.document.id, languages=languages)
        return Reading(
            document=uploaded.document,
            recognition=recognition,
            seconds=time.perf_counter() - started,
            repeated=repeated,
        )

    def reading(self, document_id: int, *, languages: str | None = None) -> tuple[Recognition, bool]:
        """What the document says, its newest reading or that in these languages, made if need be; and if it was stored.

        Raises `NotRecognised` where no languages are given and the document was never read.
        """
        if languages:
            return self._recognise(document_id, languages=languages)
        document = self.store.document(document_id)
        latest = self.store.latest_recognition(document_id)
        if latest is None:
            raise NotRecognised(f"document {document.id} has not been recognised yet")
        return latest, True

    def to_review(self, *, limit: int = 100) -> list[tuple[Document, Recognition]]:
        """The documents whose text nobody should trust before they have looked, newest first; each with its reading."""
        return self.store.recognitions_graded(Grade.D.value, limit=limit)

    def read_document(self, recognition: Recognition) -> ReadDocument:
        """The recognition's pages with the ways to what the document's file is opened for, for `docflow.outputs`.

        That file is opened by the reader, so in a worker process where documents are read in one.
        """
        document = self.store.document(recognition.document_id)
        pages = tuple(self.store.pages(recognition.id))

        def original() -> bytes:
            return self.blobs.get(document.storage_path)

        return ReadDocument(
            name=document.filename,
            sha256=document.sha256,
            pages=pages,
            searchable_pdf=lambda: b"".join(
                self.reader.searchable_pdf(original(), media_type=document.media_type, pages=pages)
            ),
            overlays=lambda: self.reader.overlays(original(), pages=pages),
        )

    def _recognise(self, document_id: int, *, languages: str | None) -> tuple[Recognition, bool]:
        document = self.store.document(document_id)
        checked = check_languages(languages or self.settings.ocr.languages, settings=self.settings.ocr)
        key = RecognitionKey(
            engine=self.engine.name,
            engine_version=self.engine.version,
            languages=checked,
            settings_digest=self.settings.digest(*recognition_settings(self.settings.ocr)),
        )
        stored = self.store.recognition(document_id, key=key)
        if stored is not None:
            return stored, True
        started = time.perf_counter()
        try:
            pages = list(self.reader.read(self.blobs.get(document.storage_path), languages=checked))
        except DocFlowError as error:
            if not error.retryable:
                self.store.record_failure(document_id, error=error)
            raise
        seconds = time.perf_counter() - started
        log.info("document %s: %d pages read in %.2f s", document_id, len(pages), seconds)
        quality = quality_report(pages)
        return self.store.save_recognition(document_id, key=key, pages=pages, seconds=seconds, quality=quality), False
