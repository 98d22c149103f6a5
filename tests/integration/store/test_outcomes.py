"""Two versions are compared on the documents that both were asked about and a person labelled afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from docflow.store import LabelOrigin, Operation, Outcome, RecognitionKey, Store
from docflow.store.tables import PredictionRow
from docflow.types import Box, Line, ModelRef, PageText, Prediction, TextSource, Variant, Word

BEFORE = datetime.now(UTC) - timedelta(days=1)
SCORES = {"invoice": 0.6, "receipt": 0.4}
PAGE = PageText(1, 9, 9, (Line((Word("w", Box(0, 0, 9, 9), 0.9),)),), TextSource.OCR, "e", "1", "eng")


def asked(store: Store, name: str, **said: str) -> int:
    """A document about which versions said these labels: `v1="invoice"`; the first of them answered."""
    document, _ = store.add_document(
        sha256=name.ljust(64, "-"), filename=name, media_type="image/png", size=1, storage_path=name
    )
    key = RecognitionKey(engine="e", engine_version="1", languages="eng", settings_digest="")
    recognition = store.save_recognition(document.id, key=key, pages=[PAGE], seconds=0.1)
    for number, (version, label) in enumerate(said.items()):
        variant = Variant.SHADOW if number else Variant.CHAMPION
        model = ModelRef("docflow", version, version)
        prediction = Prediction(label, 0.6, label != "unknown", SCORES, model, variant, 0.002 * (number + 1))
        store.save_prediction(document.id, recognition_id=recognition.id, prediction=prediction)
    return document.id


def test_outcomes_are_the_documents_that_both_saw_in_the_order_of_their_labels(store: Store) -> None:
    first = asked(store, "a", v1="invoice", v2="receipt")
    second = asked(store, "b", v1="invoice", v2="receipt")
    alone = asked(store, "c", v1="invoice")
    asked(store, "d", v1="invoice", v2="receipt")
    for document, label in ((second, "invoice"), (alone, "invoice"), (first, "receipt")):
        store.labels.add(document, label=label, who="ann")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [Outcome(second, True, False), Outcome(first, False, True)]
    assert store.outcomes.paired("v2", "v1", model_name="docflow", since=BEFORE) == [
        Outcome(second, False, True),
        Outcome(first, True, False),
    ]


def test_the_newest_label_counts_and_only_a_persons(store: Store) -> None:
    corrected = asked(store, "a", v1="invoice", v2="receipt")
    store.labels.add(corrected, label="invoice", who="ann")
    store.labels.add(corrected, label="receipt", who="bob")
    by_rule = asked(store, "b", v1="invoice", v2="receipt")
    store.labels.add(by_rule, label="invoice", who="rules", origin=LabelOrigin.AUTO)
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [Outcome(corrected, False, True)]


def test_unknown_is_right_for_a_label_that_the_models_do_not_have(store: Store) -> None:
    document = asked(store, "a", v1="unknown", v2="receipt")
    store.labels.add(document, label="poem", who="ann")
    assert store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE) == [Outcome(document, True, False)]


def test_what_was_labelled_before_the_trial_began_does_not_count(store: Store) -> None:
    store.labels.add(asked(store, "a", v1="invoice", v2="receipt"), label="invoice", who="ann")
    since = datetime.now(UTC) + timedelta(seconds=1)
    assert store.outcomes.paired("v1", "v2", model_name="docflow", since=since) == []


def test_operations_count_who_did_not_answer_and_who_said_unknown(store: Store) -> None:
    asked(store, "a", v1="invoice", v2="unknown")
    asked(store, "b", v1="unknown", v2="unknown")
    asked(store, "c", v1="invoice")
    found = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == (
        Operation(documents=3, failed=0, unknown=1, milliseconds=2.0),
        Operation(documents=3, failed=1, unknown=2, milliseconds=4.0),
    )


def test_a_champion_did_not_fail_where_its_predecessor_answered_as_champion_still(store: Store) -> None:
    asked(store, "a", v2="invoice")
    asked(store, "b", v1="invoice", v2="invoice")
    champion, predecessor = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert (champion.documents, champion.failed) == (predecessor.documents, predecessor.failed) == (1, 0)


def test_who_answers_again_what_it_answered_before_the_trial_did_not_fail(store: Store) -> None:
    document = asked(store, "a", v1="invoice")
    with store._database.session() as session:
        (old,) = session.exec(select(PredictionRow))
        old.predicted_at = BEFORE - timedelta(days=9)
    assert asked(store, "a", v1="invoice", v2="receipt") == document
    champion, challenger = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert (champion.documents, champion.failed) == (challenger.documents, challenger.failed) == (1, 0)
    store.labels.add(document, label="invoice", who="ann")
    assert store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE) == [Outcome(document, True, False)]


def test_what_nobody_was_asked_since_the_trial_began_does_not_count(store: Store) -> None:
    asked(store, "a", v1="invoice")
    with store._database.session() as session:
        (old,) = session.exec(select(PredictionRow))
        old.predicted_at = BEFORE - timedelta(days=9)
    champion, _ = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert champion.documents == 0


def test_what_a_shadow_said_is_stored_and_shown_to_nobody(store: Store) -> None:
    document = asked(store, "a", v1="invoice", v2="receipt")
    assert [row.model_version for row in store.predictions(document)] == ["v1"]
    label, _ = store.labels.add(document, label="invoice", who="ann")
    assert (label.predicted, label.model_version) == ("invoice", "v1")


def test_a_version_may_answer_for_a_document_and_be_its_shadow_later(store: Store) -> None:
    document = asked(store, "a", v1="invoice")
    asked(store, "a", v2="receipt", v1="invoice")
    assert [row.model_version for row in store.predictions(document)] == ["v2", "v1"]
