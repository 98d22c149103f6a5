"""What a document was answered last is what the model said that was asked last, not the one that is newest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from docflow.store import Answerer, LabelOrigin, RecognitionKey, Store
from docflow.store.database import Database
from docflow.store.tables import PredictionRow
from docflow.types import Box, Line, ModelRef, PageText, Prediction, TextSource, Variant, Word

PAGE = PageText(1, 9, 9, (Line((Word("w", Box(0, 0, 9, 9), 0.9),)),), TextSource.OCR, "e", "1", "eng")
SCORES = {"invoice": 0.6, "receipt": 0.4}


@pytest.fixture
def document_id(store: Store) -> int:
    """A document that was read."""
    document, _ = store.add_document(
        sha256="a" * 64, filename="a.png", media_type="image/png", size=1, storage_path="a"
    )
    key = RecognitionKey(engine="e", engine_version="1", languages="eng", settings_digest="")
    store.save_recognition(document.id, key=key, pages=[PAGE], seconds=0.1)
    return document.id


def say(
    store: Store, document_id: int, version: str, label: str, *, variant: Variant = Variant.CHAMPION
) -> PredictionRow:
    """The stored prediction of this version, which was asked now."""
    recognition = store.latest_recognition(document_id)
    assert recognition is not None
    prediction = Prediction(label, 0.6, True, SCORES, ModelRef("docflow", version, version), variant)
    return store.save_prediction(document_id, recognition_id=recognition.id, prediction=prediction)


@pytest.fixture
def rolled_back(store: Store, document_id: int) -> int:
    """The document, about which version 1 said invoice, then version 2 receipt, and then version 1 the same again."""
    first = say(store, document_id, "1", "invoice")
    say(store, document_id, "2", "receipt")
    assert say(store, document_id, "1", "invoice").id == first.id
    return document_id


def test_a_label_after_a_rollback_tells_what_the_version_before_answered(store: Store, rolled_back: int) -> None:
    given, _ = store.labels.add(rolled_back, label="invoice", who="ann")
    assert (given.model_version, given.predicted) == ("1", "invoice")


def test_a_label_after_a_rollback_confirms_or_corrects_that_answer(store: Store, rolled_back: int) -> None:
    store.labels.add(rolled_back, label="invoice", who="ann")
    since = datetime.now(UTC) - timedelta(days=1)
    (outcome,) = store.outcomes.paired("1", "2", model_name="docflow", since=since)
    assert (outcome.champion, outcome.challenger, outcome.confirmed) == (True, False, True)
    assert outcome.answerer is Answerer.CHAMPION


def test_a_reading_after_a_rollback_says_so_too(store: Store, rolled_back: int) -> None:
    assert [reading.said for reading in store.readings.newest()] == ["invoice"]


def test_the_answer_of_the_version_before_is_the_newest_of_the_history(store: Store, rolled_back: int) -> None:
    assert [row.model_version for row in store.predictions(rolled_back)] == ["1", "2"]


def test_what_a_shadow_says_is_no_answer_however_often_it_is_asked(store: Store, document_id: int) -> None:
    say(store, document_id, "1", "invoice")
    for _ in range(2):
        assert say(store, document_id, "2", "receipt", variant=Variant.SHADOW).answered_at is None
    given, _ = store.labels.add(document_id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    assert (given.model_version, given.predicted) == ("1", "invoice")


def test_being_asked_again_moves_the_answer_and_not_the_prediction(store: Store, document_id: int) -> None:
    first = say(store, document_id, "1", "invoice")
    again = say(store, document_id, "1", "invoice")
    assert again.predicted_at == first.predicted_at
    assert first.answered_at is not None
    assert again.answered_at is not None
    assert again.answered_at > first.answered_at
    assert store.predictions(document_id)[0].answered_at == again.answered_at


def test_what_was_answered_before_that_was_kept_counts_from_its_prediction(
    store: Store, database: Database, document_id: int
) -> None:
    say(store, document_id, "1", "invoice")
    say(store, document_id, "2", "receipt")
    with database.session() as session:
        for row in session.exec(select(PredictionRow).order_by(col(PredictionRow.id))):
            row.answered_at = None
    assert [row.model_version for row in store.predictions(document_id)] == ["2", "1"]
    say(store, document_id, "1", "invoice")
    assert [row.model_version for row in store.predictions(document_id)] == ["1", "2"]
