"""What DocFlow keeps: the documents' bytes in a `BlobStore`, all that is known about them in a `Store`.

The bytes go first, then the row, so that a row never names bytes that are not there.
"""

from docflow.store.blobs import BlobStore
from docflow.store.filesystems import file_failures, open_filesystem, storage_failures
from docflow.store.labels import LabelledDocument, LabelStore
from docflow.store.outcomes import Answerer, Operation, Outcome, OutcomeStore
from docflow.store.readings import Reading, ReadingStore
from docflow.store.refusals import RefusalStore
from docflow.store.store import Store
from docflow.store.tables import (
    Document,
    DocumentStatus,
    Label,
    LabelAction,
    LabelOrigin,
    ModelMetric,
    Page,
    PredictionRow,
    Promotion,
    Recognition,
    RecognitionKey,
    Refusal,
    TextPredictionRow,
)
from docflow.store.texts import Said, TextStore
from docflow.store.windows import AskedDocument, WindowKey, WindowStore

__all__ = [
    "Answerer",
    "AskedDocument",
    "BlobStore",
    "Document",
    "DocumentStatus",
    "Label",
    "LabelAction",
    "LabelOrigin",
    "LabelStore",
    "LabelledDocument",
    "ModelMetric",
    "Operation",
    "Outcome",
    "OutcomeStore",
    "Page",
    "PredictionRow",
    "Promotion",
    "Reading",
    "ReadingStore",
    "Recognition",
    "RecognitionKey",
    "Refusal",
    "RefusalStore",
    "Said",
    "Store",
    "TextPredictionRow",
    "TextStore",
    "WindowKey",
    "WindowStore",
    "file_failures",
    "open_filesystem",
    "storage_failures",
]
