"""Two versions are compared on the documents that both were asked about and a person labelled afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlmodel import select

from docflow.pipeline import FAILURES
from docflow.store import Answerer, LabelOrigin, Operation, Outcome, RecognitionKey, Store
from docflow.store.tables import PredictionRow
from docflow.types import Box, Line, ModelRef, PageText, Prediction, TextSource, Variant, Word

BEFORE = datetime.now(UTC) - timedelta(days=1)
SCORES = {"invoice": 0.6, "receipt": 0.4}
PAGE = PageText(1, 9, 9, (Line((Word("w", Box(0, 0, 9, 9), 0.9),)),), TextSource.OCR, "e", "1", "eng")


def asked(
    store: Store,
    name: str,
    *,
    scores: dict[str, dict[str, float]] | None = None,
    first_as: Variant = Variant.CHAMPION,
    **said: str,
) -> int:
    """A document about which versions said these labels: `v1="invoice"`, or failed: `v1=""`; the first answered."""
    document, _ = store.add_document(
        sha256=name.ljust(64, "-"), filename=name, media_type="image/png", size=1, storage_path=name
    )
    key = RecognitionKey(engine="e", engine_version="1", languages="eng", settings_digest="")
    recognition = store.save_recognition(document.id, key=key, pages=[PAGE], seconds=0.1)
    for number, (version, label) in enumerate(said.items()):
        variant = Variant.SHADOW if number else first_as
        model = ModelRef("docflow", version, version)
        known = (scores or {}).get(version, SCORES)
        prediction = Prediction(label, 0.6, label != "unknown", known, model, variant, 0.002 * (number + 1))
        store.save_prediction(
            document.id,
            recognition_id=recognition.id,
            prediction=prediction if label else Prediction.failure(model),
            settings_digest="" if label else FAILURES,
        )
    return document.id


def judged(
    document: int,
    champion: bool,
    challenger: bool,
    *,
    label: str = "invoice",
    source: str = "",
    confirmed: bool = True,
    by: Answerer = Answerer.CHAMPION,
) -> Outcome:
    """The outcome of a document that `asked` stored; their names are a, b, c in this order."""
    return Outcome(
        document,
        label,
        champion,
        challenger,
        source=source,
        confirmed=confirmed,
        answerer=by,
        key="-abc"[document].ljust(64, "-"),
        text="w",
        languages="eng",
    )


def test_outcomes_are_the_documents_that_both_saw_in_the_order_of_their_labels(store: Store) -> None:
    first = asked(store, "a", v1="invoice", v2="receipt")
    second = asked(store, "b", v1="invoice", v2="receipt")
    alone = asked(store, "c", v1="invoice")
    asked(store, "d", v1="invoice", v2="receipt")
    for document, label in ((second, "invoice"), (alone, "invoice"), (first, "receipt")):
        store.labels.add(document, label=label, who="ann")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [judged(second, True, False), judged(first, False, True, label="receipt", confirmed=False)]
    assert store.outcomes.paired("v2", "v1", model_name="docflow", since=BEFORE) == [
        judged(second, False, True, by=Answerer.CHALLENGER),
        judged(first, True, False, label="receipt", confirmed=False, by=Answerer.CHALLENGER),
    ]


def test_the_newest_label_counts_and_only_a_persons(store: Store) -> None:
    corrected = asked(store, "a", v1="invoice", v2="receipt")
    store.labels.add(corrected, label="invoice", who="ann")
    store.labels.add(corrected, label="receipt", who="bob")
    by_rule = asked(store, "b", v1="invoice", v2="receipt")
    store.labels.add(by_rule, label="invoice", who="rules", origin=LabelOrigin.AUTO)
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [judged(corrected, False, True, label="receipt", confirmed=False)]


def test_a_corrected_label_keeps_its_documents_place(store: Store) -> None:
    corrected, other = (asked(store, name, v1="invoice", v2="receipt") for name in "ab")
    for document, label in ((corrected, "receipt"), (other, "invoice"), (corrected, "invoice")):
        store.labels.add(document, label=label, who="ann")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [judged(corrected, True, False), judged(other, True, False)]


def test_a_label_that_was_taken_back_judges_nobody_until_another_is_given(store: Store) -> None:
    withdrawn, again, other = (asked(store, name, v1="invoice", v2="receipt") for name in "abc")
    for document in (withdrawn, again, other):
        store.labels.add(document, label="invoice", who="ann")
    for document in (withdrawn, again):
        store.labels.withdraw(document, who="bob")
    assert store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE) == [judged(other, True, False)]
    store.labels.add(again, label="receipt", who="bob")
    assert store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE) == [
        judged(again, False, True, label="receipt", confirmed=False),
        judged(other, True, False),
    ]


def test_a_label_from_before_the_trial_does_not_count_when_it_is_taken_back_or_confirmed(store: Store) -> None:
    withdrawn, confirmed = (asked(store, name, v1="invoice") for name in "ab")
    for document in (withdrawn, confirmed):
        store.labels.add(document, label="invoice", who="ann")
    since = datetime.now(UTC)
    for name in "ab":
        asked(store, name, v2="receipt")
    store.labels.withdraw(withdrawn, who="bob")
    store.labels.add(confirmed, label="invoice", who="bob")
    assert store.outcomes.paired("v1", "v2", model_name="docflow", since=since) == []
    later = asked(store, "c", v1="invoice", v2="receipt")
    for document in (later, withdrawn):
        store.labels.add(document, label="invoice", who="ann")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=since)
    assert [(one.document_id, one.answerer) for one in found] == [
        (later, Answerer.CHAMPION),
        (withdrawn, Answerer.OTHER),
    ]


def test_a_confirmed_label_counts_once_by_what_had_been_answered_when_it_was_given(store: Store) -> None:
    document = asked(store, "a", v1="receipt")
    store.labels.add(document, label="invoice", who="ann")
    asked(store, "a", v2="invoice")
    store.labels.add(document, label="invoice", who="bob")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [judged(document, False, True, confirmed=False)]


def test_unknown_is_right_for_a_label_that_neither_version_has(store: Store) -> None:
    document = asked(store, "a", v1="unknown", v2="receipt")
    store.labels.add(document, label="poem", who="ann")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [judged(document, True, False, label="poem")]


def test_unknown_is_wrong_for_a_label_that_one_of_the_versions_has(store: Store) -> None:
    knows = {"v1": SCORES | {"poem": 0.0}}
    known = asked(store, "a", v1="poem", v2="unknown", scores=knows)
    missed = asked(store, "b", v1="unknown", v2="unknown", scores=knows)
    for document in (known, missed):
        store.labels.add(document, label="poem", who="ann")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [
        judged(known, True, False, label="poem"),
        judged(missed, False, False, label="poem", confirmed=False),
    ]
    assert [one.challenger for one in store.outcomes.paired("v2", "v1", model_name="docflow", since=BEFORE)] == [
        True,
        False,
    ]


def test_an_outcome_names_the_source_of_its_document(store: Store) -> None:
    document = asked(store, "a", v1="invoice", v2="invoice")
    store.labels.add(document, label="invoice", who="ann", source="Muster GmbH")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [judged(document, True, True, source="Muster GmbH")]


def test_an_outcome_has_what_its_document_says_by_the_newest_recognition(store: Store) -> None:
    document = asked(store, "a", v1="invoice", v2="invoice")
    key = RecognitionKey(engine="e", engine_version="2", languages="eng+rus", settings_digest="")
    read_again = replace(PAGE, lines=(Line((Word("слово", Box(0, 0, 9, 9), 0.9),)),))
    store.save_recognition(document, key=key, pages=[read_again], seconds=0.1, quality={"grade": "B"})
    store.labels.add(document, label="invoice", who="ann")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [replace(judged(document, True, True), text="слово", languages="eng+rus", grade="B")]


def test_a_label_that_was_given_before_anything_was_answered_corrects_nothing(store: Store) -> None:
    document = asked(store, "a")
    store.labels.add(document, label="invoice", who="ann")
    asked(store, "a", v1="receipt", v2="invoice")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [judged(document, False, True, by=Answerer.NOBODY)]


def answerers(store: Store, *, since: datetime = BEFORE) -> list[Answerer]:
    """Whose answers people had, by the order of their labels."""
    return [one.answerer for one in store.outcomes.paired("v1", "v2", model_name="docflow", since=since)]


def test_an_outcome_says_whose_answer_people_had(store: Store) -> None:
    asked(store, "a", v1="invoice", v2="receipt")
    asked(store, "b", v2="invoice", v1="receipt", first_as=Variant.CHALLENGER)
    asked(store, "c", v3="receipt", v1="invoice", v2="receipt")
    for document in (1, 2, 3):
        store.labels.add(document, label="invoice", who="ann")
    assert answerers(store) == [Answerer.CHAMPION, Answerer.CHALLENGER, Answerer.OTHER]


def test_whose_answer_it_was_is_settled_by_the_first_label(store: Store) -> None:
    document = asked(store, "a", v1="invoice", v2="receipt")
    store.labels.add(document, label="invoice", who="ann")
    asked(store, "a", v2="receipt", v1="invoice", first_as=Variant.CHALLENGER)
    store.labels.add(document, label="receipt", who="bob")
    assert answerers(store) == [Answerer.CHAMPION]


def test_one_that_stands_in_for_a_champion_that_failed_did_not_answer_by_its_share(store: Store) -> None:
    standing = asked(store, "a", v2="invoice", v1="", first_as=Variant.STAND_IN)
    failed = asked(store, "b", v1="invoice", v2="")
    for document in (standing, failed):
        store.labels.add(document, label="invoice", who="ann")
    asked(store, "a", v1="receipt", v2="invoice")
    asked(store, "b", v1="invoice", v2="receipt")
    assert answerers(store) == [Answerer.OTHER, Answerer.OTHER]


def test_nobody_answered_by_the_share_for_a_document_that_came_in_before_the_trial(store: Store) -> None:
    document = asked(store, "a", v1="invoice")
    since = datetime.now(UTC)
    asked(store, "a", v1="invoice", v2="receipt")
    asked(store, "b", v1="invoice", v2="receipt")
    for number in (document, document + 1):
        store.labels.add(number, label="invoice", who="ann")
    assert answerers(store, since=since) == [Answerer.OTHER, Answerer.CHAMPION]


def test_what_was_labelled_before_the_trial_began_does_not_count(store: Store) -> None:
    store.labels.add(asked(store, "a", v1="invoice", v2="receipt"), label="invoice", who="ann")
    since = datetime.now(UTC) + timedelta(seconds=1)
    assert store.outcomes.paired("v1", "v2", model_name="docflow", since=since) == []


def test_operations_count_who_did_not_answer_and_who_said_unknown(store: Store) -> None:
    asked(store, "a", v1="invoice", v2="unknown")
    asked(store, "b", v1="unknown", v2="unknown")
    asked(store, "c", v1="invoice", v2="")
    found = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == (
        Operation(documents=3, failed=0, unknown=1, milliseconds=2.0),
        Operation(documents=3, failed=1, unknown=2, milliseconds=4.0),
    )


def test_a_version_that_nobody_asked_did_not_fail(store: Store) -> None:
    asked(store, "a", v1="invoice")
    asked(store, "b", v2="invoice")
    asked(store, "c", v1="invoice", v2="invoice")
    champion, challenger = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert (champion.documents, champion.failed) == (challenger.documents, challenger.failed) == (1, 0)


def test_a_failure_is_shown_to_nobody_and_is_no_answer_to_be_right_or_wrong(store: Store) -> None:
    document = asked(store, "a", v2="invoice", v1="")
    assert [row.model_version for row in store.predictions(document)] == ["v2"]
    label, _ = store.labels.add(document, label="invoice", who="ann")
    assert (label.predicted, label.model_version) == ("invoice", "v2")
    assert [(one.said, one.confidence) for one in store.readings.newest()] == [("invoice", 0.6)]
    assert store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE) == []


def test_who_answers_after_a_failure_or_fails_after_an_answer_did_not_fail(store: Store) -> None:
    asked(store, "a", v1="invoice", v2="")
    document = asked(store, "a", v1="invoice", v2="receipt")
    asked(store, "b", v1="invoice", v2="receipt")
    asked(store, "b", v1="invoice", v2="")
    _, challenger = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert (challenger.documents, challenger.failed) == (2, 0)
    store.labels.add(document, label="invoice", who="ann")
    found = store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE)
    assert found == [judged(document, True, False, by=Answerer.OTHER)]


def test_who_answers_again_what_it_answered_before_the_trial_did_not_fail(store: Store) -> None:
    document = asked(store, "a", v1="invoice")
    with store._database.session() as session:
        (old,) = session.exec(select(PredictionRow))
        old.predicted_at = BEFORE - timedelta(days=9)
    assert asked(store, "a", v1="invoice", v2="receipt") == document
    champion, challenger = store.outcomes.operations("v1", "v2", model_name="docflow", since=BEFORE)
    assert (champion.documents, champion.failed) == (challenger.documents, challenger.failed) == (1, 0)
    store.labels.add(document, label="invoice", who="ann")
    assert store.outcomes.paired("v1", "v2", model_name="docflow", since=BEFORE) == [judged(document, True, False)]


def test_what_nobody_was_asked_since_the_trial_began_does_not_count(store: Store) -> None:
    asked(store, "a", v1="invoice", v2="invoice")
    with store._database.session() as session:
        for old in session.exec(select(PredictionRow)):
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
