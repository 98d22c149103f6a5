"""PDF pages are read or rendered as they are seen, one at a time, and fail with typed errors."""

import re
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from sample_files import A4, LETTER_LINES, edited, is_marked, pdf, read, read_image, read_text, scan, text

from docflow.errors import (
    CorruptDocument,
    DocumentTimeout,
    EncryptedDocument,
    PageTooLarge,
    TooManyPages,
    TruncatedDocument,
)
from docflow.intake import Deadline, open_document
from docflow.settings import IntakeSettings
from docflow.thumbnail import thumbnail_pixels
from docflow.types import PageImage, PageText

RENDERERS = ("pypdfium2", "pdf2image")


def corner(canvas: Canvas) -> None:
    """The upper left quarter black."""
    width, height = canvas._pagesize
    canvas.rect(0, height / 2, width / 2, height / 2, stroke=0, fill=1)


def turned(data: bytes, degrees: int) -> bytes:
    return edited(data, lambda document: document[0].set_rotation(degrees))


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_page_is_rendered_at_the_resolution_asked_for(renderer: str) -> None:
    page = read_image(pdf(corner), pdf_renderer=renderer, render_dpi=144)
    assert (page.dpi, page.scale) == (144, 1.0)
    assert abs(page.width - 1190) <= 1
    assert abs(page.height - 1684) <= 1
    assert page.pixels.dtype == np.uint8
    assert is_marked(page.pixels)


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize(("degrees", "upright"), [(90, 3), (180, 2), (270, 1)])
def test_a_turned_page_is_shown_turned(renderer: str, degrees: int, upright: int) -> None:
    page = read_image(turned(pdf(corner, size=(300, 200)), degrees), pdf_renderer=renderer, render_dpi=72)
    assert (page.width, page.height) == ((300, 200) if degrees == 180 else (200, 300))
    assert is_marked(np.rot90(page.pixels, k=4 - upright) if degrees == 180 else np.rot90(page.pixels, k=degrees // 90))


@pytest.mark.parametrize("renderer", RENDERERS)
def test_only_the_crop_box_is_shown(renderer: str) -> None:
    data = edited(pdf(corner, size=(400, 400)), lambda document: document[0].set_cropbox(100, 150, 300, 250))
    page = read_image(data, pdf_renderer=renderer, render_dpi=72)
    assert (page.width, page.height) == (200, 100)
    assert is_marked(page.pixels)


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("degrees", [0, 90])
def test_a_crop_box_that_leaves_nothing_of_the_page_is_taken_for_none(renderer: str, degrees: int) -> None:
    outside = edited(pdf(corner, size=(576, 792)), lambda document: document[0].set_cropbox(1000, 1000, 1200, 1200))
    page = read_image(turned(outside, degrees), pdf_renderer=renderer, render_dpi=72)
    assert (page.width, page.height) == ((792, 576) if degrees else (576, 792))
    assert is_marked(np.rot90(page.pixels, k=degrees // 90))


def test_the_text_of_a_page_whose_crop_box_lies_outside_is_read() -> None:
    outside = edited(pdf(text()), lambda document: document[0].set_cropbox(1000, 1000, 1200, 1200))
    seen, whole = read_text(outside), read_text(pdf(text()))
    assert (seen.width, seen.height) == (whole.width, whole.height)
    assert seen.lines == whole.lines


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_page_over_the_budget_is_rendered_smaller(renderer: str) -> None:
    page = read_image(pdf(corner), pdf_renderer=renderer, max_pixels=100_000, text_layer="ignore")
    assert page.width * page.height <= 101_000
    assert page.scale == pytest.approx(0.1608, abs=0.001)
    assert page.dpi == pytest.approx(200 * page.scale)


def test_a_page_over_the_hard_limit_is_refused_at_opening() -> None:
    data = pdf(text(), size=(14_400, 14_400))
    outside = edited(data, lambda document: document[0].set_cropbox(15_000, 15_000, 15_100, 15_100))
    for refused in (data, outside):
        with pytest.raises(PageTooLarge):
            open_document(refused, limits=IntakeSettings())


def test_a_picture_that_declares_too_many_pixels_is_not_decoded() -> None:
    with pytest.raises(PageTooLarge, match="595 x 842"):
        read(pdf(scan(), size=(200, 200)), hard_max_pixels=400_000, render_dpi=72)


def test_a_good_text_layer_is_read_and_says_so() -> None:
    page = read_text(pdf(text()))
    assert page.text.splitlines() == list(LETTER_LINES)
    assert (page.source, page.engine, page.confidence) == ("text_layer", "pdfium", 1.0)
    assert page.engine_version
    assert (page.width, page.height) == (1653, 2339)
    assert 0 < page.seconds < 5


def test_the_first_page_of_a_text_layer_has_a_picture() -> None:
    first, second = read(pdf(text(), text()))
    assert isinstance(first, PageText)
    assert isinstance(second, PageText)
    pixels = thumbnail_pixels(first.thumbnail)
    assert pixels is not None
    assert pixels.shape == (96, 68)
    assert pixels[:20].min() < 200 < pixels[60:].min()
    assert second.thumbnail == b""


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_picture_of_a_page_that_is_shown_turned_is_upright(degrees: int) -> None:
    first = read_text(turned(pdf(text()), degrees))
    pixels = thumbnail_pixels(first.thumbnail)
    assert pixels is not None
    assert pixels.shape == (96, 68)
    assert pixels[:20].min() < 200 < pixels[60:].min()


def test_a_picture_that_takes_too_long_to_draw_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def crowded_letter(canvas: Canvas) -> None:
        crowded(canvas)
        text()(canvas)

    data = pdf(crowded_letter)
    monkeypatch.setattr("docflow.intake.pdf.THUMBNAIL_SECONDS", 0.01)
    (page,) = read(data)
    assert isinstance(page, PageText)
    assert page.thumbnail == b""


def test_the_text_layer_can_be_ignored() -> None:
    assert read_image(pdf(text()), text_layer="ignore").pixels.min() < 100


def test_text_and_pictures_may_alternate() -> None:
    pages = read(pdf(text(), corner, text()), render_dpi=72)
    assert [type(page) for page in pages] == [PageText, PageImage, PageText]
    assert [page.number for page in pages] == [1, 2, 3]


def test_a_filled_field_of_a_form_is_read_and_seen() -> None:
    def form(canvas: Canvas) -> None:
        text()(canvas)
        canvas.acroForm.textfield(name="customer", value="Marmaduke", x=72, y=500, width=200, height=24)

    data = pdf(form)
    assert "Marmaduke" in read_text(data).text
    pixels = read_image(data, text_layer="ignore", render_dpi=72).pixels
    assert pixels[842 - 522 : 842 - 502, 74:160].min() < 100


def test_pages_without_content_are_white() -> None:
    page = read_image(pdf(lambda canvas: None), render_dpi=72)
    assert page.pixels.min() == 255


def test_a_page_without_a_size_is_read() -> None:
    data = pdf(text()).replace(b"/MediaBox [ 0 0 595 842 ]", b"/MediaBox [ 0 0 000 000 ]")
    assert len(read(data)) == 1


def test_a_password_is_asked_for_by_an_error() -> None:
    with pytest.raises(EncryptedDocument):
        open_document(pdf(text(), encrypt=StandardEncryption("secret")), limits=IntakeSettings())


def test_a_document_that_only_its_owner_may_change_is_read() -> None:
    data = pdf(text(), encrypt=StandardEncryption("", ownerPassword="secret", canModify=0))
    assert read_text(data).text.splitlines() == list(LETTER_LINES)


def test_more_pages_than_allowed_are_refused() -> None:
    data = pdf(text(), text(), text())
    with pytest.raises(TooManyPages, match="3 pages") as caught:
        open_document(data, limits=IntakeSettings(max_pages=2))
    assert caught.value.detail == {"max_pages": 2}


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.7])
def test_a_pdf_cut_in_the_middle_is_truncated(share: float) -> None:
    data = pdf(*[text()] * 4)
    with pytest.raises(TruncatedDocument):
        read(data[: int(len(data) * share)])


@pytest.mark.parametrize("name", ["no table", "no end mark", "wrong offsets", "junk before"])
def test_a_pdf_that_can_be_repaired_is_read(name: str) -> None:
    data = pdf(text())
    damaged = {
        "no table": data[: data.rfind(b"xref\n0")] + data[data.rfind(b"trailer") :],
        "no end mark": data.replace(b"%%EOF", b""),
        "wrong offsets": data.replace(b"startxref\n", b"startxref\n9"),
        "junk before": b"HTTP/1.1 200 OK\r\n\r\n" + data,
    }[name]
    assert read_text(damaged).text.splitlines() == list(LETTER_LINES)


def test_garbage_under_a_pdf_header_is_corrupt() -> None:
    garbage = np.random.default_rng(1).integers(0, 256, 3000, np.uint8).tobytes()
    with pytest.raises(CorruptDocument):
        open_document(b"%PDF-1.7\n" + garbage + b"\n%%EOF\n", limits=IntakeSettings())


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_broken_page_fails_as_that_page(renderer: str) -> None:
    data = pdf(text(), text(), text())
    kids = re.search(rb"/Kids \[ (\d+ 0 R) (\d+ 0 R) (\d+ 0 R)", data)
    assert kids is not None
    broken = data[: kids.start(2)] + b"99 0 R"[: len(kids[2])] + data[kids.end(2) :]
    with open_document(broken, limits=IntakeSettings(pdf_renderer=renderer)) as document:
        pages = document.pages(Deadline(60))
        assert next(pages).number == 1
        with pytest.raises(CorruptDocument, match="page 2"):
            next(pages)


def test_an_overdue_document_is_given_up() -> None:
    with open_document(pdf(text()), limits=IntakeSettings()) as document, pytest.raises(DocumentTimeout):
        list(document.pages(Deadline(0)))


def crowded(canvas: Canvas) -> None:
    """So many see-through shapes that a page takes seconds."""
    canvas.setFillAlpha(0.01)
    for index in range(4000):
        canvas.circle(297 + index % 7, 421, 290, stroke=0, fill=1)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_page_that_takes_too_long_is_given_up_in_the_middle(renderer: str) -> None:
    limits = IntakeSettings(render_dpi=100, pdf_renderer=renderer)
    started = time.monotonic()
    with open_document(pdf(crowded), limits=limits) as document, pytest.raises(DocumentTimeout):
        list(document.pages(Deadline(0.3)))
    assert time.monotonic() - started < 3


def test_documents_are_read_in_several_threads() -> None:
    data = pdf(text(), corner)

    def kinds(_: int) -> list[type]:
        return [type(page) for page in read(data, render_dpi=72)]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(kinds, range(40))) == [[PageText, PageImage]] * 40


def test_a_document_may_be_closed_twice_and_read_again_before() -> None:
    document = open_document(pdf(text()), limits=IntakeSettings())
    assert [p.number for p in document.pages(Deadline(60))] == [p.number for p in document.pages(Deadline(60))]
    document.close()
    document.close()


def test_sixty_pages_need_the_memory_of_one() -> None:
    """In a process of its own, whose peak tells what was held: sixty pages of 8.7 MB would be 520 MB."""
    program = """
        import io, resource
        from reportlab.pdfgen.canvas import Canvas
        from docflow.intake import Deadline, open_document
        from docflow.settings import IntakeSettings

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=(595, 842))
        for number in range(60):
            canvas.circle(300, 400, 100 + number, fill=1)
            canvas.showPage()
        canvas.save()
        with open_document(buffer.getvalue(), limits=IntakeSettings(render_dpi=300)) as document:
            pages = document.pages(Deadline(60))
            next(pages)
            after_one = peak()
            assert sum(page.width for page in pages) == 59 * 2479
        print(peak() - after_one)
    """
    finished = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert float(finished.stdout) < 60


def test_the_page_sizes_fit_the_boxes() -> None:
    page = read_text(pdf(text(), size=A4), render_dpi=72)
    assert (page.width, page.height) == (595, 842)
    assert all(0 <= w.box.x0 <= w.box.x1 <= 595 and 0 <= w.box.y0 <= w.box.y1 <= 842 for w in page.words)
