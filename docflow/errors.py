"""The one error tree: every failure has a stable code, an HTTP status, an exit code and a next step.

DocFlowError
├── SettingsError            settings_invalid        500   a setting is unknown, missing or wrong
│   └── ServiceRunning       service_running         500   another process has the port or the folder asked for
├── RequestError             invalid_request         422   a request's parameters do not fit their schema
│   └── RequestTooLarge      request_too_large       413   a request's body is over the limit
├── IntakeError              (the file itself is the cause)
│   ├── UnreadableFile       unreadable_file         422   it is gone, a folder, or not ours to read
│   ├── EmptyFile            empty_file              422
│   ├── UnsupportedType      unsupported_type        415
│   ├── FileTooLarge         file_too_large          413
│   ├── TooManyPages         too_many_pages          413
│   ├── TooManyCharacters    too_many_characters     413
│   ├── PageTooLarge         page_too_large          413
│   ├── EncryptedDocument    encrypted_document      422
│   ├── TruncatedDocument    truncated_document      422
│   ├── CorruptDocument      corrupt_document        422
│   └── DocumentTimeout      document_timeout        422
├── OcrError
│   ├── InvalidLanguage      invalid_language        422   the code is not one that Tesseract could know
│   ├── LanguageMissing      language_missing        422   a real code whose data is not installed
│   ├── EngineUnavailable    engine_unavailable      503   the engine is not installed
│   ├── RecognitionFailed    recognition_failed      422   the engine gave up on this page
│   ├── ModelDownloadFailed  model_download_failed   503   an engine's weights could not be fetched (worth a retry)
│   └── NotRecognised        not_recognised          409   the document was not recognised yet
├── WorkerError              (the process that reads documents)
│   ├── WorkerCrashed        worker_crashed          422   it ended, or failed, while it read this document
│   ├── OutOfMemory          out_of_memory           422   this document took more memory than one may
│   ├── WorkerUnavailable    worker_unavailable      503   no process could be started (worth a retry)
│   └── Busy                 busy                    503   too many documents wait already (worth a retry)
├── ClassifyError
│   ├── TrainingDataError    training_data_invalid   422   too few documents or labels to train on, or they are not kept
│   └── ModelFileError       model_file_invalid      503   a model folder is incomplete or does not load
├── RegistryError
│   ├── ModelNotFound        model_not_found         404
│   ├── NoChampion           no_champion             503   nothing was promoted yet
│   ├── DigestMismatch       digest_mismatch         503   the model is not the one that was promoted
│   ├── AliasMismatch        alias_mismatch          503   the registry's aliases are not what is on record
│   ├── PromotionRefused     promotion_refused       409   the challenger is not better, or cannot be judged
│   ├── BundleFailed         bundle_failed           500   the serving bundle was not built, or does not serve
│   └── RegistryUnavailable  registry_unavailable    503   (worth a retry)
└── StoreError
    ├── DocumentNotFound     document_not_found      404
    ├── DatabaseUnavailable  database_unavailable    503   (worth a retry)
    ├── DatabaseOutdated     database_outdated       503   migrations are missing
    ├── BlobNotFound         blob_not_found          404
    ├── OutputUnwritable     output_unwritable       500   the folder for outputs refuses them
    └── StorageUnavailable   storage_unavailable     503   (worth a retry)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class DocFlowError(Exception):
    """A failure that DocFlow foresaw: what happened, and what the caller can do next."""

    code: ClassVar[str] = "docflow_error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False
    next_step: str = "Look into the service's log under this code."

    def __init__(self, message: str, *, detail: Mapping[str, Any] | None = None, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = dict(detail or {})
        if next_step is not None:
            self.next_step = next_step

    def to_dict(self) -> dict[str, Any]:
        """The error as every face shows it: `code`, `message`, `next_step`, and `detail` where there is any."""
        shown: dict[str, Any] = {"code": self.code, "message": self.message, "next_step": self.next_step}
        if self.detail:
            shown["detail"] = self.detail
        return shown


class SettingsError(DocFlowError):
    """A setting is unknown, missing or wrong."""

    code = "settings_invalid"
    exit_code = 7
    next_step = "Correct the setting; `docflow config` prints all of them and where each came from."


class ServiceRunning(SettingsError):
    """Another process has the port or the folder that a service asks for."""

    code = "service_running"
    next_step = "Stop the other one, or give this one a port and a folder of its own."


class RequestError(DocFlowError):
    """A request's parameters do not fit their schema."""

    code = "invalid_request"
    status = 422
    exit_code = 2
    next_step = "Correct the named parameters; the schema is at /openapi.json."


class RequestTooLarge(RequestError):
    """A request's body is over the limit."""

    code = "request_too_large"
    status = 413
    next_step = "Send a smaller file, or raise the setting intake.max_bytes."


class IntakeError(DocFlowError):
    """The file itself is the cause."""

    status = 422
    exit_code = 3


class UnreadableFile(IntakeError):
    """The file is not there any more, is a folder, or may not be read; the storage it is in is well."""

    code = "unreadable_file"
    next_step = "Check that the file is still there and that DocFlow's user may read it."


class EmptyFile(IntakeError):
    """The file has no bytes."""

    code = "empty_file"
    next_step = "Check the upload or the scanner: the file arrived with no content."


class UnsupportedType(IntakeError):
    """The content is none of the types that DocFlow reads."""

    code = "unsupported_type"
    status = 415
    next_step = "Convert it to PDF, JPEG, PNG, TIFF, BMP or WebP and send it again."


class FileTooLarge(IntakeError):
    """The file has more bytes than the limit allows."""

    code = "file_too_large"
    status = 413
    next_step = "Split or compress the file, or raise the setting intake.max_bytes."


class TooManyPages(IntakeError):
    """The document has more pages than the limit allows."""

    code = "too_many_pages"
    status = 413
    next_step = "Split the document, or raise the setting intake.max_pages."


class TooManyCharacters(IntakeError):
    """The document's pages say more than the limit allows."""

    code = "too_many_characters"
    status = 413
    next_step = "Split the document, or raise the setting intake.max_characters."


class PageTooLarge(IntakeError):
    """A page declares more pixels than are ever decoded, at any scale."""

    code = "page_too_large"
    status = 413
    next_step = "Scan at a lower resolution, or raise the setting intake.hard_max_pixels."


class EncryptedDocument(IntakeError):
    """The document opens with a password only."""

    code = "encrypted_document"
    next_step = "Remove the password and send it again."


class TruncatedDocument(IntakeError):
    """The file ends before its content does."""

    code = "truncated_document"
    next_step = "The upload or copy was cut short: send the whole file again."


class CorruptDocument(IntakeError):
    """The content is damaged, or is not what its first bytes say."""

    code = "corrupt_document"
    next_step = "Open it in a viewer; if it opens there, print it to PDF and send that."


class DocumentTimeout(IntakeError):
    """The document took longer than one document may."""

    code = "document_timeout"
    next_step = "Split the document, or raise the setting intake.max_seconds."


class OcrError(DocFlowError):
    """Recognition could not be done."""

    status = 422
    exit_code = 4


class InvalidLanguage(OcrError):
    """The language code is not one that Tesseract could know."""

    code = "invalid_language"
    next_step = "Use Tesseract's codes, joined by '+': eng, rus, eng+rus."


class LanguageMissing(OcrError):
    """The language's data is not installed."""

    code = "language_missing"
    next_step = "Install the language's data; `docflow doctor` names the package."


class EngineUnavailable(OcrError):
    """The OCR engine is not installed."""

    code = "engine_unavailable"
    status = 503
    next_step = "Install the engine; `docflow doctor` says how."


class RecognitionFailed(OcrError):
    """The engine gave up on a page."""

    code = "recognition_failed"
    next_step = "Scan the page again, straighter and at 300 dpi; if it fails still, report it with the file."


class ModelDownloadFailed(OcrError):
    """An engine's weights could not be fetched, or are not the right ones."""

    code = "model_download_failed"
    status = 503
    retryable = True
    next_step = "Check the connection and try again: what is there already is kept."


class NotRecognised(OcrError):
    """The document was not recognised yet."""

    code = "not_recognised"
    status = 409
    next_step = "Recognise it with POST /predict/document/{document_id}, or name the languages in ocr_language."


class WorkerError(DocFlowError):
    """The process that reads documents could not read this one."""

    status = 422
    exit_code = 4


class WorkerCrashed(WorkerError):
    """The process ended, or failed in an unforeseen way, while it read this document; others are not touched."""

    code = "worker_crashed"
    next_step = "Print the document to PDF, or scan it again, and send that; report it with the file."


class OutOfMemory(WorkerError):
    """Reading this document took more memory than one document may."""

    code = "out_of_memory"
    next_step = "Split the document, scan it at a lower resolution, or raise the setting ocr.worker_memory_mb."


class WorkerUnavailable(WorkerError):
    """No process could be started to read the document, or DocFlow is shutting down."""

    code = "worker_unavailable"
    status = 503
    retryable = True
    next_step = "Try again; if it goes on, DOCFLOW_LOG_LEVEL=DEBUG shows why the process does not start."


class Busy(WorkerError):
    """As many documents as may wait are waiting to be read."""

    code = "busy"
    status = 503
    retryable = True
    next_step = "Try again in a few seconds, or raise the settings ocr.queue and ocr.workers."


class ClassifyError(DocFlowError):
    """A classifier could not be trained or used."""

    status = 422
    exit_code = 5


class TrainingDataError(ClassifyError):
    """There are too few documents or labels to train on, or they are not kept."""

    code = "training_data_invalid"
    next_step = "Give at least two labels with five documents each."


class ModelFileError(ClassifyError):
    """A model folder is incomplete or does not load."""

    code = "model_file_invalid"
    status = 503
    next_step = "Pull the model again with `docflow models pull`, or train one with `docflow train`."


class RegistryError(DocFlowError):
    """The model registry could not do what was asked."""

    status = 503
    exit_code = 6


class ModelNotFound(RegistryError):
    """The registry has no such model version."""

    code = "model_not_found"
    status = 404
    next_step = "See what there is with `docflow models list`."


class NoChampion(RegistryError):
    """No model version was promoted yet."""

    code = "no_champion"
    next_step = "Train and promote one: `docflow train --promote`."


class DigestMismatch(RegistryError):
    """The model's files are not the ones that were promoted."""

    code = "digest_mismatch"
    next_step = "Do not use it: `docflow models rollback` brings the one before back. Find out who changed the files."


class AliasMismatch(RegistryError):
    """The registry's aliases are not what is on record; the record decides what serves."""

    code = "alias_mismatch"
    next_step = "What is on record serves. The next promotion, rollback or withdrawal sets the aliases right."


class PromotionRefused(RegistryError):
    """The challenger is not better than the champion by the rules, or cannot be judged; `detail` has the verdict."""

    code = "promotion_refused"
    status = 409
    exit_code = 8
    next_step = "Train a better one, or promote it all the same with --force and a --reason."


class BundleFailed(RegistryError):
    """The serving bundle could not be built, is too large, or did not answer as it should when it was tried."""

    code = "bundle_failed"
    status = 500
    exit_code = 9
    next_step = "Mend what the message names, and build again."


class RegistryUnavailable(RegistryError):
    """The registry does not answer."""

    code = "registry_unavailable"
    retryable = True
    next_step = "Check the setting mlflow.tracking_uri and that the server is up, then try again."


class StoreError(DocFlowError):
    """The database or the blob storage could not do what was asked."""

    status = 503
    exit_code = 6


class DocumentNotFound(StoreError):
    """There is no document with this id."""

    code = "document_not_found"
    status = 404
    next_step = "Check the id; POST /upload answers with it."


class DatabaseUnavailable(StoreError):
    """The database does not answer."""

    code = "database_unavailable"
    retryable = True
    next_step = "Check the setting database_url and that the server is up, then try again."


class DatabaseOutdated(StoreError):
    """The database lacks migrations that this version needs."""

    code = "database_outdated"
    next_step = "Run `docflow db upgrade`."


class BlobNotFound(StoreError):
    """The document's bytes are not in the storage."""

    code = "blob_not_found"
    status = 404
    next_step = "Check the setting blobs_url; if it is right, restore the blob from your backup."


class OutputUnwritable(StoreError):
    """The folder for outputs refuses them."""

    code = "output_unwritable"
    status = 500
    next_step = "Check that the folder can be written to and that the disk has space."


class StorageUnavailable(StoreError):
    """The blob storage does not answer or refuses."""

    code = "storage_unavailable"
    retryable = True
    next_step = "Check the settings blobs_url and s3.* and that the storage is up, then try again."
