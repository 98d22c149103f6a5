"""The windows of documents that drift compares: the first ones stay as they are, and the last ones move on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from docflow.store import RecognitionKey, Store, WindowKey
from docflow.types import FAILED, Box, Line, ModelRef, PageText, Prediction, TextSource, Variant, Word

READ = RecognitionKey(engine="e", engine_version="1", languages="eng+rus", settings_digest="")


@pytest.fixture
def key() -> WindowKey:
    return WindowKey("docflow", "1", settings_digest="", since=datetime.now(UTC) - timedelta(hours=1))


def say(
    store: Store,
    name: str,
    label: str,
    *,
    version: str = "1",
    read: RecognitionKey = READ,
    variant: Variant = Variant.CHAMPION,
    digest: str = "",
) -> int:
    """The id of the document of this name, about which the version said this."""
    document, _ = store.add_document(sha256=name * 64, filename=name, media_type="image/png", size=1, storage_path=name)
    page = PageText(1, 9, 9, (Line((Word("счёт", Box(0, 0, 9, 9), 0.75),)),), TextSource.OCR, "e", "1", "eng")
    recognition = store.save_recognition(document.id, key=read, pages=[page], seconds=0.1, quality={"grade": "B"})
    prediction = Prediction(label, 0.6, True, {}, ModelRef("docflow", version, version), variant)
    store.save_prediction(document.id, recognition_id=recognition.id, prediction=prediction, settings_digest=digest)
    return document.id


def labels(store: Store, key: WindowKey, *, first: int) -> tuple[list[str], list[str]]:
    """What was said of the first documents, and of the last two after them."""
    window = store.windows.first(first, key=key)
    after = window[-1].prediction_id if window else 0
    return [one.label for one in window], [one.label for one in store.windows.last(2, key=key, after=after)]


def test_the_last_documents_are_none_of_the_first_and_both_are_in_order(store: Store, key: WindowKey) -> None:
    for name in "abcde":
        say(store, name, name)
    assert labels(store, key, first=2) == (["a", "b"], ["d", "e"])
    assert labels(store, key, first=4) == (["a", "b", "c", "d"], ["e"])
    assert labels(store, key, first=9) == (["a", "b", "c", "d", "e"], [])


def test_a_document_has_what_is_stored_of_it_and_the_beginning_of_its_text(store: Store, key: WindowKey) -> None:
    say(store, "a", "invoice")
    (one,) = store.windows.first(9, key=key)
    assert (one.label, one.confidence, one.pages) == ("invoice", 0.6, 1)
    assert (one.ocr_confidence, one.grade, one.languages) == (pytest.approx(0.75), "B", "eng+rus")
    assert (one.length, one.beginning) == (4, "счёт")
    assert one.asked_at > key.since


def test_a_document_that_is_asked_about_or_read_again_stays_where_it_was(store: Store, key: WindowKey) -> None:
    for name in "abc":
        say(store, name, name)
    say(store, "a", "a")
    say(store, "a", "other", read=replace(READ, languages="eng"))
    assert labels(store, key, first=2) == (["a", "b"], ["c"])


def test_only_what_the_version_said_under_the_same_settings_since_then_counts(store: Store, key: WindowKey) -> None:
    say(store, "a", "of another version", version="2")
    say(store, "b", "under another threshold", digest="other")
    say(store, "c", FAILED, variant=Variant.SHADOW)
    say(store, "d", "asked in the shadow", variant=Variant.SHADOW)
    say(store, "e", "invoice")
    assert labels(store, key, first=9) == (["asked in the shadow", "invoice"], [])
    assert labels(store, replace(key, since=datetime.now(UTC)), first=9) == ([], [])


def test_a_document_that_came_before_then_and_is_asked_about_since_is_in_no_window(
    store: Store, key: WindowKey
) -> None:
    say(store, "a", "a", version="0")
    since = replace(key, since=datetime.now(UTC))
    say(store, "a", "a")
    say(store, "b", "b")
    assert labels(store, since, first=9) == (["b"], [])
