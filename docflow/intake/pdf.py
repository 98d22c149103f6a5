"""PDF pages: read from a good text layer, else rendered, by the one renderer or by the other."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.errors import CorruptDocument, DocumentTimeout, TruncatedDocument
from docflow.intake.geometry import POINTS_PER_INCH, PageFrame
from docflow.intake.images import too_many_pages
from docflow.intake.limits import Deadline, scale_to_budget
from docflow.intake.pdfium import ENGINE, ENGINE_VERSION, PdfiumFile, frame_of, render
from docflow.intake.pictures import PageContent, page_content
from docflow.intake.poppler import PopplerFile
from docflow.intake.reading_order import lines_in_order
from docflow.intake.text_layer import TextLayer, read_text_layer
from docflow.intake.text_quality import PICTURE_SHARE, gather_evidence
from docflow.intake.truncation import has_pdf_end, pdf_lost_content
from docflow.intake.unread import MOST_UNREAD, LayerCheck, UnreadShare
from docflow.settings import IntakeSettings
from docflow.thumbnail import DRAWN_SIDE, thumbnail_of
from docflow.types import Line, PageImage, PageText, TextSource, Word

log = logging.getLogger(__name__)

WHITE = 255

CHECKS_SHARE = 0.25
"""Of a document's time, what goes into comparing its text layers with its pages, at most."""

THUMBNAIL_SECONDS = 2.0
"""After so long, a page with a text layer goes without a thumbnail: drawing one takes milliseconds, a map may not."""


class PdfPages:
    """The pages of a PDF, one at a time. What PDFium cannot open or render, poppler may."""

    def __init__(self, data: bytes, *, limits: IntakeSettings, unread_share: UnreadShare | None = None) -> None:
        """Raises the typed error of what is wrong with the file as a whole.

        Text layers over pictures are compared with what the page shows where `unread_share` is given.
        """
        if pdf_lost_content(data):
            raise TruncatedDocument("the PDF ends in the middle of its content")
        self._data = data
        self._limits = limits
        seconds = CHECKS_SHARE * limits.max_seconds
        self._layer_check = LayerCheck(unread_share, seconds=seconds) if unread_share is not None else None
        self._pdfium: PdfiumFile | None = None
        self._poppler: PopplerFile | None = None
        try:
            self._open(Deadline(limits.max_seconds))
        except BaseException:
            self.close()
            raise

    def _open(self, deadline: Deadline) -> None:
        try:
            self._pdfium = PdfiumFile(self._data, deadline=deadline)
            self.page_count = self._pdfium.page_count
        except CorruptDocument as error:
            self.page_count = self._count_with_poppler(deadline, cause=error)
        if self.page_count < 1:
            raise CorruptDocument("the PDF has no pages")
        if self.page_count > self._limits.max_pages:
            raise too_many_pages(self.page_count, limits=self._limits)
        if self._pdfium is not None:
            for number, size in enumerate(self._pdfium.page_sizes(self.page_count, deadline=deadline), start=1):
                self._fit(size, number=number)

    def _count_with_poppler(self, deadline: Deadline, *, cause: CorruptDocument) -> int:
        try:
            return self._with_poppler().page_count(deadline=deadline)
        except CorruptDocument:
            if not has_pdf_end(self._data):
                raise TruncatedDocument("the PDF ends before its content does") from cause
            raise cause from None

    def page(self, number: int, deadline: Deadline) -> PageImage | PageText:
        """The page's text where its layer is good, else its pixels in grey.

        Raises `CorruptDocument` where no renderer can read the page.
        """
        deadline.check()
        text = self._inspect(number, deadline)
        if text is not None:
            return text
        renderers = [self._draw_with_pdfium, self._draw_with_poppler]
        if self._limits.pdf_renderer == "pdf2image":
            renderers.reverse()
        try:
            return renderers[0](number, deadline)
        except CorruptDocument as failure:
            log.info("page %d is tried with the other renderer: %s", number, failure)
        try:
            return renderers[1](number, deadline)
        except CorruptDocument as error:
            raise CorruptDocument(f"page {number} of the PDF is damaged", detail={"page": number}) from error

    def close(self) -> None:
        """Free what PDFium holds, and delete poppler's copy of the file."""
        for opened in (self._pdfium, self._poppler):
            if opened is not None:
                opened.close()
        self._pdfium = self._poppler = None

    def _inspect(self, number: int, deadline: Deadline) -> PageText | None:
        """The page's text where it is good; `PageTooLarge` for a picture that declares too many pixels."""
        if self._pdfium is None:
            return None
        started = time.perf_counter()
        try:
            with self._pdfium.page(number, deadline=deadline) as page:
                frame = frame_of(page, dpi=self._limits.render_dpi)
                if self._limits.text_layer == "ignore":
                    content = page_content(page, frame)
                else:
                    layer = read_text_layer(page, frame)
                    content = page_content(page, frame.turned(layer.rotation))
                    read = self._good_text(page, layer, content, frame, number=number, deadline=deadline)
                    if read is not None:
                        return replace(
                            read,
                            seconds=time.perf_counter() - started,
                            thumbnail=_thumbnail(page, deadline, rotation=read.rotation) if number == 1 else b"",
                        )
        except CorruptDocument:
            return None
        for picture in content.pictures:
            scale_to_budget(picture.width, picture.height, page=number, limits=self._limits)
        return None

    def _good_text(
        self, page: Any, layer: TextLayer, content: PageContent, frame: PageFrame, *, number: int, deadline: Deadline
    ) -> PageText | None:
        """What the layer says where it is good; `content` is that of the page turned as the layer is."""
        if not layer.runs:
            return None
        evidence = gather_evidence(layer, content, frame.turned(layer.rotation))
        objection = evidence.objection()
        if objection is None:
            read = _page_text(layer, frame, number=number)
            if self._layer_check is None or evidence.pictures < PICTURE_SHARE or not self._may_be_drawn(content):
                return read
            unread = self._layer_check.unread(page, read, deadline, frame=frame)
            if unread is None or unread <= MOST_UNREAD:
                return replace(read, unread=unread)
            objection = "writing that it lacks"
        log.info("a page's text layer is not taken: %s", objection)
        return None

    def _may_be_drawn(self, content: PageContent) -> bool:
        return all(picture.width * picture.height <= self._limits.hard_max_pixels for picture in content.pictures)

    def _draw_with_pdfium(self, number: int, deadline: Deadline) -> PageImage:
        if self._pdfium is None:
            raise CorruptDocument("PDFium cannot open the PDF")
        with self._pdfium.page(number, deadline=deadline) as page:
            size = (page.get_width(), page.get_height())
            width, height, scale = self._fit(size, number=number)
            return self._image(number, render(page, width=width, height=height, deadline=deadline), scale=scale)

    def _draw_with_poppler(self, number: int, deadline: Deadline) -> PageImage:
        poppler = self._with_poppler()
        _, _, scale = self._fit(poppler.page_size(number, deadline=deadline), number=number)
        pixels = poppler.render(number, dpi=self._limits.render_dpi * scale, deadline=deadline)
        if pixels.min() == WHITE and self._pdfium is not None:
            # Poppler draws a page that it cannot find as an empty one: PDFium has to agree that it is.
            return self._draw_with_pdfium(number, deadline)
        return self._image(number, pixels, scale=scale)

    def _with_poppler(self) -> PopplerFile:
        if self._poppler is None:
            self._poppler = PopplerFile(self._data)
        return self._poppler

    def _fit(self, points: tuple[float, float], *, number: int) -> tuple[int, int, float]:
        """The width and height in pixels at which a page is rendered, and the scale against `render_dpi`."""
        width, height = (max(1.0, side * self._limits.render_dpi / POINTS_PER_INCH) for side in points)
        scale = scale_to_budget(width, height, page=number, limits=self._limits)
        return max(1, round(width * scale)), max(1, round(height * scale)), scale

    def _image(self, number: int, pixels: NDArray[np.uint8], *, scale: float) -> PageImage:
        return PageImage(number=number, pixels=pixels, dpi=self._limits.render_dpi * scale, scale=scale)


def _page_text(layer: TextLayer, frame: PageFrame, *, number: int) -> PageText:
    """What the layer says, with boxes in pixels of the page as it is seen."""

    def as_seen(word: Word) -> Word:
        return replace(word, box=frame.turned_back(word.box, rotation=layer.rotation))

    return PageText(
        number=number,
        width=frame.width,
        height=frame.height,
        lines=tuple(Line(tuple(as_seen(word) for word in line.words)) for line in lines_in_order(layer.runs)),
        source=TextSource.TEXT_LAYER,
        engine=ENGINE,
        engine_version=ENGINE_VERSION,
        rotation=float(layer.rotation),
    )


def _thumbnail(page: Any, deadline: Deadline, *, rotation: float) -> bytes:
    """A small picture of the page; empty where it cannot be drawn, or not in time: its text counts for more."""
    width, height = page.get_width(), page.get_height()
    scale = DRAWN_SIDE / max(width, height, 1.0)
    size = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
    try:
        drawn = render(page, **size, deadline=Deadline(min(THUMBNAIL_SECONDS, deadline.remaining())))
    except (CorruptDocument, DocumentTimeout) as error:
        log.info("a page has no thumbnail: %s", error)
        return b""
    return thumbnail_of(drawn, rotation=rotation)
