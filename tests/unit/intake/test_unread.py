"""A text layer over a picture is taken only where it has most of what the page shows."""

from __future__ import annotations

import time

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from sample_files import A4, edited, pdf

from docflow.intake import Deadline, open_document
from docflow.intake import pdf as pdf_module
from docflow.intake import unread as unread_module
from docflow.ocr.ink import unread_share
from docflow.settings import IntakeSettings
from docflow.types import PageImage, PageText

DPI = 100
POINTS = 72 / DPI
PITCH = 55
LABELS = (
    "Application for employment",
    "Full name of the applicant",
    "Date and place of birth",
    "Street address",
    "City or town",
    "Telephone number",
    "Position applied for",
    "Name of the last employer",
    "Reason for leaving",
    "Years of experience",
    "Highest education",
    "Languages spoken",
    "References on request",
    "I hereby certify that the statements above are true",
)
VALUES = (
    "Marmaduke Appleseed",
    "12 March 1984, Norwich",
    "221 Baker Street",
    "London",
    "020 7946 0958",
    "Senior accountant",
    "Wellington Trading Limited",
    "The company has closed",
    "Fourteen years",
    "Master of Science",
    "English and Russian",
    "Doctor Helen Brown",
)
"""Over so many rows that the typed lines alone pass for the text of a scan."""


def form(canvas: Canvas, *, recognised: bool) -> None:
    """A scanned form that was filled in by typing; the scan has its recognised text behind it, or none."""
    picture = Image.new("L", (round(A4[0] / POINTS), round(A4[1] / POINTS)), 255)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=12 / POINTS)
    written = canvas.beginText()
    written.setFont("Helvetica", 12)
    written.setTextRenderMode(3)
    for number, label in enumerate(LABELS):
        draw.text((60 / POINTS, (50 + PITCH * number) / POINTS), label, font=font, fill=20)
        written.setTextOrigin(60, A4[1] - 61 - PITCH * number)
        written.textOut(label)
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    if recognised:
        canvas.drawText(written)
    canvas.setFont("Helvetica", 12)
    for number, value in enumerate(VALUES, start=1):
        canvas.drawString(330, A4[1] - 61 - PITCH * number, value)


def scanned(*, recognised: bool, pages: int = 1, turned: int = 0) -> bytes:
    data = pdf(*[lambda canvas: form(canvas, recognised=recognised)] * pages)
    return edited(data, lambda document: document[0].set_rotation(turned)) if turned else data


def compared(data: bytes, **settings: float) -> list[PageImage | PageText]:
    """All pages, with text layers compared by what grades pages."""
    limits = IntakeSettings(**settings)
    with open_document(data, limits=limits, unread_share=unread_share) as document:
        return list(document.pages(Deadline(limits.max_seconds)))


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_scan_of_which_only_what_was_typed_on_it_is_text_has_to_be_recognised(turned: int) -> None:
    (page,) = compared(scanned(recognised=False, turned=turned))
    assert isinstance(page, PageImage)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_scan_whose_text_is_all_behind_it_is_read_from_that_and_says_what_is_missing(turned: int) -> None:
    (page,) = compared(scanned(recognised=True, turned=turned))
    assert isinstance(page, PageText)
    assert page.rotation == -turned % 360
    assert page.unread is not None
    assert page.unread < 0.1


def test_a_page_without_pictures_is_not_drawn_for_it() -> None:
    (page,) = compared(pdf(lambda canvas: canvas.drawString(72, 700, "A letter that nobody scanned")))
    assert isinstance(page, PageText)
    assert page.unread is None


def test_a_page_that_takes_too_long_to_draw_is_taken_at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def crowded(canvas: Canvas) -> None:
        canvas.setFillAlpha(0.01)
        for index in range(4000):
            canvas.circle(297 + index % 7, 421, 290, stroke=0, fill=1)
        form(canvas, recognised=True)

    monkeypatch.setattr(unread_module, "PAGE_SECONDS", 0.01)
    monkeypatch.setattr(pdf_module, "THUMBNAIL_SECONDS", 0.01)
    (page,) = compared(pdf(crowded))
    assert isinstance(page, PageText)
    assert page.unread is None


def test_all_the_comparing_takes_a_share_of_the_documents_time_at_most() -> None:
    def slow(image: PageImage, page: PageText) -> float:
        time.sleep(0.3)
        return unread_share(image, page)

    limits = IntakeSettings(max_seconds=1)
    with open_document(scanned(recognised=True, pages=4), limits=limits, unread_share=slow) as document:
        pages = list(document.pages(Deadline(60)))
    assert [page.unread is None for page in pages if isinstance(page, PageText)] == [False, True, True, True]


def test_a_picture_too_large_to_be_recognised_is_not_drawn_to_be_compared() -> None:
    (page,) = compared(scanned(recognised=False), hard_max_pixels=900_000, render_dpi=72)
    assert isinstance(page, PageText)
    assert page.unread is None
