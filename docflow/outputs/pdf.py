"""A searchable PDF: pages as they look, with their words as invisible text over the ink."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Sequence
from itertools import count

import pikepdf
from pikepdf import Dictionary, Name, Object, Page, Pdf

from docflow.errors import CorruptDocument, EncryptedDocument
from docflow.outputs.content import surround
from docflow.outputs.damage import DAMAGE
from docflow.outputs.glyphless import GlyphlessFont
from docflow.outputs.invisible_text import Matrix, invisible_text
from docflow.outputs.old_text import remove_invisible_text, silence_text
from docflow.outputs.page_images import add_page
from docflow.types import PageImage, PageText, TextSource

PDF, JPEG = "application/pdf", "image/jpeg"

PDF_VERSION = "1.5"
"""The oldest that has all that is written here; a newer file keeps its own."""


def searchable_pdf(
    pages: Sequence[PageText], data: bytes, *, media_type: str, images: Callable[[], Iterable[PageImage]]
) -> bytes:
    """The document with these words under its ink: a PDF as it is, anything else from the `images` of its pages."""
    if media_type == PDF:
        return pdf_of_pdf(pages, data)
    return pdf_of_images(pages, images(), jpeg=data if media_type == JPEG else None)


def pdf_of_images(pages: Sequence[PageText], images: Iterable[PageImage], *, jpeg: bytes | None = None) -> bytes:
    """A PDF of these page images with these words. Of the images, one at a time is held.

    `jpeg` is the document's file where that is a JPEG; its bytes are kept where PDF can show them.
    """
    with Pdf.new() as pdf:
        font = GlyphlessFont(pdf)
        remaining = iter(images)
        for text in pages:
            # No name holds an image while the next one is made.
            _write(text, pdf, add_page(pdf, next(remaining), jpeg=jpeg), font)
        return _finished(pdf, font)


def pdf_of_pdf(pages: Sequence[PageText], original: bytes) -> bytes:
    """The PDF with the words of the pages that were recognised; other pages, and a PDF without such, stay as they are.

    Text that these pages have already is removed where it is invisible, as an earlier recognition left it, and else
    told to stand for nothing: every word would be found twice, once wrong. A signature in the PDF does not survive the
    change, nor does an encryption that needs no password. Raises `EncryptedDocument` where one that shows the pages
    without a password needs it to be written again, and `CorruptDocument` where the file is too damaged for that.
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
                    page = pdf.pages[text.number - 1]
                    remove_invisible_text(pdf, page)
                    _write(text, pdf, page, font)
                return _finished(pdf, font)
    except pikepdf.PasswordError as error:
        raise EncryptedDocument("the PDF can be shown without its password, but not be written again") from error
    except DAMAGE as error:
        raise CorruptDocument("the PDF is too damaged to be written again with its text") from error


def _write(text: PageText, pdf: Pdf, page: Page, font: GlyphlessFont) -> None:
    """Put the words under the page's own content, whose graphics state they then do not depend on."""
    if not text.lines:
        return
    if not isinstance(page.resources.get(Name.Font), Dictionary):
        # Viewers show a page whose fonts are an array or the like: nothing in it can name one of them.
        page.resources.Font = Dictionary()
    name = page.add_resource(font.object, Name.Font, _free_font_name(page))
    silence_text(pdf, page, font, font_name=str(name))
    operators = invisible_text(text, font, font_name=str(name), to_points=_to_points(page, text))
    surround(pdf, page, operators)


def _free_font_name(page: Page) -> Name:
    """A name that none of the page's fonts has; not a random one, so that equal documents give equal bytes."""
    taken: Object = page.resources.Font
    return next(name for number in count() if (name := Name(f"/Glyphless{number}")) not in taken)


def _finished(pdf: Pdf, font: GlyphlessFont) -> bytes:
    font.finish()
    written = io.BytesIO()
    pdf.save(written, min_version=PDF_VERSION, deterministic_id=True, encryption=False)
    return written.getvalue()


def _to_points(page: Page, text: PageText) -> Matrix:
    """From the pixels of the page as it is seen to the points of the page as it is stored, possibly turned."""
    left, bottom, right, top = _visible(page)
    across, down = right - left, top - bottom
    match page.rotation % 360:
        case 90:
            return 0, down / text.width, across / text.height, 0, left, bottom
        case 180:
            return -across / text.width, 0, 0, down / text.height, right, bottom
        case 270:
            return 0, -down / text.width, -across / text.height, 0, right, top
        case _:
            return across / text.width, 0, 0, -down / text.height, left, top


def _visible(page: Page) -> tuple[float, float, float, float]:
    """The crop box's part within the media box, or the whole media box where that is empty; corners in any order."""
    (c0, c1, c2, c3), (m0, m1, m2, m3) = (_sorted(box) for box in (page.cropbox, page.mediabox))
    left, bottom, right, top = max(c0, m0), max(c1, m1), min(c2, m2), min(c3, m3)
    return (left, bottom, right, top) if left < right and bottom < top else (m0, m1, m2, m3)


def _sorted(box: Object) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(value) for value in box.as_list())
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
