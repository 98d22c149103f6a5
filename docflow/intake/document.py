"""A document opened for reading, whatever its type: one page after another, one in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, Self

from docflow.intake.images import ImagePages
from docflow.intake.limits import Deadline, check_upload
from docflow.intake.media import MediaType
from docflow.intake.pdf import PdfPages
from docflow.intake.unread import UnreadShare
from docflow.settings import IntakeSettings
from docflow.types import PageImage, PageText


class PageSource(Protocol):
    """What each file type provides."""

    page_count: int

    def page(self, number: int, deadline: Deadline) -> PageImage | PageText:
        """The page with this number, from 1."""
        ...

    def close(self) -> None:
        """Free what is held outside Python."""
        ...


class OpenedDocument:
    """A document that passed all checks that need no decoding. Close it, or use it in a `with` block."""

    def __init__(self, media_type: MediaType, source: PageSource) -> None:
        self.media_type = media_type
        self.page_count = source.page_count
        self._source = source

    def pages(self, deadline: Deadline) -> Iterator[PageImage | PageText]:
        """The pages in order: text where the page has a good text layer, else pixels. Nothing keeps a page given out.

        Raises `DocumentTimeout` once the deadline is over, and `TruncatedDocument`, `CorruptDocument` or
        `PageTooLarge` at the page that cannot be read.
        """
        for number in range(1, self.page_count + 1):
            yield self._source.page(number, deadline)

    def close(self) -> None:
        """Free what is held; safe to call twice."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_document(data: bytes, *, limits: IntakeSettings, unread_share: UnreadShare | None = None) -> OpenedDocument:
    """The document, opened, its header read and held against the limits; nothing is decoded yet.

    Where `unread_share` is given, a text layer over pictures is good only if it has most of what the page shows.

    Raises an `IntakeError`: `EmptyFile`, `FileTooLarge`, `UnsupportedType`, `EncryptedDocument`, `TooManyPages`,
    `PageTooLarge`, `TruncatedDocument` or `CorruptDocument`.
    """
    media_type = check_upload(data, limits=limits)
    if media_type is MediaType.PDF:
        return OpenedDocument(media_type, PdfPages(data, limits=limits, unread_share=unread_share))
    return OpenedDocument(media_type, ImagePages(data, media_type, limits=limits))
