"""Documents that nobody labelled get labels from rules and the model, marked as such and never judged by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from docflow.autolabelling import label_automatically
from docflow.labelling import labelled_texts
from docflow.settings import LabellingSettings, Settings, load_settings
from docflow.store import LabelOrigin, RecognitionKey, Store
from docflow.types import Box, Line, ModelRef, PageText, Prediction, TextSource, Word

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

    def one(text: str, *, label: str | None = None, said: str | None = None) -> int:
        number = next(numbers)
        document, _ = store.add_document(
            sha256=f"{number:064x}", filename=f"{number}.png", media_type="image/png", size=1, storage_path=str(number)
        )
        lines = tuple(Line((Word(word, Box(0, 0, 1, 1), 0.9),)) for word in text.split())
        page = PageText(1, 100, 140, lines, TextSource.OCR, "e", "1", "eng")
        key = RecognitionKey(engine="e", engine_version="1", languages="eng", settings_digest="")
        recognition = store.save_recognition(document.id, key=key, pages=[page], seconds=0.1)
        if said is not None:
            prediction = Prediction(said, 0.97, True, {said: 0.97}, ModelRef("docflow", "1", "d"))
            store.save_prediction(document.id, recognition_id=recognition.id, prediction=prediction)
        if label is not None:
            store.labels.add(document.id, label=label, who="ann")
        return document.id

    return one


def test_labels_rest_on_measured_agreement_and_are_marked_as_a_machines(
    settings: Settings, store: Store, read: Callable[..., int]
) -> None:
    for number in range(30):
        read(f"sum due {number}", label="invoice", said="invoice")
        read(f"dear all {number}", label="letter", said="letter")
    bill = read("payment due", said="invoice")
    torn = read("sir payment due dear")
    silent = read("nothing of that")
    before = len(labelled_texts(store))

    told = label_automatically(settings, store=store)
    assert (told.judged_on, told.given, told.undecided) == (60, {"invoice": 1}, 2)
    assert told.agreements["due"].votes == 30
    label = store.labels.current(bill)
    assert label is not None
    assert (label.label, label.origin, label.who) == ("invoice", LabelOrigin.AUTO, "labelling functions")
    assert label.comment.endswith("sure by due, model")
    assert store.labels.current(torn) is store.labels.current(silent) is None

    assert len(labelled_texts(store)) == before
    everything = labelled_texts(store, origins=list(LabelOrigin))
    assert [sample.metadata["origin"] for sample in everything].count("auto") == 1


def test_a_persons_label_stands_and_doing_it_again_adds_nothing(
    settings: Settings, store: Store, read: Callable[..., int]
) -> None:
    for number in range(40):
        read(f"sum due {number}", label="invoice")
        read(f"dear all {number}", label="letter")
    wrong = read("payment due")
    for _ in range(2):
        label_automatically(settings, store=store)
        assert len(store.labels.history(wrong)) == 1
    store.labels.add(wrong, label="letter", who="ann")
    label_automatically(settings, store=store)
    current = store.labels.current(wrong)
    assert current is not None
    assert (current.label, current.origin, current.replaced) == ("letter", LabelOrigin.HUMAN, "invoice")


def test_a_dry_run_counts_and_writes_nothing(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    for number in range(40):
        read(f"sum due {number}", label="invoice")
        read(f"dear all {number}", label="letter")
    bill = read("payment due")
    assert label_automatically(settings, store=store, dry_run=True).given == {"invoice": 1}
    assert store.labels.current(bill) is None


def test_without_peoples_labels_nobody_is_heard(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    read("payment due", said="invoice")
    told = label_automatically(settings, store=store)
    assert (told.judged_on, told.certainty, told.given, told.undecided) == (0, None, {}, 1)


def test_rules_that_are_often_wrong_give_no_label(settings: Settings, store: Store, read: Callable[..., int]) -> None:
    for number in range(40):
        read(f"sum due {number}", label="invoice" if number % 2 else "letter")
    read("payment due")
    told = label_automatically(settings, store=store)
    assert (told.certainty, told.given) == (None, {})
