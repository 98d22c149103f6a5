"""Labels are added and never changed, and what a person said stands over what a machine says until it is taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from docflow.errors import DocumentNotFound
from docflow.store import Document, LabelAction, LabelOrigin, RecognitionKey, Store
from docflow.types import Box, Line, ModelRef, PageText, Prediction, TextSource, Word

MODEL = ModelRef(name="docflow", version="3", digest="abc")


def add(store: Store, letter: str = "a") -> Document:
    return store.add_document(
        sha256=letter * 64, filename=f"{letter}.pdf", media_type="application/pdf", size=1, storage_path=letter
    )[0]


def read(store: Store, document: Document, text: str, *, engine: str = "one", label: str = "invoice") -> None:
    key = RecognitionKey(engine=engine, engine_version="1", languages="eng", settings_digest="")
    line = Line((Word(text, Box(0, 0, 9, 9), 0.9),))
    page = PageText(1, 100, 100, (line,), TextSource.OCR, engine, "1", "eng")
    recognition = store.save_recognition(document.id, key=key, pages=[page], seconds=0.1)
    prediction = Prediction(label, 0.8, True, {label: 0.8}, MODEL)
    store.save_prediction(document.id, recognition_id=recognition.id, prediction=prediction)


def test_a_label_keeps_who_and_when_and_what_the_model_had_said(store: Store) -> None:
    document = add(store)
    read(store, document, "text", label="receipt")
    given, is_new = store.labels.add(document.id, label="invoice", who="ann", comment="has a due date", source="acme")
    assert is_new
    assert (given.label, given.who, given.comment, given.source) == ("invoice", "ann", "has a due date", "acme")
    assert (given.origin, given.replaced) == (LabelOrigin.HUMAN, None)
    assert (given.predicted, given.confidence) == ("receipt", 0.8)
    assert (given.model_name, given.model_version) == ("docflow", "3")
    assert abs(given.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert store.labels.current(document.id) == given


def test_a_correction_keeps_what_it_corrects(store: Store) -> None:
    document = add(store)
    store.labels.add(document.id, label="invoice", who="ann")
    corrected, _ = store.labels.add(document.id, label="receipt", who="bob")
    assert corrected.replaced == "invoice"
    told = [(label.label, label.who) for label in store.labels.history(document.id)]
    assert told == [("receipt", "bob"), ("invoice", "ann")]
    assert store.labels.current(document.id) == corrected


def test_the_same_label_again_adds_nothing(store: Store) -> None:
    document = add(store)
    first, _ = store.labels.add(document.id, label="invoice", who="ann")
    assert store.labels.add(document.id, label="invoice", who="ann") == (first, False)
    assert store.labels.history(document.id) == [first]


def test_another_person_who_says_the_same_confirms_the_label_once(store: Store) -> None:
    document = add(store)
    store.labels.add(document.id, label="letter", who="ann")
    given, _ = store.labels.add(document.id, label="invoice", who="ann", source="acme")
    confirmed, is_new = store.labels.add(document.id, label="invoice", who="bob", comment="has a due date")
    assert (is_new, confirmed.action, confirmed.replaced) == (True, LabelAction.CONFIRMED, None)
    assert (confirmed.who, confirmed.comment, confirmed.source) == ("bob", "has a due date", "acme")
    for who in ("bob", "ann"):
        assert store.labels.add(document.id, label="invoice", who=who) == (given, False)
    assert store.labels.history(document.id)[:2] == [confirmed, given]
    assert store.labels.current(document.id) == given
    assert [one.label for one in store.labels.labelled()] == [given]


def test_what_is_said_of_a_confirmed_label_goes_by_the_label(store: Store) -> None:
    document = add(store)
    for who in ("ann", "bob"):
        store.labels.add(document.id, label="invoice", who=who)
    corrected, is_new = store.labels.add(document.id, label="letter", who="cid")
    assert (is_new, corrected.action, corrected.replaced) == (True, LabelAction.GIVEN, "invoice")
    again, is_new = store.labels.add(document.id, label="invoice", who="bob")
    assert (is_new, again.action, again.replaced) == (True, LabelAction.GIVEN, "letter")
    assert store.labels.add(document.id, label="letter", who="cid", once=True) == (again, False)


def test_eight_threads_that_give_the_same_label_leave_one(store: Store) -> None:
    ready = Barrier(8)

    def give(document: Document) -> bool:
        ready.wait(60)
        return store.labels.add(document.id, label="invoice", who="ann")[1]

    documents = [add(store, letter) for letter in "abcdefgh"]
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(give, [document for document in documents for _ in range(8)]))
    assert given.count(True) == 8
    assert [len(store.labels.history(document.id)) for document in documents] == [1] * 8


def test_a_correction_keeps_the_documents_source(store: Store) -> None:
    document = add(store)
    store.labels.add(document.id, label="invoice", who="ann", source="acme")
    assert store.labels.add(document.id, label="receipt", who="bob")[0].source == "acme"
    assert store.labels.add(document.id, label="receipt", who="bob", source="acme")[1] is False


def test_the_same_label_with_another_source_is_added(store: Store) -> None:
    document = add(store)
    first, _ = store.labels.add(document.id, label="invoice", who="ann")
    moved, is_new = store.labels.add(document.id, label="invoice", who="ann", source="acme")
    assert (is_new, moved.source, moved.replaced) == (True, "acme", "invoice")
    assert store.labels.add(document.id, label="invoice", who="ann") == (moved, False)
    assert store.labels.history(document.id) == [moved, first]


def test_what_was_said_once_is_not_said_again_over_a_correction(store: Store) -> None:
    document = add(store)
    store.labels.add(document.id, label="invoice", who="ann", source="acme", once=True)
    corrected, _ = store.labels.add(document.id, label="receipt", who="bob")
    assert store.labels.add(document.id, label="invoice", who="ann", source="acme", once=True) == (corrected, False)
    assert store.labels.add(document.id, label="invoice", who="ann", source="new", once=True) == (corrected, False)
    assert store.labels.add(document.id, label="invoice", who="cid", once=True)[1]


def test_what_was_said_once_is_not_said_again_where_it_was_taken_back(store: Store) -> None:
    document = add(store)
    store.labels.add(document.id, label="invoice", who="ann", source="acme", once=True)
    taken, _ = store.labels.withdraw(document.id, who="bob")
    for source in ("acme", "new"):
        assert store.labels.add(document.id, label="invoice", who="ann", source=source, once=True) == (taken, False)
    store.labels.add(document.id, label="invoice", who="rules", origin=LabelOrigin.AUTO)
    assert store.labels.add(document.id, label="invoice", who="ann", source="new", once=True) == (taken, False)
    assert store.labels.add(document.id, label="invoice", who="cid", once=True)[1]


def test_sources_that_were_said_once_do_not_alternate(store: Store) -> None:
    document = add(store)
    for source in ("one", "two"):
        assert store.labels.add(document.id, label="invoice", who="ann", source=source, once=True)[1]
    assert store.labels.add(document.id, label="invoice", who="ann", source="one", once=True)[1] is False


def test_a_machine_never_overwrites_a_person(store: Store) -> None:
    document = add(store)
    by_hand, _ = store.labels.add(document.id, label="invoice", who="ann")
    assert store.labels.add(document.id, label="letter", who="rules", origin=LabelOrigin.AUTO) == (by_hand, False)
    assert len(store.labels.history(document.id)) == 1


def test_a_person_overwrites_a_machine_and_confirms_it(store: Store) -> None:
    document = add(store)
    guess, _ = store.labels.add(document.id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    assert store.labels.add(document.id, label="letter", who="rules", origin=LabelOrigin.AUTO) == (guess, False)
    confirmed, is_new = store.labels.add(document.id, label="letter", who="ann")
    assert (confirmed.origin, confirmed.replaced, is_new) == (LabelOrigin.HUMAN, "letter", True)
    assert store.labels.current(document.id) == confirmed


def test_the_labelled_documents_come_with_their_newest_reading(store: Store) -> None:
    by_hand, by_rule, unread, unlabelled = (add(store, letter) for letter in "abcd")
    for document in (by_hand, by_rule, unlabelled):
        read(store, document, "old")
        read(store, document, "new", engine="two")
    store.labels.add(by_hand.id, label="letter", who="ann")
    store.labels.add(by_hand.id, label="invoice", who="ann")
    store.labels.add(by_rule.id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    store.labels.add(unread.id, label="receipt", who="ann")
    found = store.labels.labelled()
    assert [(one.document.id, one.label.label) for one in found] == [(by_hand.id, "invoice"), (unread.id, "receipt")]
    assert [one.recognition.text if one.recognition else None for one in found] == ["new", None]
    everyone = store.labels.labelled(origins=list(LabelOrigin))
    assert [one.document.id for one in everyone] == [by_hand.id, by_rule.id, unread.id]


def test_labelled_documents_are_counted_from_a_moment_on(store: Store) -> None:
    for letter in "abc":
        read(store, add(store, letter), "text")
    store.labels.add(add(store).id, label="letter", who="ann")
    moment = datetime.now(UTC)
    store.labels.add(add(store, "b").id, label="letter", who="ann")
    store.labels.add(add(store, "c").id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    assert store.labels.count_since(None) == 2
    assert store.labels.count_since(moment) == 1
    assert store.labels.count_since(moment, origin=LabelOrigin.AUTO) == 1


def test_what_is_confirmed_taken_back_or_corrected_back_is_nothing_new_to_learn(store: Store) -> None:
    confirmed, withdrawn, corrected, moved = (add(store, letter) for letter in "abcd")
    for document in (confirmed, withdrawn, corrected, moved):
        read(store, document, "text")
        store.labels.add(document.id, label="letter", who="ann")
    moment = datetime.now(UTC)
    store.labels.add(confirmed.id, label="letter", who="bob")
    store.labels.withdraw(withdrawn.id, who="bob")
    for label in ("invoice", "letter"):
        store.labels.add(corrected.id, label=label, who="bob")
    assert (store.labels.count_since(moment), store.labels.count_since(None)) == (0, 3)
    store.labels.add(moved.id, label="letter", who="ann", source="acme")
    store.labels.add(withdrawn.id, label="invoice", who="ann")
    assert (store.labels.count_since(moment), store.labels.count_since(None)) == (2, 4)


def test_a_document_counts_once_however_often_it_is_labelled_and_read(store: Store) -> None:
    document = add(store)
    for engine in ("one", "two"):
        read(store, document, "text", engine=engine)
    for label in ("letter", "invoice") * 4:
        store.labels.add(document.id, label=label, who="ann")
    assert store.labels.count_since(None) == 1


def test_what_cannot_be_learnt_from_yet_does_not_count_before_it_was_read(store: Store) -> None:
    unread, blank = add(store), add(store, "b")
    read(store, blank, "")
    for document in (unread, blank):
        store.labels.add(document.id, label="letter", who="ann")
    moment = datetime.now(UTC)
    assert store.labels.count_since(None) == 0
    read(store, unread, "text")
    assert store.labels.count_since(moment) == 1


def test_a_machine_takes_its_label_back_and_the_history_keeps_it(store: Store) -> None:
    document = add(store)
    store.labels.add(document.id, label="letter", who="rules", origin=LabelOrigin.AUTO, source="acme")
    moment = datetime.now(UTC)
    taken, is_new = store.labels.withdraw(document.id, who="rules", origin=LabelOrigin.AUTO, comment="unsupported")
    assert (is_new, taken.label, taken.origin, taken.replaced) == (True, "", LabelOrigin.AUTO, "letter")
    assert (taken.action, taken.comment, taken.source) == (LabelAction.WITHDRAWN, "unsupported", "acme")
    assert store.labels.withdraw(document.id, who="rules", origin=LabelOrigin.AUTO)[1] is False
    assert store.labels.current(document.id) is None
    everyone = list(LabelOrigin)
    assert store.labels.labelled(origins=everyone) == []
    assert [one.label.label for one in store.labels.labelled(origins=everyone, until=moment)] == ["letter"]
    assert [label.label for label in store.labels.history(document.id)] == ["", "letter"]
    again, is_new = store.labels.add(document.id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    assert (is_new, again.replaced, again.source) == (True, None, "acme")


def test_a_machine_takes_no_persons_label_back(store: Store) -> None:
    document = add(store)
    store.labels.add(document.id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    by_hand, _ = store.labels.add(document.id, label="invoice", who="ann")
    assert store.labels.withdraw(document.id, who="rules", origin=LabelOrigin.AUTO)[1] is False
    assert store.labels.current(document.id) == by_hand


def test_a_person_takes_a_label_back_and_the_history_says_who_and_what(store: Store) -> None:
    document = add(store)
    read(store, document, "text", label="receipt")
    store.labels.add(document.id, label="invoice", who="ann", source="acme")
    store.labels.add(document.id, label="invoice", who="cid")
    moment = datetime.now(UTC)
    taken, is_new = store.labels.withdraw(document.id, who="bob", comment="was a slip")
    assert (is_new, taken.label, taken.origin, taken.replaced) == (True, "", LabelOrigin.HUMAN, "invoice")
    assert (taken.action, taken.who, taken.comment) == (LabelAction.WITHDRAWN, "bob", "was a slip")
    assert (taken.source, taken.predicted) == ("acme", "receipt")
    assert store.labels.history(document.id)[0] == taken
    assert store.labels.current(document.id) is None
    assert store.labels.labelled(origins=list(LabelOrigin)) == []
    assert [one.label.label for one in store.labels.labelled(until=moment)] == ["invoice"]
    assert store.labels.names() == {"invoice"}
    again, is_new = store.labels.add(document.id, label="invoice", who="ann")
    assert (is_new, again.action, again.replaced, again.source) == (True, LabelAction.GIVEN, None, "acme")
    assert store.labels.current(document.id) == again


def test_taking_back_where_no_persons_label_is_in_force_changes_nothing(store: Store) -> None:
    document = add(store)
    assert store.labels.withdraw(document.id, who="ann")[1] is False
    guess, _ = store.labels.add(document.id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    assert store.labels.withdraw(document.id, who="ann")[1] is False
    assert store.labels.history(document.id) == [guess]


def test_a_machines_label_stands_again_where_a_person_took_theirs_back(store: Store) -> None:
    document = add(store)
    guess, _ = store.labels.add(document.id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    store.labels.add(document.id, label="invoice", who="ann")
    store.labels.withdraw(document.id, who="ann")
    assert store.labels.current(document.id) == guess
    assert store.labels.labelled() == []
    assert [one.label for one in store.labels.labelled(origins=[LabelOrigin.AUTO])] == [guess]
    later, is_new = store.labels.add(document.id, label="receipt", who="rules", origin=LabelOrigin.AUTO)
    assert (is_new, later.replaced) == (True, "letter")
    assert store.labels.current(document.id) == later
    assert store.labels.withdraw(document.id, who="rules", origin=LabelOrigin.AUTO)[1] is True
    assert store.labels.current(document.id) is None


def test_who_was_ever_labelled_by_a_person_stays_known(store: Store) -> None:
    by_hand, by_rule = add(store), add(store, "b")
    store.labels.add(by_hand.id, label="letter", who="ann")
    store.labels.withdraw(by_hand.id, who="ann")
    store.labels.add(by_rule.id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    moment = datetime.now(UTC)
    later = add(store, "c")
    store.labels.add(later.id, label="letter", who="ann")
    assert store.labels.ever_labelled(came_until=moment) == {by_hand.id}


def test_each_documents_first_label_stays_known(store: Store) -> None:
    one, other = add(store), add(store, "b")
    first, _ = store.labels.add(one.id, label="letter", who="rules", origin=LabelOrigin.AUTO)
    store.labels.add(one.id, label="invoice", who="ann")
    by_hand, _ = store.labels.add(other.id, label="Memo", who="ann")
    assert store.labels.firsts() == {one.id: first, other.id: by_hand}
    for origin in LabelOrigin:
        given = store.labels.firsts(origins=[origin])
        assert {label.origin for label in given.values()} == {origin}
    assert store.labels.names() == {"invoice", "Memo"}


@pytest.mark.parametrize("document_id", [0, -1, 99, 2**40])
def test_an_unknown_document_has_no_labels(store: Store, document_id: int) -> None:
    with pytest.raises(DocumentNotFound):
        store.labels.add(document_id, label="letter", who="ann")
    with pytest.raises(DocumentNotFound):
        store.labels.withdraw(document_id, who="ann")
    with pytest.raises(DocumentNotFound):
        store.labels.history(document_id)
