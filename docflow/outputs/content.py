"""The content of a PDF's pages and forms."""

from __future__ import annotations

from collections.abc import Sequence

from pikepdf import Array, Name, Object, Page, Pdf, Stream

Holder = Page | Object
"""What has content and resources: a page or a form."""


def content(holder: Holder) -> bytes:
    """What a page or a form draws, decoded; raises what pikepdf does where a part of it cannot be."""
    if not isinstance(holder, Page):
        return holder.read_bytes()
    return b"\n".join(part.read_bytes() for part in _streams(holder))


def surround(pdf: Pdf, page: Page, before: bytes, after: bytes = b"") -> None:
    """Have this drawn before and after all that the page draws already."""
    added = [[pdf.make_stream(data)] if data else [] for data in (before, after)]
    page.obj.Contents = Array([*added[0], *_streams(page), *added[1]])


def _streams(page: Page) -> Sequence[Object]:
    """What the page's content is made of; viewers leave out what is no stream, at which qpdf stops."""
    contents: Object = page.obj.get(Name.Contents, Array())
    parts = contents.as_list() if isinstance(contents, Array) else [contents]
    return [part for part in parts if isinstance(part, Stream)]
