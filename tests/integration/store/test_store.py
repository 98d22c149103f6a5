"""What the store promises, on SQLite and on PostgreSQL alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan, nan
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy.exc import IntegrityError

from docflow.errors import CorruptDocument, DocumentNotFound, PromotionRefused
from docflow.store import Document, DocumentStatus, Promotion, RecognitionKey, Store, schema
from docflow.types import Box, Line, ModelRef, PageText, Prediction, TextSource, Word

Result = TypeVar("Result")

KEY = RecognitionKey(engine="tesserocr", engine_version="5.3.0", languages="eng+rus", settings_digest="d1")
MODEL = ModelRef(name="docflow", version="3", digest="abc")
PREDICTION = Prediction(
    label="invoice", confidence=0.93, is_confident=True, scores={"invoice": 0.93, "letter": 0.07}, model=MODEL
)


def page(number: int, *texts: str, engine: str = "tesserocr") -> PageText:
    words = tuple(Word(text, Box(10 * i, 5.5, 10 * i + 8, 15.1), 0.9) for i, text in enumerate(texts))
    return PageText(
        number=number,
        width=1240,
        height=1754,
        lines=(Line(words),) if words else (),
        source=TextSource.OCR,
        engine=engine,
        engine_version="5.3.0",
        languages="eng+rus",
        seconds=0.4,
        rotation=90.5,
        unread=0.125,
    )


def add(store: Store, sha256: str = "a" * 64, filename: str = "scan.pdf") -> Document:
    document, _ = store.add_document(
        sha256=sha256, filename=filename, media_type="application/pdf", size=10, storage_path="aa/a.pdf"
    )
    return document


def at_once(call: Callable[[], Result], times: int = 8) -> list[Result]:
    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(call) for _ in range(times)]]


def test_a_new_document_is_uploaded_and_has_the_time_in_utc(store: Store) -> None:
    document, created = store.add_document(
        sha256="a" * 64,
        filename="Счёт № 5.pdf",
        media_type="application/pdf",
        size=3_000_000_000,
        storage_path="k",
    )
    assert created
    stored = store.document(document.id)
    assert (stored.filename, stored.size, stored.status) == (
        "Счёт № 5.pdf",
        3_000_000_000,
        DocumentStatus.UPLOADED,
    )
    assert stored.created_at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - stored.created_at) < timedelta(minutes=1)


def test_the_same_bytes_twice_are_one_document_under_its_first_name(store: Store) -> None:
    first = add(store, filename="first.pdf")
    again, created = store.add_document(
        sha256="a" * 64, filename="again.pdf", media_type="application/pdf", size=10, storage_path="k"
    )
    assert not created
    assert (again.id, again.filename) == (first.id, "first.pdf")
    assert store.document_by_hash("a" * 64) == first
    assert store.document_by_hash("b" * 64) is None


def test_eight_threads_that_add_the_same_document_get_one_row(store: Store) -> None:
    added = at_once(
        lambda: store.add_document(sha256="a" * 64, filename="x", media_type="image/png", size=1, storage_path="k")
    )
    assert len({document.id for document, _ in added}) == 1
    assert [created for _, created in added].count(True) == 1


@pytest.mark.parametrize("document_id", [0, -1, 99, 2**31, 2**70])
def test_an_id_that_is_no_documents_is_not_found(store: Store, document_id: int) -> None:
    with pytest.raises(DocumentNotFound):
        store.document(document_id)
    with pytest.raises(DocumentNotFound):
        store.predictions(document_id)


def test_characters_that_no_database_takes_are_replaced(store: Store) -> None:
    document = add(store, filename="a\0b\udc80.pdf")
    recognition = store.save_recognition(document.id, key=KEY, pages=[page(1, "a\0b", "c\ud83d")], seconds=1)
    assert store.document(document.id).filename == "a\ufffdb\ufffd.pdf"
    assert recognition.text == "a\ufffdb c\ufffd"
    assert store.pages(recognition.id)[0].text == "a\ufffdb c\ufffd"


def test_a_recognition_is_kept_with_its_pages_and_the_document_is_recognised(store: Store) -> None:
    document = add(store)
    pages = [page(1, "Итого", "5,00", engine="pdfium"), page(2, "Total")]
    saved = store.save_recognition(document.id, key=KEY, pages=pages, seconds=1.5)
    stored = store.recognition(document.id, key=KEY)
    assert stored == saved
    assert (saved.text, saved.page_count, saved.seconds) == ("Итого 5,00\fTotal", 2, 1.5)
    assert saved.read_by == "pdfium+tesserocr"
    assert saved.confidence == pytest.approx(0.9)
    assert store.pages(saved.id) == pages
    known = store.document(document.id)
    assert (known.status, known.page_count) == (DocumentStatus.RECOGNISED, 2)
    assert known.updated_at > document.updated_at


def test_pages_come_back_in_the_order_of_their_numbers(store: Store) -> None:
    saved = store.save_recognition(add(store).id, key=KEY, pages=[page(2, "b"), page(1, "a")], seconds=1)
    assert [p.number for p in store.pages(saved.id)] == [1, 2]


def test_a_page_without_words_has_no_confidence(store: Store) -> None:
    saved = store.save_recognition(add(store).id, key=KEY, pages=[page(1)], seconds=1)
    assert (saved.text, saved.confidence) == ("", None)
    assert store.pages(saved.id) == [page(1)]


def test_a_recognition_under_the_same_key_keeps_the_first(store: Store) -> None:
    document = add(store)
    first = store.save_recognition(document.id, key=KEY, pages=[page(1, "one")], seconds=1)
    again = store.save_recognition(document.id, key=KEY, pages=[page(1, "two")], seconds=1)
    assert again == first
    assert [p.text for p in store.pages(first.id)] == ["one"]


def test_the_quality_is_kept_with_its_grade(store: Store) -> None:
    quality = {"grade": "B", "trust": 0.93, "pages": [{"grade": "B"}]}
    document = add(store)
    saved = store.save_recognition(document.id, key=KEY, pages=[page(1, "one")], seconds=1, quality=quality)
    assert (saved.grade, saved.quality) == ("B", quality)
    assert store.latest_recognition(document.id) == saved


def test_documents_are_found_by_the_grade_of_their_newest_recognition(store: Store) -> None:
    def read(document: Document, grade: str, engine: str = "one") -> None:
        key = replace(KEY, engine=engine)
        store.save_recognition(document.id, key=key, pages=[page(1)], seconds=1, quality={"grade": grade})

    poor, good, mended = (add(store, sha256=letter * 64) for letter in "abc")
    read(poor, "D")
    read(good, "A")
    read(mended, "D")
    read(mended, "A", engine="two")
    later = add(store, sha256="d" * 64)
    read(later, "D")
    found = store.recognitions_graded("D")
    assert [document.id for document, _ in found] == [later.id, poor.id]
    assert {recognition.document_id for _, recognition in found} == {later.id, poor.id}
    assert [document.id for document, _ in store.recognitions_graded("D", limit=1)] == [later.id]


@pytest.mark.parametrize("field", ["engine", "engine_version", "languages", "settings_digest"])
def test_a_recognition_under_another_key_is_another_one(store: Store, field: str) -> None:
    document = add(store)
    first = store.save_recognition(document.id, key=KEY, pages=[page(1, "one")], seconds=1)
    other = replace(KEY, **{field: "other"})
    assert store.recognition(document.id, key=other) is None
    second = store.save_recognition(document.id, key=other, pages=[page(1, "two")], seconds=1)
    assert second.id != first.id
    assert store.latest_recognition(document.id) == second


def test_threads_that_save_the_same_recognition_leave_one_with_its_pages(store: Store) -> None:
    document = add(store)
    saved = at_once(lambda: store.save_recognition(document.id, key=KEY, pages=[page(1, "one")], seconds=1))
    assert len({recognition.id for recognition in saved}) == 1
    assert len(store.pages(saved[0].id)) == 1


def test_nothing_of_a_recognition_is_kept_where_one_page_cannot_be(store: Store) -> None:
    document = add(store)
    with pytest.raises(IntegrityError):
        store.save_recognition(document.id, key=KEY, pages=[page(1, "a"), page(1, "b")], seconds=1)
    assert store.recognition(document.id, key=KEY) is None
    assert store.document(document.id).status is DocumentStatus.UPLOADED


def test_a_recognition_of_no_document_is_refused(store: Store) -> None:
    with pytest.raises(DocumentNotFound):
        store.save_recognition(7, key=KEY, pages=[page(1, "a")], seconds=1)
    assert store.recognition(7, key=KEY) is None
    assert store.latest_recognition(7) is None


def test_a_prediction_is_kept_as_it_was_and_the_document_is_classified(store: Store) -> None:
    document = add(store)
    recognition = store.save_recognition(document.id, key=KEY, pages=[page(1, "a")], seconds=1)
    row = store.save_prediction(document.id, recognition_id=recognition.id, prediction=PREDICTION)
    assert row.value == PREDICTION
    assert store.prediction(recognition.id, model=MODEL) == row
    assert store.predictions(document.id) == [row]
    assert store.document(document.id).status is DocumentStatus.CLASSIFIED


def test_what_a_model_says_twice_is_one_prediction_and_another_version_or_setting_another(
    store: Store,
) -> None:
    document = add(store)
    recognition = store.save_recognition(document.id, key=KEY, pages=[page(1, "a")], seconds=1)
    newer = replace(PREDICTION, label="letter", model=replace(MODEL, version="4"))
    first = store.save_prediction(document.id, recognition_id=recognition.id, prediction=PREDICTION)
    again = store.save_prediction(document.id, recognition_id=recognition.id, prediction=PREDICTION)
    strict = store.save_prediction(
        document.id, recognition_id=recognition.id, prediction=PREDICTION, settings_digest="strict"
    )
    other = store.save_prediction(document.id, recognition_id=recognition.id, prediction=newer)
    assert (again.id, again.value, again.predicted_at) == (first.id, first.value, first.predicted_at)
    assert [row.id for row in store.predictions(document.id)] == [other.id, strict.id, first.id]
    assert [row.id for row in store.predictions(document.id, limit=1)] == [other.id]
    assert store.prediction(recognition.id, model=replace(MODEL, digest="other")) is None


def test_a_prediction_about_another_documents_recognition_is_refused(store: Store) -> None:
    document, other = add(store), add(store, sha256="b" * 64)
    recognition = store.save_recognition(document.id, key=KEY, pages=[page(1, "a")], seconds=1)
    with pytest.raises(DocumentNotFound):
        store.save_prediction(other.id, recognition_id=recognition.id, prediction=PREDICTION)
    assert store.predictions(other.id) == []


def test_a_failure_is_kept_with_the_document_until_it_succeeds(store: Store) -> None:
    document = add(store)
    store.record_failure(document.id, error=CorruptDocument("page 3 is damaged"))
    failed = store.document(document.id)
    assert failed.status is DocumentStatus.FAILED
    assert (failed.error_code, failed.error_message) == ("corrupt_document", "page 3 is damaged")
    store.save_recognition(document.id, key=KEY, pages=[page(1, "a")], seconds=1)
    mended = store.document(document.id)
    assert (mended.status, mended.error_code, mended.error_message) == (DocumentStatus.RECOGNISED, None, None)


def test_a_failed_document_recovers_where_its_results_were_there_already(store: Store) -> None:
    document = add(store)
    recognition = store.save_recognition(document.id, key=KEY, pages=[page(1, "a")], seconds=1)
    store.save_prediction(document.id, recognition_id=recognition.id, prediction=PREDICTION)
    store.record_failure(document.id, error=CorruptDocument("a moment's trouble"))
    store.save_prediction(document.id, recognition_id=recognition.id, prediction=PREDICTION)
    recovered = store.document(document.id)
    assert (recovered.status, recovered.error_code) == (DocumentStatus.CLASSIFIED, None)


def test_a_failure_of_no_document_is_refused(store: Store) -> None:
    with pytest.raises(DocumentNotFound):
        store.record_failure(5, error=CorruptDocument("damaged"))


def test_metrics_are_kept_by_version_and_replaced_by_name(store: Store) -> None:
    store.record_metrics(model_name="docflow", model_version="1", metrics={"accuracy": 0.5, "f1": nan})
    store.record_metrics(model_name="docflow", model_version="1", metrics={"accuracy": 0.9})
    store.record_metrics(model_name="docflow", model_version="2", metrics={"accuracy": 0.1})
    metrics = store.metrics(model_name="docflow", model_version="1")
    assert metrics["accuracy"] == 0.9
    assert isnan(metrics["f1"])
    assert store.metrics(model_name="other", model_version="1") == {}


def test_the_newest_promotion_to_an_alias_is_the_current_one(store: Store) -> None:
    def promote(version: str, alias: str = "champion") -> None:
        store.record_promotion(
            model_name="docflow", model_version=version, digest="d" + version, alias=alias, promoted_by="ann"
        )

    assert store.current_promotion(model_name="docflow") is None
    promote("1")
    promote("2")
    promote("3", alias="challenger")
    promote("1")
    current = store.current_promotion(model_name="docflow")
    assert current is not None
    assert (current.model_version, current.digest, current.promoted_by) == ("1", "d1", "ann")
    assert [p.model_version for p in store.promotions(model_name="docflow")] == ["1", "3", "2", "1"]
    assert [p.model_version for p in store.promotions(model_name="docflow", limit=2)] == ["1", "3"]
    assert [p.model_version for p in store.promotions(model_name="docflow", alias="challenger")] == ["3"]
    assert [p.model_version for p in store.promotions(model_name="docflow", alias="champion", limit=2)] == ["1", "2"]
    assert len(store.promotions(model_name="docflow", limit=None)) == 4
    assert store.promotions(model_name="other") == []


def promoted(store: Store, version: str, *, instead_of: str | None = None, after: Promotion | None = None) -> bool:
    """Whether the version was put on record as the champion."""
    try:
        store.record_promotion(
            model_name="docflow", model_version=version, digest=version and f"d{version}", promoted_by="ann",
            instead_of=instead_of, after=after,
        )  # fmt: skip
    except PromotionRefused:
        return False
    return True


def test_nothing_is_promoted_instead_of_a_version_that_was_replaced_meanwhile(store: Store) -> None:
    assert not promoted(store, "1", instead_of="d0")
    assert promoted(store, "1")
    assert promoted(store, "3", instead_of="d1")
    shadow = Promotion(model_name="docflow", model_version="1", digest="d", alias="shadow", promoted_by="", reason="")
    assert not promoted(store, "2", instead_of="d1", after=shadow)
    assert [p.model_version for p in store.promotions(model_name="docflow")] == ["3", "1"]
    assert promoted(store, "2", instead_of="d3", after=shadow)
    newest = store.promotions(model_name="docflow", limit=2)
    assert [(p.alias, p.model_version) for p in newest] == [("champion", "2"), ("shadow", "1")]


def test_nothing_is_promoted_instead_of_other_files_under_the_same_number(store: Store) -> None:
    for digest in ("before the registry was made anew", "after it"):
        store.record_promotion(model_name="docflow", model_version="1", digest=digest, promoted_by="ann")
    assert not promoted(store, "2", instead_of="before the registry was made anew")
    assert promoted(store, "2", instead_of="after it")


def test_of_many_that_replace_the_same_version_at_once_one_does(store: Store) -> None:
    for version in ("0", "1"):
        promoted(store, version)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: promoted(store, str(number), instead_of="d1"), range(2, 18)))
    assert sum(done) == 1


def test_of_many_first_promotions_at_once_one_is_put_on_record(store: Store) -> None:
    begin = Barrier(8)

    def promote(number: int) -> bool:
        begin.wait()
        return promoted(store, str(number), instead_of="")

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(promote, range(8)))
    assert sum(done) == 1
    assert len(store.promotions(model_name="docflow")) == 1


def test_nobody_has_an_alias_before_the_first_promotion_and_after_a_withdrawal(store: Store) -> None:
    assert promoted(store, "1", instead_of="")
    assert not promoted(store, "2", instead_of="")
    assert promoted(store, "", instead_of="d1")
    assert promoted(store, "2", instead_of="")


def test_a_promotion_is_in_force_from_the_moment_that_is_told(store: Store) -> None:
    moment = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
    store.record_promotion(model_name="docflow", model_version="1", digest="d", promoted_by="ann", promoted_at=moment)
    current = store.current_promotion(model_name="docflow")
    assert current is not None
    assert current.promoted_at == moment


def test_the_check_names_the_database_its_schema_and_its_documents(store: Store) -> None:
    add(store)
    line = store.check()
    assert f"schema {schema.revisions()[-1]}" in line
    assert "1 documents" in line
