"""Files that the intake tests are made of, built in memory."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from docflow.intake import Deadline, open_document
from docflow.settings import IntakeSettings
from docflow.types import PageImage, PageText

A4 = (595.0, 842.0)
LETTER_LINES = (
    "Dear Mrs Baker,",
    "thank you for your letter of the third of March.",
    "We have looked into the matter and send you our offer.",
    "The price of 1,250.00 includes delivery and assembly.",
    "Yours sincerely, John Carpenter",
)


def marked(width: int = 60, height: int = 40) -> Image.Image:
    """A white picture whose upper left quarter is black, so that every turn of it differs."""
    picture = Image.new("L", (width, height), 255)
    picture.paste(0, (0, 0, width // 2, height // 2))
    return picture


def is_marked(pixels: NDArray[np.uint8], *, tolerance: int = 40) -> bool:
    """Whether the upper left quarter, and nothing else, is black."""
    grey = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    height, width = grey.shape
    expected = np.full((height, width), 255.0)
    expected[: height // 2, : width // 2] = 0
    inner = np.ones((height, width), dtype=bool)
    inner[height // 2 - 2 : height // 2 + 2] = inner[:, width // 2 - 2 : width // 2 + 2] = False
    return bool((np.abs(grey - expected)[inner] <= tolerance).all())


def encoded(picture: Image.Image, image_format: str, **options: Any) -> bytes:
    """The picture as a file of this format."""
    buffer = io.BytesIO()
    picture.save(buffer, image_format, **options)
    return buffer.getvalue()


def noise(width: int, height: int, *, seed: int = 0) -> Image.Image:
    """A picture that no format can compress."""
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def pdf(*drawings: Callable[[Canvas], None], size: tuple[float, float] = A4, **options: Any) -> bytes:
    """A PDF with one page for each drawing."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=True, **options)
    for draw in drawings:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def text(lines: Sequence[str] = LETTER_LINES, *, left: float = 72, top: float = 760) -> Callable[[Canvas], None]:
    """Draws the lines one under another."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 12)
        for index, line in enumerate(lines):
            canvas.drawString(left, top - 20 * index, line)

    return draw


def scan(lines: Sequence[str] = (), *, hidden: bool = True) -> Callable[[Canvas], None]:
    """Draws a picture over the whole page, and the lines over it down the page, invisible if `hidden`."""

    def draw(canvas: Canvas) -> None:
        picture = Image.new("L", (595, 842), 250)
        for top in range(60, 800, 30):
            picture.paste(30, (60, top, 500, top + 12))
        canvas.drawImage(ImageReader(picture), 0, 0, *A4)
        written = canvas.beginText(60, 780)
        written.setFont("Helvetica", 12)
        written.setLeading(30)
        written.setTextRenderMode(3 if hidden else 0)
        for line in lines:
            written.textLine(line)
        canvas.drawText(written)

    return draw


def edited(data: bytes, edit: Callable[[pdfium.PdfDocument], None]) -> bytes:
    """The PDF after `edit`."""
    document = pdfium.PdfDocument(data)
    edit(document)
    buffer = io.BytesIO()
    document.save(buffer)
    document.close()
    return buffer.getvalue()


def read(data: bytes, **settings: Any) -> list[PageImage | PageText]:
    """All pages of the document."""
    with open_document(data, limits=IntakeSettings(**settings)) as document:
        return list(document.pages(Deadline(60)))


def read_image(data: bytes, **settings: Any) -> PageImage:
    """The only page of the document, which comes as pixels."""
    (page,) = read(data, **settings)
    assert isinstance(page, PageImage)
    return page


def read_text(data: bytes, **settings: Any) -> PageText:
    """The only page of the document, which comes as text."""
    (page,) = read(data, **settings)
    assert isinstance(page, PageText)
    return page
