"""What DocFlow keeps: the documents' bytes in a `BlobStore`, all that is known about them in a `Store`.

The bytes go first, then the row, so that a row never names bytes that are not there.
"""

from docflow.store.blobs import BlobStore
from docflow.store.filesystems import file_failures, open_filesystem, storage_failures
from docflow.store.labels import LabelledDocument, LabelStore
from docflow.store.outcomes import Answerer, Operation, Outcome, OutcomeStore
from docflow.store.readings import Reading, ReadingStore
from docflow.store.store import Store
from docflow.store.tables import (
    Document,
    DocumentStatus,
    Label,
    LabelOrigin,
    ModelMetric,
    Page,
    PredictionRow,
    Promotion,
    Recognition,
    RecognitionKey,
    TextPredictionRow,
)
from docflow.store.texts import TextStore

__all__ = [
    "Answerer",
    "BlobStore",
    "Document",
    "DocumentStatus",
    "Label",
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
    "Store",
    "TextPredictionRow",
    "TextStore",
    "file_failures",
    "open_filesystem",
    "storage_failures",
]
