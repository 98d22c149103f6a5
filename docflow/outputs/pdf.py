"""A searchable PDF: pages as they look, with their words as invisible text over the ink."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Sequence
from itertools import count

import pikepdf
from pikepdf import Dictionary, Name, Object, Page, Pdf

from docflow.errors import CorruptDocument
from docflow.outputs.glyphless import GlyphlessFont
from docflow.outputs.invisible_text import Matrix, invisible_text
from docflow.outputs.page_images import add_page
from docflow.types import PageImage, PageText, TextSource

DAMAGE = (pikepdf.PdfError, pikepdf.ForeignObjectError, ArithmeticError, AttributeError, LookupError, RuntimeError,
          TypeError, ValueError)  # fmt: skip
"""What pikepdf raises for files whose objects are not what they should be."""

PDF_VERSION = "1.5"
"""The oldest that has all that is written here; a newer file keeps its own."""


def pdf_of_images(pages: Sequence[PageText], images: Iterable[PageImage], *, jpeg: bytes | None = None) -> bytes:
    """A PDF of these page images with these words. Of the images, one at a time is held.

    `jpeg` is the document's file where that is a JPEG; its bytes are kept where PDF can show them.
    """
    with Pdf.new() as pdf:
        font = GlyphlessFont(pdf)
        for text, image in zip(pages, images, strict=True):
            _write(text, add_page(pdf, image, jpeg=jpeg), font)
        return _finished(pdf, font)


def pdf_of_pdf(pages: Sequence[PageText], original: bytes) -> bytes:
    """The PDF with the words of the pages that were recognised; other pages, and a PDF without such, stay as they are.

    A signature in it does not survive the change, nor does an encryption that needs no password. Raises
    `CorruptDocument` where the file is too damaged to be written again.
    """
    recognised = [page for page in pages if page.source is TextSource.OCR and page.lines]
    if not recognised:
        return original
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pdf.open(io.BytesIO(original), suppress_warnings=True) as pdf:
                font = GlyphlessFont(pdf)
                for text in recognised:
                    _write(text, pdf.pages[text.number - 1], font)
                return _finished(pdf, font)
    except DAMAGE as error:
        raise CorruptDocument("the PDF is too damaged to be written again with its text") from error


def _write(text: PageText, page: Page, font: GlyphlessFont) -> None:
    """Put the words under the page's own content, whose graphics state they then do not depend on."""
    if not text.lines:
        return
    name = page.add_resource(font.object, Name.Font, _free_font_name(page))
    operators = invisible_text(text, font, font_name=str(name), to_points=_to_points(page, text))
    page.contents_add(operators, prepend=True)


def _free_font_name(page: Page) -> Name:
    """A name that none of the page's fonts has; not a random one, so that equal documents give equal bytes."""
    taken: Object = page.resources.get(Name.Font, Dictionary())
    return next(name for number in count() if (name := Name(f"/Glyphless{number}")) not in taken)


def _finished(pdf: Pdf, font: GlyphlessFont) -> bytes:
    font.finish()
    written = io.BytesIO()
    pdf.save(written, min_version=PDF_VERSION, deterministic_id=True, encryption=False)
    return written.getvalue()


def _to_points(page: Page, text: PageText) -> Matrix:
    """From the pixels of the page as it is seen to the points of the page as it is stored, possibly turned."""
    crop, media = ([float(value) for value in box.as_list()] for box in (page.cropbox, page.mediabox))
    left, bottom = max(crop[0], media[0]), max(crop[1], media[1])
    right, top = min(crop[2], media[2]), min(crop[3], media[3])
    across, down = right - left, top - bottom
    match page.rotation:
        case 90:
            return 0, down / text.width, across / text.height, 0, left, bottom
        case 180:
            return -across / text.width, 0, 0, down / text.height, right, bottom
        case 270:
            return 0, -down / text.width, -across / text.height, 0, right, top
        case _:
            return across / text.width, 0, 0, -down / text.height, left, top
