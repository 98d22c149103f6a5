"""PDFium behind one lock: documents opened, pages loaded with their annotations drawn in, and rendered."""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.internal as pdfium_internal
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from docflow.errors import CorruptDocument, DocumentTimeout, EncryptedDocument
from docflow.intake.geometry import PageFrame
from docflow.intake.limits import Deadline

log = logging.getLogger(__name__)

ENGINE: Final = "pdfium"
ENGINE_VERSION: Final = f"{pdfium.version.PYPDFIUM_INFO.version}/{pdfium.version.PDFIUM_INFO.version}"

PASSWORD_ERRORS = frozenset({pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY})
FAILURES = (pdfium.PdfiumError, ArithmeticError, AssertionError, LookupError, ValueError, ctypes.ArgumentError)
"""What pypdfium2 raises for pages that PDFium gives no sensible answer about."""
DRAWING_FLAGS = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_GRAYSCALE

_lock = threading.Lock()


@contextmanager
def _pdfium(deadline: Deadline) -> Iterator[None]:
    """PDFium for this thread alone: it is not safe to call from two at once, in different documents either."""
    if not _lock.acquire(timeout=deadline.remaining()):
        raise DocumentTimeout(
            "the document waited too long for others to be rendered", detail={"limit_seconds": deadline.seconds}
        )
    try:
        yield
    finally:
        _lock.release()


class PdfiumFile:
    """An open PDF. Close it, for nothing of PDFium may be freed outside the lock."""

    def __init__(self, data: bytes, *, deadline: Deadline) -> None:
        """Raises `EncryptedDocument`, and `CorruptDocument` for what PDFium cannot even repair."""
        with _pdfium(deadline):
            try:
                self._document = pdfium.PdfDocument(data)
            except pdfium.PdfiumError as error:
                if error.err_code in PASSWORD_ERRORS:
                    raise EncryptedDocument("the PDF opens with a password only") from error
                raise CorruptDocument("the PDF is damaged and cannot be opened") from error
            try:
                self._document.init_forms()
            except pdfium.PdfiumError:
                log.info("the form fields of a PDF cannot be drawn")
            self.page_count = len(self._document)

    def page_sizes(self, count: int, *, deadline: Deadline) -> list[tuple[float, float]]:
        """The first `count` pages' width and height in points, as they are seen; (0, 0) for a page that is broken."""
        with _pdfium(deadline):
            return [self._page_size(index) for index in range(count)]

    def _page_size(self, index: int) -> tuple[float, float]:
        size = pdfium_c.FS_SIZEF()
        found = pdfium_c.FPDF_GetPageSizeByIndexF(self._document, index, size)
        if found and not (size.width and size.height):
            return self._size_seen(index)
        return (size.width, size.height) if found else (0.0, 0.0)

    def _size_seen(self, index: int) -> tuple[float, float]:
        with suppress(*FAILURES):
            page = self._seen(index)
            try:
                return page.get_width(), page.get_height()
            finally:
                page.close()
        return 0.0, 0.0

    @contextmanager
    def page(self, number: int, *, deadline: Deadline) -> Iterator[Any]:
        """The page as pypdfium2's `PdfPage`, with PDFium locked until the block ends.

        Raises `CorruptDocument` where it is broken.
        """
        with _pdfium(deadline):
            try:
                page = self._load(number - 1)
                try:
                    yield page
                finally:
                    page.close()
            except FAILURES as error:
                raise CorruptDocument(f"page {number} of the PDF is damaged") from error

    def _load(self, index: int) -> Any:
        """The page with annotations and form fields made part of its content, so that its text has them too."""
        page = self._seen(index)
        if pdfium_c.FPDFPage_GetAnnotCount(page) <= 0:
            return page
        flattened = pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)
        if flattened != pdfium_c.FLATTEN_SUCCESS:
            return page
        page.close()
        return self._document[index]

    def _seen(self, index: int) -> Any:
        """The page; all of its media box is shown where the crop box leaves nothing of it, as viewers do."""
        page = self._document[index]
        left, bottom, right, top = page.get_bbox()
        if left < right and bottom < top:
            return page
        # PDFium takes an empty crop box for none, and finds the media box where the page inherits it, too.
        page.set_cropbox(0, 0, 0, 0)
        page.close()
        return self._document[index]

    def close(self) -> None:
        """Free what PDFium holds."""
        with _lock:
            self._document.close()


def frame_of(page: Any, *, dpi: float) -> PageFrame:
    """Where the page's points lie in the pixels of its picture at `dpi`."""
    return PageFrame(visible=page.get_bbox(), rotation=page.get_rotation(), dpi=dpi)


def render(page: Any, *, width: int, height: int, deadline: Deadline) -> NDArray[np.uint8]:
    """The page's pixels in grey: half the time and a third of the memory of RGB, and recognition sees no colours.

    PDFium looks at the deadline after every hundred objects; `DocumentTimeout` where it is over.
    """
    bitmap = pdfium.PdfBitmap.new_native(width, height, pdfium_c.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        pause = pdfium_c.IFSDK_PAUSE(version=1)
        pdfium_internal.set_callback(pause, "NeedToPauseNow", lambda _: deadline.remaining() <= 0)
        where = (bitmap, page, 0, 0, width, height, 0, DRAWING_FLAGS)
        status = pdfium_c.FPDF_RenderPageBitmap_Start(*where, pause)
        pdfium_c.FPDF_RenderPage_Close(page)
        if status == pdfium_c.FPDF_RENDER_TOBECONTINUED:
            deadline.check()
        if status != pdfium_c.FPDF_RENDER_DONE:
            raise CorruptDocument("a page of the PDF cannot be rendered")
        if page.formenv:
            pdfium_c.FPDF_FFLDraw(page.formenv, *where)
        pixels: NDArray[np.uint8] = bitmap.to_numpy()
        return pixels
    finally:
        # The pixels live in a buffer of Python's own, which outlasts the bitmap's handle.
        bitmap.close()
