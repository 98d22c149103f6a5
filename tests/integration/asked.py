"""Documents that a version was asked about, many at once and without reading any."""

from __future__ import annotations

from itertools import count, islice

from docflow.pipeline import PREDICTION_SETTINGS
from docflow.settings import Settings
from docflow.store import RecognitionKey, Store
from docflow.types import UNKNOWN, Box, Line, ModelRef, PageText, Prediction, TextSource, Variant, Word

KEY = RecognitionKey(engine="e", engine_version="1", languages="eng+rus", settings_digest="")
WORDS = ["invoice", "due", "payment", "total"]
NUMBERS = count()
"""Of the documents, so that no two are the same."""


def ask(
    settings: Settings,
    *,
    store: Store,
    version: str,
    documents: int,
    label: str = "invoice",
    variant: Variant = Variant.CHAMPION,
) -> list[int]:
    """The ids of new documents, a page each, of which the version says this; one in ten is unknown all the same."""
    asked = []
    for number in islice(NUMBERS, documents):
        document, _ = store.add_document(
            sha256=str(number).ljust(64, "-"), filename="a", media_type="image/png", size=1, storage_path="a"
        )
        words = tuple(Word(WORDS[(number + n) % 4], Box(0, 0, 9, 9), 0.9) for n in range(5 + number % 7))
        page = PageText(1, 9, 9, (Line(words),), TextSource.OCR, "e", "1", "eng+rus")
        read = store.save_recognition(document.id, key=KEY, pages=[page], seconds=0.1, quality={"grade": "A"})
        said = UNKNOWN if number % 10 == 0 else label
        model = ModelRef(settings.classify.model_name, version, version)
        store.save_prediction(
            document.id,
            recognition_id=read.id,
            prediction=Prediction(said, 0.5 + number % 50 / 100, said != UNKNOWN, {label: 0.9}, model, variant),
            settings_digest=settings.digest(*PREDICTION_SETTINGS),
        )
        asked.append(document.id)
    return asked


def again(settings: Settings, *, store: Store, version: str, document: int) -> None:
    """Ask another version about a document that is there, as flows do that look through a whole folder."""
    read = store.latest_recognition(document)
    assert read is not None
    model = ModelRef(settings.classify.model_name, version, version)
    store.save_prediction(
        document,
        recognition_id=read.id,
        prediction=Prediction("invoice", 0.9, True, {"invoice": 0.9}, model, Variant.CHAMPION),
        settings_digest=settings.digest(*PREDICTION_SETTINGS),
    )
