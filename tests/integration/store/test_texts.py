"""What was said about texts that belong to no document is kept without them, and counts for a trial."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from alembic import command
from sqlmodel import select

from docflow.store import Operation, Store, TextPredictionRow, schema
from docflow.store.database import Database
from docflow.types import ModelRef, Prediction, Variant

BEFORE = datetime.now(UTC) - timedelta(days=1)
AFTER = BEFORE + timedelta(days=2)


def asked(store: Store, name: str, *, first_as: Variant = Variant.CHAMPION, **said: str) -> None:
    """A text about which versions said these labels: `v1="invoice"`, or failed: `v1=""`; the first answered."""
    predictions = []
    for number, (version, label) in enumerate(said.items()):
        variant = Variant.SHADOW if number else first_as
        model = ModelRef("docflow", version, version)
        one = Prediction(label, 0.6, label != "unknown", {"invoice": 0.6}, model, variant, 0.002 * (number + 1))
        predictions.append(one if label else Prediction.failure(model))
    store.texts.save_predictions([(name.ljust(64, "-"), said) for said in predictions])


def kept(store: Store) -> list[TextPredictionRow]:
    with store._database.session() as session:
        return list(session.exec(select(TextPredictionRow).order_by(TextPredictionRow.model_version)))


def test_each_prediction_is_kept_with_its_version_its_variant_and_its_time(store: Store) -> None:
    asked(store, "a", first_as=Variant.CHALLENGER, v2="receipt", v1="invoice")
    beside, answer = kept(store)
    assert (answer.model_version, answer.variant, answer.label) == ("v2", Variant.CHALLENGER, "receipt")
    assert (beside.model_version, beside.variant, beside.label) == ("v1", Variant.SHADOW, "invoice")
    assert answer.text_sha256 == "a".ljust(64, "-")
    assert (answer.confidence, answer.seconds) == (0.6, 0.002)
    assert answer.predicted_at is not None


def test_a_database_from_before_texts_were_kept_is_upgraded(empty_url: str) -> None:
    database = Database.open(empty_url)
    with database.exclusive() as connection:
        command.upgrade(schema.config(connection), "0008")
    database.close()
    with Store.open(empty_url) as store:
        asked(store, "a", v1="invoice")
        assert len(kept(store)) == 1


def test_texts_count_for_the_versions_that_were_asked_about_them(store: Store) -> None:
    asked(store, "a", v1="invoice", v2="unknown")
    asked(store, "b", v1="invoice", v2="")
    asked(store, "c", v1="invoice")
    found = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == (Operation(2, 0, 0, milliseconds=2.0), Operation(2, 1, 1, milliseconds=4.0))
    assert store.outcomes.operations("v1", "v2", model_name="other", since=BEFORE)[0].documents == 0
    assert store.outcomes.operations("v1", "v2", model_name="docflow", since=AFTER)[0].documents == 0


def test_a_text_that_comes_again_counts_once_and_an_answer_outweighs_a_failure(store: Store) -> None:
    for label in ("", "invoice", "invoice", ""):
        asked(store, "a", v1="invoice", v2=label)
    assert len(kept(store)) == 3
    _, challenger = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert (challenger.documents, challenger.failed) == (1, 0)


def test_the_same_text_may_be_kept_by_many_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(asked, store, str(n % 4), v1="invoice", v2="receipt") for n in range(64)]:
            done.result()
    assert Counter(row.text_sha256[0] for row in kept(store)) == dict.fromkeys("0123", 2)


def test_groups_of_the_same_texts_in_another_order_do_not_wait_for_each_other(store: Store) -> None:
    model = ModelRef("docflow", "v1", "v1")
    said = [(str(n).rjust(64, "0"), Prediction("invoice", 0.6, True, {}, model)) for n in range(40)]
    with ThreadPoolExecutor(4) as threads:
        groups = [said if n % 2 else said[::-1] for n in range(40)]
        for done in [threads.submit(store.texts.save_predictions, group) for group in groups]:
            done.result()
    assert len(kept(store)) == len(said)
