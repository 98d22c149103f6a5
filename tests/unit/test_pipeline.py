"""A document's way: each stage stored, nothing done twice, nothing lost."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from docflow.embedding import embedding_of
from docflow.errors import (
    BlobNotFound,
    DocumentNotFound,
    DocumentTimeout,
    EmptyFile,
    InvalidLanguage,
    NoChampion,
    RecognitionFailed,
    UnsupportedType,
)
from docflow.pipeline import Pipeline
from docflow.rollout import Lineup
from docflow.settings import Settings, load_settings
from docflow.store import DocumentStatus
from docflow.testing import FakeClassifier, FakeEngine
from docflow.thumbnail import thumbnail_pixels
from docflow.types import UNKNOWN, Answered, PageImage, Prediction, Question

CLASSIFIER = FakeClassifier({"invoice": "INVOICE", "receipt": "RECEIPT"})


def png(shade: int = 255) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (60, 40), shade).save(buffer, "PNG")
    return buffer.getvalue()


def written() -> bytes:
    """A page full of letters."""
    image = Image.new("L", (600, 400), 255)
    for row in range(10):
        ImageDraw.Draw(image).text((20, 20 + 36 * row), "letters that are not read", fill=0, font_size=24)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def tiff(pages: int) -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("L", (60, 40), 200 + n) for n in range(pages)]
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(var_dir=tmp_path)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(lambda image: f"INVOICE page {image.number}")


@pytest.fixture
def pipeline(settings: Settings, engine: FakeEngine) -> Iterator[Pipeline]:
    with Pipeline.open(settings, engine=engine, classifier=CLASSIFIER) as opened:
        yield opened


def test_a_scan_becomes_a_classified_document_with_its_provenance(pipeline: Pipeline) -> None:
    outcome = pipeline.process(tiff(2), filename="scan.tif")
    assert outcome.prediction.label == "invoice"
    assert outcome.document.status is DocumentStatus.CLASSIFIED
    assert outcome.document.page_count == 2
    assert outcome.recognition.engine == "fake"
    assert outcome.recognition.confidence == pytest.approx(0.9)
    assert "INVOICE page 1" in outcome.recognition.text
    assert "INVOICE page 2" in outcome.recognition.text
    shown = outcome.to_dict()
    assert shown["pages"] == 2
    assert shown["media_type"] == "image/tiff"
    assert shown["ocr"]["engine"] == "fake"
    assert shown["prediction"]["model_name"] == "fake"


def test_a_text_comes_with_its_grade_and_a_poor_one_is_to_be_reviewed(pipeline: Pipeline, engine: FakeEngine) -> None:
    good = pipeline.process(tiff(2), filename="good.tif")
    assert good.recognition.grade in {"A", "B", "C"}
    shown = good.to_dict()["ocr"]["quality"]
    assert (shown["words"], [one["words"] for one in shown["pages"]]) == (6, [3, 3])
    assert pipeline.to_review() == []
    engine.say("")
    poor = pipeline.process(written(), filename="poor.png")
    assert poor.recognition.grade == "D"
    assert pipeline.to_review() == [(poor.document, poor.recognition)]
    assert [page.unread for page in pipeline.store.pages(poor.recognition.id)] == [1.0]


def test_the_same_bytes_twice_are_one_document_and_are_read_once(pipeline: Pipeline, engine: FakeEngine) -> None:
    first = pipeline.process(png(), filename="a.png")
    second = pipeline.process(png(), filename="b.png")
    assert first.document.id == second.document.id
    assert (first.repeated, second.repeated) == (False, True)
    assert engine.pages_read == 1
    assert pipeline.upload(png(), filename="c.png").duplicate


def test_other_languages_are_another_recognition(pipeline: Pipeline, engine: FakeEngine) -> None:
    document = pipeline.upload(png(), filename="a.png").document
    assert document.id is not None
    pipeline.recognise(document.id, languages="eng")
    pipeline.recognise(document.id, languages="rus")
    pipeline.recognise(document.id, languages="eng")
    assert engine.pages_read == 2


def test_another_resolution_is_another_recognition_and_another_limit_is_not(
    settings: Settings, engine: FakeEngine
) -> None:
    for changed in ({}, {"max_pages": 9}, {"render_dpi": 300}):
        other = load_settings(var_dir=settings.var_dir, intake=changed)
        with Pipeline.open(other, engine=engine, classifier=CLASSIFIER) as pipeline:
            pipeline.process(png(), filename="a.png")
    assert engine.pages_read == 2


def test_settings_of_recognition_that_change_the_text_make_another_recognition(
    settings: Settings, engine: FakeEngine
) -> None:
    tessdata = settings.var_dir / "tessdata"
    tessdata.mkdir()
    (tessdata / "eng.traineddata").touch()
    changes: list[dict[str, object]] = [
        {},
        {"line_detector": "rapidocr"},
        {"tessdata_dir": tessdata},
        {"easyocr_network": "compact"},
    ]
    for changed in (*changes, {"page_seconds": 9, "queue": 1}):
        other = load_settings(var_dir=settings.var_dir, ocr=changed)
        with Pipeline.open(other, engine=engine, classifier=CLASSIFIER) as pipeline:
            document = pipeline.upload(png(), filename="a.png").document
            pipeline.recognise(document.id, languages="eng")
    assert engine.pages_read == len(changes)


def test_a_document_is_read_again_for_an_embedding_and_not_again_without_one(settings: Settings) -> None:
    engine = FakeEngine(lambda image: f"INVOICE page {image.number}")
    for asked, read in ((False, 1), (True, 2), (True, 2), (False, 2)):
        changed = load_settings(var_dir=settings.var_dir, ocr={"page_embedding": asked})
        with Pipeline.open(changed, engine=engine, classifier=CLASSIFIER) as pipeline:
            recognition = pipeline.process(tiff(2), filename="a.tif").recognition
            assert engine.pages_read == 2 * read
            assert (embedding_of(pipeline.store.thumbnail(recognition.id)) is not None) is asked


def test_predicting_again_adds_nothing_to_the_history_and_a_new_model_does(
    pipeline: Pipeline, settings: Settings, engine: FakeEngine
) -> None:
    document_id = pipeline.process(png(), filename="a.png").document.id
    assert document_id is not None
    pipeline.predict(document_id)
    assert len(pipeline.store.predictions(document_id)) == 1
    newer = FakeClassifier({"invoice": "INVOICE"}, version="2")
    with Pipeline.open(settings, engine=engine, classifier=newer) as other:
        other.predict(document_id)
    assert [row.model_version for row in pipeline.store.predictions(document_id)] == ["2", "1"]


def test_that_a_model_beside_the_champion_failed_is_kept_until_it_answers(
    settings: Settings, engine: FakeEngine
) -> None:
    class Failing(FakeClassifier):
        is_mended = False

        def predict(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
            if not self.is_mended:
                raise MemoryError("too many texts")
            return super().predict(texts)

    failing = Failing({"invoice": "INVOICE"}, version="2")
    began = datetime.now(UTC)
    with Pipeline.open(settings, engine=engine, models=Lineup(CLASSIFIER, challenger=failing)) as pipeline:
        document_id = pipeline.process(png(), filename="a.png").document.id
        assert [row.model_version for row in pipeline.store.predictions(document_id)] == ["1"]

        def failed() -> tuple[int, int]:
            _, seen = pipeline.store.outcomes.operations("1", "2", model_name="fake", since=began)
            return seen.failed, seen.documents

        pipeline.predict(document_id)
        assert failed() == (1, 1)
        failing.is_mended = True
        pipeline.predict(document_id)
        assert failed() == (0, 1)


def test_a_process_that_began_before_the_trial_says_nothing_against_the_challenger(
    pipeline: Pipeline, settings: Settings, engine: FakeEngine
) -> None:
    began = datetime.now(UTC)
    pipeline.process(png(), filename="a.png")
    challenger = FakeClassifier({"invoice": "INVOICE"}, version="2")
    with Pipeline.open(settings, engine=engine, models=Lineup(CLASSIFIER, challenger=challenger)) as newer:
        newer.process(png(shade=9), filename="b.png")
    for seen in pipeline.store.outcomes.operations("1", "2", model_name="fake", since=began):
        assert (seen.documents, seen.failed) == (1, 0)


def test_what_the_model_does_not_know_is_unknown(settings: Settings) -> None:
    with Pipeline.open(settings, engine=FakeEngine("a poem"), classifier=CLASSIFIER) as pipeline:
        outcome = pipeline.process(png(), filename="a.png")
    assert outcome.prediction.label == UNKNOWN
    assert not outcome.prediction.is_confident


@pytest.mark.parametrize(("data", "error"), [(b"", EmptyFile), (b"just some text", UnsupportedType)])
def test_a_bad_file_is_refused_and_leaves_nothing_behind(
    pipeline: Pipeline, settings: Settings, data: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        pipeline.process(data, filename="a.pdf")
    assert [p for p in (settings.var_dir / "blobs").rglob("*") if p.is_file()] == []


def test_a_failure_of_the_engine_is_kept_with_the_document_which_is_not_lost(settings: Settings) -> None:
    def fails(image: PageImage) -> str:
        raise RecognitionFailed(f"gave up on page {image.number}")

    with Pipeline.open(settings, engine=FakeEngine(fails), classifier=CLASSIFIER) as pipeline:
        document_id = pipeline.upload(png(), filename="a.png").document.id
        assert document_id is not None
        with pytest.raises(RecognitionFailed):
            pipeline.predict(document_id)
        failed = pipeline.store.document(document_id)
    assert (failed.status, failed.error_code) == (DocumentStatus.FAILED, "recognition_failed")
    with Pipeline.open(settings, engine=FakeEngine("RECEIPT"), classifier=CLASSIFIER) as pipeline:
        mended = pipeline.predict(document_id).document
    assert (mended.status, mended.error_code) == (DocumentStatus.CLASSIFIED, None)


def test_a_document_that_takes_too_long_fails_as_that(settings: Settings, engine: FakeEngine) -> None:
    hasty = load_settings(var_dir=settings.var_dir, intake={"max_seconds": 1e-6})
    with (
        Pipeline.open(hasty, engine=engine, classifier=CLASSIFIER) as pipeline,
        pytest.raises(DocumentTimeout),
    ):
        pipeline.process(tiff(3), filename="a.tif")


def test_an_unknown_id_is_not_found(pipeline: Pipeline) -> None:
    with pytest.raises(DocumentNotFound):
        pipeline.predict(999)


def test_lost_bytes_are_named_as_lost(pipeline: Pipeline, settings: Settings) -> None:
    document = pipeline.upload(png(), filename="a.png").document
    assert document.id is not None
    (settings.var_dir / "blobs" / document.storage_path).unlink()
    with pytest.raises(BlobNotFound):
        pipeline.predict(document.id)


def test_a_bad_language_is_refused_before_anything_is_read(pipeline: Pipeline, engine: FakeEngine) -> None:
    with pytest.raises(InvalidLanguage):
        pipeline.process(png(), filename="a.png", languages="klingon!")
    assert engine.pages_read == 0


def test_without_a_promoted_model_nothing_is_classified(settings: Settings, engine: FakeEngine) -> None:
    with Pipeline.open(settings, engine=engine) as pipeline, pytest.raises(NoChampion):
        pipeline.process(png(), filename="a.png")


def test_the_first_pages_picture_is_kept_and_shown_to_the_model(settings: Settings, engine: FakeEngine) -> None:
    asked: list[Question] = []

    class Noting:
        def answer(self, questions: Sequence[Question]) -> list[Answered]:
            asked.extend(questions)
            return [Answered(CLASSIFIER.predict([question.text])[0]) for question in questions]

    with Pipeline.open(settings, engine=engine, models=Noting()) as pipeline:
        first = pipeline.process(tiff(2), filename="scan.tif")
        again = pipeline.predict(first.document.id)
        pages = pipeline.store.pages(first.recognition.id)
    assert again.repeated
    assert thumbnail_pixels(asked[0].thumbnail) is not None
    assert asked[0] == asked[1]
    assert pages[0].thumbnail == asked[0].thumbnail
    assert pages[1].thumbnail == b""


@pytest.mark.parametrize("left", [None, b"cut"])
def test_a_document_that_comes_again_brings_back_the_bytes_that_the_storage_has_lost(
    pipeline: Pipeline, left: bytes | None
) -> None:
    document = pipeline.upload(png(), filename="a.png").document
    stored = Path(pipeline.settings.effective_blobs_url) / document.storage_path
    stored.unlink()
    if left is not None:
        stored.write_bytes(left)
    with pytest.raises(BlobNotFound):
        pipeline.recognise(document.id)
    assert pipeline.upload(png(), filename="again.png").duplicate
    assert pipeline.recognise(document.id).text
