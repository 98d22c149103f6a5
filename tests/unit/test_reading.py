"""What ends a document's reading is told as what it was: the document's time, or a page's."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from docflow.embedding import embedding_of
from docflow.errors import DocumentTimeout, EngineUnavailable, RecognitionFailed, TooManyCharacters
from docflow.intake import Deadline
from docflow.ocr import page_embedding
from docflow.reading import DRAWN_SECONDS, LocalReader
from docflow.settings import IntakeSettings, OcrSettings
from docflow.testing import FakeEngine
from docflow.testing.faults import PunctualEngine
from docflow.thumbnail import thumbnail_pixels
from docflow.types import PageImage, TextSource

EXAMPLES = Path(__file__).parents[2] / "examples" / "documents"


def tiff(pages: int) -> bytes:
    buffer = io.BytesIO()
    first, *others = [Image.new("L", (60, 40), 200 + n) for n in range(pages)]
    first.save(buffer, "TIFF", save_all=True, append_images=others)
    return buffer.getvalue()


def reader(*, seconds: float, max_seconds: float, page_seconds: float) -> LocalReader:
    return LocalReader(
        IntakeSettings(max_seconds=max_seconds),
        OcrSettings(page_seconds=page_seconds),
        open_engine=partial(PunctualEngine, seconds=seconds),
    )


def test_an_engine_that_keeps_its_timeout_does_not_hide_that_the_documents_time_is_over() -> None:
    pages = reader(seconds=0.2, max_seconds=0.5, page_seconds=60).read(tiff(10), languages="eng")
    with pytest.raises(DocumentTimeout) as told:
        list(pages)
    assert told.value.detail == {"limit_seconds": 0.5}
    assert "intake.max_seconds" in told.value.next_step


def test_a_page_that_takes_too_long_in_a_document_that_has_time_is_the_pages_failure() -> None:
    with pytest.raises(RecognitionFailed, match="page 1"):
        list(reader(seconds=5, max_seconds=60, page_seconds=0.1).read(tiff(2), languages="eng"))


def test_a_document_that_says_too_much_is_read_no_further_than_that() -> None:
    engine, seen = FakeEngine("forty-two"), []
    limits = IntakeSettings(max_characters=2 * len("forty-two"))
    with pytest.raises(TooManyCharacters) as told:
        for page in LocalReader(limits, OcrSettings(), open_engine=lambda _: engine).read(tiff(5), languages="eng"):
            seen.append(page.number)
    assert (seen, engine.pages_read, told.value.detail["page"]) == ([1, 2], 3, 3)


def test_the_characters_of_text_layers_count_as_well() -> None:
    data = (EXAMPLES / "invoice-eng.pdf").read_bytes()
    (page,) = LocalReader(IntakeSettings(), OcrSettings()).read(data, languages="eng")
    assert page.source is TextSource.TEXT_LAYER
    for most, refused in ((len(page.text), False), (len(page.text) - 1, True)):
        reads = LocalReader(IntakeSettings(max_characters=most), OcrSettings()).read(data, languages="eng")
        with pytest.raises(TooManyCharacters) if refused else nullcontext():
            assert len(list(reads)) == 1


def filled_form() -> bytes:
    """A PDF of a scanned form, most of whose rows somebody has typed something into."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    scan = Image.new("L", (1190, 1684), 255)
    for row in range(14):
        where = (120, 100 + 110 * row)
        ImageDraw.Draw(scan).text(where, "Printed on the form", font=ImageFont.load_default(size=24), fill=0)
    canvas.drawImage(ImageReader(scan), 0, 0, 595, 842)
    for row in range(13):
        canvas.drawString(330, 780 - 55 * row, "Typed by somebody")
    canvas.save()
    return buffer.getvalue()


def test_a_scanned_form_that_was_filled_in_by_typing_is_recognised() -> None:
    engine = FakeEngine("printed and typed")
    (page,) = LocalReader(IntakeSettings(), OcrSettings(), open_engine=lambda _: engine).read(
        filled_form(), languages="eng"
    )
    assert (page.source, page.text) == (TextSource.OCR, "printed and typed")


def test_a_page_is_embedded_where_the_setting_asks_for_it_however_its_text_is_read() -> None:
    plain, embedding = (
        LocalReader(IntakeSettings(), OcrSettings(engine="tesserocr", page_embedding=asked)) for asked in (False, True)
    )
    for name, source in (("invoice-eng.pdf", TextSource.TEXT_LAYER), ("receipt-eng.jpg", TextSource.OCR)):
        data = (EXAMPLES / name).read_bytes()
        (without,) = plain.read(data, languages="eng")
        (found,) = embedding.read(data, languages="eng")
        assert found.source is source
        assert (found.text, thumbnail_pixels(found.thumbnail).tobytes()) == (
            without.text,
            thumbnail_pixels(without.thumbnail).tobytes(),
        )
        assert embedding_of(without.thumbnail) is None
        assert embedding_of(found.thumbnail) is not None


def test_only_the_first_page_is_embedded() -> None:
    settings = OcrSettings(engine="tesserocr", page_embedding=True)
    first, *others = LocalReader(IntakeSettings(), settings).read(tiff(3), languages="eng")
    assert embedding_of(first.thumbnail) is not None
    assert [page.thumbnail for page in others] == [b"", b""]


def test_a_text_layer_counts_for_more_than_the_embedding_of_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def undrawn(_reader: LocalReader, _data: bytes, deadline: Deadline) -> Iterator[PageImage]:
        assert 0 < deadline.remaining() <= DRAWN_SECONDS
        raise DocumentTimeout("the page takes too long to draw")
        yield

    monkeypatch.setattr(LocalReader, "_images", undrawn)
    reads = LocalReader(IntakeSettings(), OcrSettings(engine="tesserocr", page_embedding=True))
    (page,) = reads.read((EXAMPLES / "invoice-eng.pdf").read_bytes(), languages="eng")
    assert page.text
    assert embedding_of(page.thumbnail) is None


def test_whoever_asks_for_the_engine_is_told_that_pages_cannot_be_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_embedding, "installed", lambda: False)
    reads = LocalReader(IntakeSettings(), OcrSettings(engine="tesserocr", page_embedding=True))
    with pytest.raises(EngineUnavailable, match="embedded") as told:
        reads.engine()
    assert "ocr.page_embedding" in told.value.next_step
