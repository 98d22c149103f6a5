"""Documents that nobody labelled get labels from rules and the model, marked as such and never judged by."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from docflow.autolabelling import label_automatically
from docflow.labelling import labelled_texts
from docflow.settings import LabellingSettings, Settings, load_settings
from docflow.store import Label, LabelOrigin, RecognitionKey, Store
from docflow.types import UNKNOWN, Box, Line, ModelRef, PageText, Prediction, TextSource, Word

RULES = """
[[pattern]]
name = "due"
label = "invoice"
any = ["due"]
[[pattern]]
name = "dear"
label = "letter"
any = ["dear"]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES)
    return load_settings(var_dir=tmp_path / "var", labelling=LabellingSettings(rules=rules))


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store.open(settings.effective_database_url)


@pytest.fixture
def read(store: Store) -> Callable[..., int]:
    numbers = iter(range(1000))

    def one(
        text: str, *, label: str | None = None, said: str | None = None, confidence: float = 0.97, source: str = ""
    ) -> int:
        number = next(numbers)
        document, _ = store.add_document(
            sha256=f"{number:064x}", filename=f"{number}.png", media_type="image/png", size=1, storage_path=str(number)
        )
        lines = tuple(Line((Word(word, Box(0, 0, 1, 1), 0.9),)) for word in [*own_words(number), *text.split()])
        page = PageText(1, 100, 140, lines, TextSource.OCR, "e", "1", "eng")
        key = RecognitionKey(engine="e", engine_version="1", languages="eng", settings_digest="")
        recognition = store.save_recognition(document.id, key=key, pages=[page], seconds=0.1)
        if said is not None:
            answer(store, document.id, said, recognition_id=recognition.id, confidence=confidence)
        if label is not None:
            store.labels.add(document.id, label=label, who="ann", source=source)
        return document.id

    return one


def own_words(number: int) -> list[str]:
    """Words that no other document has, so that it is nobody's near duplicate."""
    letters = random.Random(number)
    return ["".join(letters.choices("bcdfghjklm", k=9)) for _ in range(5)]


def answer(
    store: Store, document_id: int, said: str, *, recognition_id: int, version: str = "1", confidence: float = 0.97
) -> None:
    """Have a version of the model say what a document is."""
    model = ModelRef("docflow", version, "d")
    prediction = Prediction(said, confidence, said != UNKNOWN, {said: confidence}, model)
    store.save_prediction(document_id, recognition_id=recognition_id, prediction=prediction)


def agreeing(read: Callable[..., int], *, count: int = 50) -> None:
    """Documents that people labelled as the rules would have."""
    for _ in range(count):
        read("sum due", label="invoice")
        read("dear all", label="letter")


def in_force(store: Store, document_id: int) -> Label:
    """The document's label, which it must have."""
    label = store.labels.current(document_id)
    assert label is not None
    return label


def test_labels_rest_on_measured_agreement_and_are_marked_as_a_machines(
    settings: Settings, store: Store, read: Callable[..., int]
) -> None:
    for _ in range(30):
        read("sum due", label="invoice", said="invoice")
        read("dear all", label="letter", said="letter")
    bill = read("payment due", said="invoice")
    torn = read("sir payment due dear")
    silent = read("nothing of that")
    before = len(labelled_texts(store))

    told = label_automatically(settings, store=store)
    assert (told.judged_on, told.given, told.withdrawn, told.undecided) == (60, {"invoice": 1}, {}, 2)
    assert told.agreements["due"].votes == 30
    assert told.cutoff is not None
    assert (told.cutoff.documents, told.cutoff.right, told.cutoff.sources) == (60, 60, 60)
    label = in_force(store, bill)
    assert (label.label, label.origin, label.who) == ("invoice", LabelOrigin.AUTO, "labelling functions")
    assert label.comment.endswith("sure by due, model")
    assert store.labels.current(torn) is store.labels.current(silent) is None

    assert len(labelled_texts(store)) == before
    everything = labelled_texts(store, origins=list(LabelOrigin))
    assert [sample.metadata["origin"] for sample in everything].count("auto") == 1


def test_a_persons_label_stands_and_doing_it_again_adds_nothing(
    settings: Settings, store: Store, read: Callable[..., int]
) -> None:
    agreeing(read)
    wrong = read("payment due")
    told = [label_automatically(settings, store=store) for _ in range(2)]
    assert [(one.given, one.kept) for one in told] == [({"invoice": 1}, 0), ({}, 1)]
    assert len(store.labels.history(wrong)) == 1
    store.labels.add(wrong, label="letter", who="ann")
    label_automatically(settings, store=store)
    current = in_force(store, wrong)
    assert (current.label, current.origin, current.replaced) == ("letter", LabelOrigin.HUMAN, "invoice")


def test_a_dry_run_counts_and_writes_nothing(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    agreeing(read)
    bill = read("payment due")
    assert label_automatically(settings, store=store, dry_run=True).given == {"invoice": 1}
    assert store.labels.current(bill) is None


def test_without_peoples_labels_nobody_is_heard(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    read("payment due", said="invoice")
    told = label_automatically(settings, store=store)
    assert (told.judged_on, told.cutoff, told.given, told.undecided) == (0, None, {}, 1)


def test_rules_that_are_often_wrong_give_no_label(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    for number in range(40):
        read("sum due", label="invoice" if number % 2 else "letter")
    read("payment due")
    told = label_automatically(settings, store=store)
    assert (told.cutoff, told.given) == (None, {})


def test_a_rule_that_was_never_right_labels_nothing(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    for _ in range(40):
        read("amount due", label="invoice")
    for _ in range(6):
        read("dear sir due", label="invoice")
    letter = read("dear grandmother")
    told = label_automatically(settings, store=store)
    assert told.agreements["dear"].agreed == 0
    assert (told.given, store.labels.current(letter)) == ({}, None)


def test_a_few_documents_are_too_few_to_count_on(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    agreeing(read, count=7)
    read("payment due")
    told = label_automatically(settings, store=store)
    assert (told.judged_on, told.cutoff, told.given) == (14, None, {})


def test_documents_of_one_source_do_not_vouch_for_each_other(
    settings: Settings, store: Store, read: Callable[..., int]
) -> None:
    for _ in range(40):
        read("sum due", label="invoice", source="acme")
    read("payment due")
    told = label_automatically(settings, store=store)
    assert (told.agreements["due"].agreed, told.cutoff, told.given) == (40, None, {})


def test_many_documents_of_one_source_count_as_one(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    for _ in range(60):
        read("sum due", label="invoice", source="acme")
    agreeing(read, count=20)
    read("payment due")
    told = label_automatically(settings, store=store)
    assert (told.judged_on, told.sources, told.cutoff, told.given) == (100, 41, None, {})


def test_a_label_is_withdrawn_when_nothing_supports_it_any_more(
    settings: Settings, store: Store, read: Callable[..., int]
) -> None:
    agreeing(read)
    bill, note = read("payment due"), read("dear friend")
    assert label_automatically(settings, store=store).given == {"invoice": 1, "letter": 1}
    for _ in range(40):
        read("due date", label="letter")

    tried = label_automatically(settings, store=store, dry_run=True)
    assert (tried.withdrawn, in_force(store, bill).label) == ({"invoice": 1}, "invoice")
    told = label_automatically(settings, store=store)
    assert (told.given, told.withdrawn, told.kept, told.undecided) == ({}, {"invoice": 1}, 1, 1)
    assert store.labels.current(bill) is None
    taken, given = store.labels.history(bill)
    assert (taken.label, taken.origin, taken.replaced, given.label) == ("", LabelOrigin.AUTO, "invoice", "invoice")
    learnt = labelled_texts(store, origins=[LabelOrigin.AUTO])
    assert [one.document_id for one in learnt] == [str(note)]
    assert label_automatically(settings, store=store).withdrawn == {}


def test_what_a_person_took_back_is_labelled_by_the_functions_again(
    settings: Settings, store: Store, read: Callable[..., int]
) -> None:
    agreeing(read)
    slip, guessed = read("payment due", label="letter"), read("dear friend")
    label_automatically(settings, store=store)
    store.labels.add(guessed, label="invoice", who="ann")
    for number in (slip, guessed):
        store.labels.withdraw(number, who="ann")
    told = label_automatically(settings, store=store)
    assert (told.judged_on, told.given, told.kept) == (100, {"invoice": 1}, 1)
    assert [in_force(store, number).label for number in (slip, guessed)] == ["invoice", "letter"]
    assert [in_force(store, number).origin for number in (slip, guessed)] == [LabelOrigin.AUTO] * 2


def test_what_a_model_learnt_does_not_count_as_its_agreement(
    settings: Settings, store: Store, read: Callable[..., int]
) -> None:
    numbers = [read("nothing", label="invoice", said="letter") for _ in range(20)]
    for number in numbers:
        recognition = store.latest_recognition(number)
        assert recognition is not None
        answer(store, number, "invoice", recognition_id=recognition.id, version="2")
        store.labels.add(number, label="invoice", who="bob", source=f"sender {number}")
    told = label_automatically(settings, store=store)
    assert (told.agreements["model"].votes, told.agreements["model"].agreed) == (20, 0)


def test_a_model_that_learnt_an_automatic_label_does_not_confirm_it(
    settings: Settings, store: Store, read: Callable[..., int]
) -> None:
    for _ in range(40):
        read("sum due", label="invoice", said="invoice")
        read("dear all", label="letter", said="letter")
    bill = read("payment due")
    label_automatically(settings, store=store)
    recognition = store.latest_recognition(bill)
    assert recognition is not None
    answer(store, bill, "invoice", recognition_id=recognition.id, version="2")
    for _ in range(80):
        read("due date", label="letter")
    assert label_automatically(settings, store=store).withdrawn == {"invoice": 1}


def test_that_a_model_knows_no_label_is_no_vote(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    for _ in range(10):
        read("nothing", label="memo", said=UNKNOWN, confidence=0.95)
    assert "model" not in label_automatically(settings, store=store).agreements


def test_the_rules_are_found_from_any_folder(
    store: Store, read: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "labelling.toml").write_text(RULES)
    monkeypatch.setenv("DOCFLOW_CONFIG_DIR", str(tmp_path / "profiles"))
    monkeypatch.chdir(tmp_path)
    read("sum due", label="invoice")
    told = label_automatically(load_settings(var_dir=tmp_path / "var"), store=store)
    assert told.agreements["due"].votes == 1
