"""A document that crashes, hangs or bloats its reader fails by its type; the next one is read by the same pool."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image, ImageDraw, ImageFont
from prometheus_client import REGISTRY

from docflow import readers
from docflow.embedding import embedding_of
from docflow.errors import (
    CorruptDocument,
    DocFlowError,
    DocumentTimeout,
    EngineUnavailable,
    OutOfMemory,
    RecognitionFailed,
    WorkerCrashed,
)
from docflow.pipeline import Pipeline
from docflow.readers import IsolatedReader
from docflow.reading import EngineFactory, LocalReader
from docflow.settings import OcrSettings, Settings, load_settings
from docflow.store import DocumentStatus
from docflow.synth import write_dataset
from docflow.testing import FakeClassifier, FakeEngine, faults
from docflow.testing.faults import WORD
from docflow.types import Box, Line, PageText, TextSource, Word

CLASSIFIER = FakeClassifier({"invoice": WORD})
MOST_GROWTH = 0.05
"""MB of resident memory per document: 50 MB over a thousand, of which recycling frees a worker after 200 pages."""


def tiff(pages: int, *, shade: int = 200) -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("L", (60, 40), shade + n) for n in range(pages)]
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def pdf(pages: int) -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("L", (60, 40), 200 + n) for n in range(pages)]
    frames[0].save(buffer, "PDF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def picture(*lines: str) -> bytes:
    image = Image.new("L", (700, 60 + 60 * len(lines)), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((40, 30 + 60 * row), line, font=ImageFont.load_default(size=36), fill=0)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def restarts(reason: str) -> float:
    return REGISTRY.get_sample_value("docflow_worker_restarts_total", {"reason": reason}) or 0.0


Opener = Callable[..., Pipeline]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens a pipeline that reads in worker processes with the given engine."""
    with ExitStack() as stack:

        def open_pipeline(engine: EngineFactory, **changed: Any) -> Pipeline:
            ocr = {"workers": 1, "worker_memory_mb": 500} | changed.pop("ocr", {})
            settings = load_settings(var_dir=tmp_path, ocr=ocr, **changed)
            reader = IsolatedReader(settings, open_engine=engine)
            return stack.enter_context(Pipeline.open(settings, reader=reader, classifier=CLASSIFIER))

        yield open_pipeline


HASTY = {"page_seconds": 0.5, "grace_seconds": 0.5}


@pytest.mark.parametrize(
    ("engine", "ocr", "error", "reason"),
    [
        (faults.SegfaultEngine, {}, WorkerCrashed, "crashed"),
        (faults.AbortingEngine, {}, WorkerCrashed, "crashed"),
        (faults.KilledEngine, {}, OutOfMemory, "memory"),
        (faults.HungryEngine, {}, OutOfMemory, "memory"),
        (faults.GreedyEngine, {}, OutOfMemory, "memory"),
        (faults.SleepingEngine, HASTY, RecognitionFailed, "stalled"),
        (faults.DeafEngine, HASTY, RecognitionFailed, "stalled"),
        (faults.InvalidUtf8Engine, {}, RecognitionFailed, None),
        (faults.RaisingEngine, {}, WorkerCrashed, None),
    ],
)
def test_a_fault_on_the_third_page_is_told_kept_and_over(
    opened: Opener,
    engine: type[faults.FaultyEngine],
    ocr: dict[str, float],
    error: type[DocFlowError],
    reason: str | None,
) -> None:
    before = restarts(reason) if reason else 0
    pipeline = opened(partial(engine, page=3), ocr=ocr)
    assert pipeline.process(tiff(2), filename="well.tif").prediction.label == "invoice"
    document_id = pipeline.upload(tiff(4), filename="ill.tif").document.id
    assert document_id is not None
    with pytest.raises(error) as told:
        pipeline.predict(document_id)
    assert told.value.detail["page"] == 3
    assert "/home/somebody" not in str(told.value.to_dict())
    assert told.value.next_step
    failed = pipeline.store.document(document_id)
    assert (failed.status, failed.error_code) == (DocumentStatus.FAILED, told.value.code)
    assert pipeline.process(tiff(2, shade=100), filename="next.tif").prediction.label == "invoice"
    if reason:
        assert restarts(reason) == before + 1


def test_a_document_whose_pages_are_each_in_time_still_has_its_own_limit(opened: Opener) -> None:
    slow = partial(faults.SlowEngine, seconds=0.3)
    pipeline = opened(slow, intake={"max_seconds": 1.0}, ocr={"grace_seconds": 0.1})
    with pytest.raises(DocumentTimeout):
        pipeline.process(tiff(20), filename="long.tif")
    assert pipeline.process(tiff(1), filename="short.tif").recognition.page_count == 1


def test_a_hang_inside_the_documents_limit_is_ended_by_it(opened: Opener) -> None:
    pipeline = opened(faults.SleepingEngine, intake={"max_seconds": 0.5}, ocr={"grace_seconds": 0.2})
    with pytest.raises(DocumentTimeout):
        pipeline.process(tiff(1), filename="hang.tif")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all temporary files, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_a_killed_worker_leaves_no_document_behind(temporary: Path, opened: Opener) -> None:
    seen: set[str] = set()
    pipeline = opened(partial(faults.SleepingEngine, page=2), intake={"pdf_renderer": "pdf2image"}, ocr=HASTY)
    with pytest.raises(RecognitionFailed):
        for page in pipeline.reader.read(pdf(2), languages="eng"):
            seen |= {path.name for path in temporary.rglob("*.pdf")}
            assert page.text
    assert seen == {"document.pdf"}
    assert [path for path in temporary.rglob("*") if path.is_file()] == []
    pipeline.close()
    assert list(temporary.iterdir()) == []


def test_undecodable_text_is_stored_with_replacement_characters(opened: Opener) -> None:
    outcome = opened(faults.SurrogateEngine).process(tiff(1), filename="a.tif")
    assert outcome.recognition.text == "caf\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER} end"


def test_an_engines_noise_reaches_nobody(opened: Opener, capfd: pytest.CaptureFixture[str]) -> None:
    pipeline = opened(faults.NoisyEngine)
    assert WORD in pipeline.process(tiff(1), filename="a.tif").recognition.text
    pipeline.close()
    assert capfd.readouterr() == ("", "")


def test_a_damaged_file_is_refused_by_a_worker_as_it_would_be_here(opened: Opener) -> None:
    with pytest.raises(CorruptDocument):
        opened(faults.SegfaultEngine).upload(b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, filename="a.png")


def test_a_header_that_takes_too_long_is_refused_in_its_own_time(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "CHECK_SECONDS", 0.5)
    pipeline = opened(partial(faults.SegfaultEngine, page=0))
    # Before a marker there may be any number of these, and they are looked at one by one.
    filled = b"\xff\xd8" + b"\xff" * 40_000_000
    began = time.monotonic()
    with pytest.raises(DocumentTimeout, match="begins with") as told:
        pipeline.upload(filled, filename="filled.jpg")
    assert time.monotonic() - began < 10
    assert (told.value.detail, "intake.max_seconds" in told.value.next_step) == ({"limit_seconds": 0.5}, False)
    assert pipeline.process(tiff(1), filename="next.tif").prediction.label == "invoice"


class MissingEngine(FakeEngine):
    """Is not installed."""

    def __init__(self, settings: OcrSettings) -> None:
        raise EngineUnavailable("the engine is not installed", next_step="Install it.")


def test_an_engine_that_is_not_installed_says_what_to_do(opened: Opener) -> None:
    pipeline = opened(MissingEngine)
    with pytest.raises(EngineUnavailable) as told:
        pipeline.process(tiff(1), filename="a.tif")
    assert told.value.next_step == "Install it."


def test_both_readers_say_the_same(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, ocr={"workers": 1, "languages": "eng", "page_embedding": True})
    page = picture("Invoice 1042", "Total due 12.50")
    local = LocalReader(settings.intake, settings.ocr)
    isolated = IsolatedReader(settings)
    try:
        assert isolated.engine() == local.engine()
        (here,), (there,) = (list(r.read(page, languages="eng")) for r in (local, isolated))
    finally:
        isolated.close()
    assert "Invoice 1042" in there.text
    assert here.lines_to_json() == there.lines_to_json()
    assert embedding_of(there.thumbnail) is not None
    assert here.thumbnail == there.thumbnail


def test_both_readers_write_the_same(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, ocr={"workers": 1})
    pages = [replace(two_words(), number=number) for number in (1, 2)]
    data = tiff(2)
    local = LocalReader(settings.intake, settings.ocr)
    isolated = IsolatedReader(settings)
    try:
        for reader in (local, isolated):
            assert b"".join(reader.searchable_pdf(data, media_type="image/tiff", pages=pages)).startswith(b"%PDF")
        here, there = (
            b"".join(r.searchable_pdf(data, media_type="image/tiff", pages=pages)) for r in (local, isolated)
        )
        assert here == there
        looks = [list(reader.overlays(data, pages=pages)) for reader in (local, isolated)]
        assert looks[0] == looks[1]
        assert len(looks[0]) == 2
        with pytest.raises(CorruptDocument):
            list(isolated.searchable_pdf(b"%PDF-1.7 and no more", media_type="application/pdf", pages=pages))
        assert len(list(isolated.overlays(data, pages=pages))) == 2
    finally:
        isolated.close()


def two_words() -> PageText:
    words = (Word("Invoice", Box(2, 5, 20, 12), 0.9), Word("total", Box(24, 5, 40, 12), 0.4))
    return PageText(1, 60, 40, (Line(words),), TextSource.OCR, "fake", "1", "eng")


def test_isolation_is_the_default_and_can_be_switched_off(tmp_path: Path) -> None:
    for isolation, kind in ((True, IsolatedReader), (False, LocalReader)):
        settings = load_settings(var_dir=tmp_path, ocr={"isolation": isolation, "languages": "eng"})
        with Pipeline.open(settings, classifier=CLASSIFIER) as pipeline:
            assert isinstance(pipeline.reader, kind)
            assert pipeline.process(picture("readable"), filename="a.png").recognition.page_count == 1


def test_a_worker_keeps_to_one_core(tmp_path: Path) -> None:
    scans = [path.read_bytes() for path in write_dataset(tmp_path, count=4, seed=11) if path.suffix != ".pdf"]
    reader = IsolatedReader(load_settings(ocr={"workers": 1, "languages": "eng"}))
    try:
        assert sum(len(list(reader.read(scan, languages="eng"))) for scan in scans) >= 2
        (worker,) = reader.pool.pids
        busy = [thread for thread in psutil.Process(worker).threads() if thread.user_time + thread.system_time > 0.05]
        assert [thread.id for thread in busy] == [worker]
    finally:
        reader.close()


class WordEngine(FakeEngine):
    """Reads one word, at once."""

    def __init__(self, settings: OcrSettings) -> None:
        super().__init__(WORD)


def growth(reader: IsolatedReader, documents: list[bytes], *, languages: str) -> float:
    """MB of resident memory that the worker and this process gained per document, by least squares."""
    workers = [psutil.Process(), *(psutil.Process(pid) for pid in reader.pool.pids)]
    held = []
    for data in documents:
        reader.check(data)
        list(reader.read(data, languages=languages))
        held.append(sum(process.memory_info().rss for process in workers) / 1e6)
    middle = (len(held) - 1) / 2
    covariance = sum((n - middle) * mb for n, mb in enumerate(held))
    return covariance / sum((n - middle) ** 2 for n in range(len(held)))


@pytest.mark.parametrize(("engine", "count"), [(WordEngine, 250), (None, 20)], ids=["fake", "configured"])
def test_memory_stays_flat_over_many_documents(tmp_path: Path, engine: EngineFactory | None, count: int) -> None:
    settings: Settings = load_settings(
        var_dir=tmp_path, ocr={"workers": 1, "worker_pages": 100_000, "languages": "eng"}
    )
    reader = IsolatedReader(settings, **({"open_engine": engine} if engine else {}))  # type: ignore[arg-type]
    documents = [picture(f"page number {n}") for n in range(count)]
    try:
        # The first time, documents load what stays: the engine's data, decoders, buffers as large as the largest line.
        growth(reader, documents[: max(20, count // 10)], languages="eng")
        slope = growth(reader, documents, languages="eng")
    finally:
        reader.close()
    assert slope < MOST_GROWTH * (1 if engine else 4)
