"""How a document's bytes become what its pages say, in whichever process this runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from docflow.embedding import with_embedding
from docflow.errors import DocFlowError, IntakeError, RecognitionFailed
from docflow.intake import Deadline, check_characters, open_document
from docflow.ocr import OcrEngine, open_engine
from docflow.ocr.ink import unread_share
from docflow.ocr.page_embedding import PageEmbedder
from docflow.outputs.overlay import overlay_jpeg
from docflow.outputs.pdf import searchable_pdf
from docflow.settings import MEGABYTE, IntakeSettings, OcrSettings
from docflow.thumbnail import thumbnail_of
from docflow.types import EngineRef, PageImage, PageText

log = logging.getLogger(__name__)

EngineFactory = Callable[[OcrSettings], OcrEngine]
"""What opens an engine: a function or class of a module, or a `functools.partial` of one, to reach other processes."""


DRAWN_SECONDS = 5.0
"""After so long, a page with a text layer goes without an embedding: its text counts for more."""

PIECE_BYTES = 16 * MEGABYTE
"""As much of a written document is handed over at a time."""


class LocalReader:
    """Reads documents in this process; the engine is opened when it is first needed. Serves many threads."""

    def __init__(self, intake: IntakeSettings, ocr: OcrSettings, *, open_engine: EngineFactory = open_engine) -> None:
        self._intake = intake
        self._ocr = ocr
        self._open_engine = open_engine

    @cached_property
    def _engine(self) -> OcrEngine:
        return self._open_engine(self._ocr)

    @cached_property
    def _embedder(self) -> PageEmbedder:
        return PageEmbedder()

    def engine(self) -> EngineRef:
        """The engine that recognises pages; `EngineUnavailable` where it, or what embeds pages, is not installed."""
        if self._ocr.page_embedding:
            log.debug("pages are embedded by the network %s", self._embedder.network)
        return EngineRef(self._engine.name, self._engine.version)

    def check(self, data: bytes) -> None:
        """Raise the `IntakeError` that reading would end in, as far as the document's header tells."""
        with open_document(data, limits=self._intake):
            pass

    def read(self, data: bytes, *, languages: str) -> Iterator[PageText]:
        """What each page says, in order, one page in memory: from its text layer where that is good, else recognised.

        Raises an `IntakeError` for what lies in the document, `TooManyCharacters` at the page with which it says too
        much, and an `OcrError` for a page that cannot be recognised.
        """
        deadline = Deadline(self._intake.max_seconds)
        said = 0
        with open_document(data, limits=self._intake, unread_share=unread_share) as opened:
            for page in opened.pages(deadline):
                read = self._read_page(page, data, languages=languages, deadline=deadline)
                said += len(read.text)
                check_characters(said, page=read.number, limits=self._intake)
                yield read

    def _read_page(self, page: PageImage | PageText, data: bytes, *, languages: str, deadline: Deadline) -> PageText:
        """What the page says; a first page has its thumbnail."""
        if isinstance(page, PageText):
            return self._seen(page, data, deadline) if page.thumbnail else page
        read = self._recognised(page, languages=languages, deadline=deadline)
        small = self._thumbnail(page.pixels, rotation=read.rotation) if page.number == 1 else b""
        return replace(read, unread=unread_share(page, read), thumbnail=small)

    def _thumbnail(self, pixels: NDArray[np.uint8], *, rotation: float) -> bytes:
        """The page's thumbnail, with its embedding in it where the setting asks for one."""
        small = thumbnail_of(pixels, rotation=rotation)
        if not self._ocr.page_embedding:
            return small
        return with_embedding(small, self._embedder.embed(pixels, rotation=rotation))

    def _seen(self, page: PageText, data: bytes, deadline: Deadline) -> PageText:
        """The page with its embedding, too, where the setting asks for one: it is drawn once more, in full."""
        if not self._ocr.page_embedding:
            return page
        try:
            with closing(self._images(data, Deadline(min(DRAWN_SECONDS, deadline.remaining())))) as images:
                drawn = next(images).pixels
        except IntakeError as error:
            log.info("a page has no embedding: %s", error)
            return page
        return replace(
            page, thumbnail=with_embedding(page.thumbnail, self._embedder.embed(drawn, rotation=page.rotation))
        )

    def _recognised(self, page: PageImage, *, languages: str, deadline: Deadline) -> PageText:
        """What the engine reads on the page; `DocumentTimeout` where it gave up because the document's time is over."""
        deadline.check()
        timeout = min(self._ocr.page_seconds, deadline.remaining())
        try:
            return self._engine.read_page(page, languages=languages, timeout=timeout)
        except UnicodeError as error:
            raise RecognitionFailed(
                f"what the engine says of page {page.number} is not valid UTF-8", detail={"page": page.number}
            ) from error
        except RecognitionFailed:
            # The engine knows its own seconds only, and blames the page where they were the last of the document's.
            deadline.check()
            raise

    def searchable_pdf(self, data: bytes, *, media_type: str, pages: Sequence[PageText]) -> Iterator[bytes]:
        """The document as a PDF with the words of these pages under its ink, in pieces.

        Raises an `IntakeError`, such as `CorruptDocument` for a PDF too damaged to be written again.
        """
        made = searchable_pdf(pages, data, media_type=media_type, images=lambda: self._images(data))
        for start in range(0, len(made), PIECE_BYTES):
            yield made[start : start + PIECE_BYTES]

    def overlays(self, data: bytes, *, pages: Sequence[PageText]) -> Iterator[bytes]:
        """A JPEG of each page of the document with the words of these boxed. Raises an `IntakeError`."""
        images = self._images(data)
        for page in pages:
            # No name holds an image while the next one is made.
            yield overlay_jpeg(page, next(images))

    def _images(self, data: bytes, deadline: Deadline | None = None) -> Generator[PageImage]:
        """A picture of every page, of those with a text layer too; in a document's whole time where none is given."""
        limits = self._intake.model_copy(update={"text_layer": "ignore"})
        with open_document(data, limits=limits) as opened:
            yield from cast(Iterator[PageImage], opened.pages(deadline or Deadline(limits.max_seconds)))

    def close(self) -> None:
        """Nothing is held."""


def warm_reader(intake: IntakeSettings, ocr: OcrSettings, *, open_engine: EngineFactory) -> LocalReader:
    """A reader whose engine is open; where it cannot be opened, whoever needs it is told why."""
    reader = LocalReader(intake, ocr, open_engine=open_engine)
    with suppress(DocFlowError):
        reader.engine()
    return reader
