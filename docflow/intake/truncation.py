"""Whether a file was cut short, told from its own structure: what it announces and does not hold."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Literal

from docflow.intake.media import MediaType

PDF_TAIL = 4096
"""Bytes at the end of a PDF in which its end mark may be, junk after it included."""

PDF_OBJECT = re.compile(rb"\d\s{1,20}\d{1,5}\s{1,20}obj\b")
"""The end of an object's head. Bounded, so that the search is linear in whatever the file is made of."""
PDF_LINEARIZED = re.compile(rb"/Linearized\b.{0,200}?/L\s+(\d{1,10})\b", re.DOTALL)
PNG_FIRST_CHUNK = 8
JPEG_SCAN = 0xDA
TIFF_BIG_VERSION = 43
TIFF_WIDTHS = {3: 2, 4: 4, 16: 8}
"""Bytes of a SHORT, a LONG and a LONG8, by their type numbers."""
TIFF_PIXEL_TAGS = ((273, 279), (324, 325))
"""Offsets and byte counts of strips, and of tiles."""
TIFF_MOST_TAGS = 65_536
"""Entries of a directory that are looked at; tags are numbers of 16 bits, each there once."""
TIFF_MOST_PARTS = 100_000
"""Strips or tiles of a page that are looked at; 400 million pixels in tiles of 64 x 64 are 97,657."""


def is_cut_short(data: bytes, media_type: MediaType) -> bool:
    """Whether the end is missing of a file that could not be read. False where the damage is of another kind."""
    match media_type:
        case MediaType.PDF:
            return not has_pdf_end(data)
        case MediaType.PNG:
            return _png_is_cut(data)
        case MediaType.JPEG:
            return _jpeg_is_cut(data)
        case MediaType.TIFF:
            return _tiff_is_cut(data)
        case MediaType.WEBP:
            return len(data) < 8 + int.from_bytes(data[4:8], "little")
        case MediaType.BMP:
            return len(data) < int.from_bytes(data[2:6], "little")


def has_pdf_end(data: bytes) -> bool:
    """Whether the PDF's end mark is where it should be."""
    return data.rfind(b"%%EOF", max(0, len(data) - PDF_TAIL)) >= 0


def pdf_lost_content(data: bytes) -> bool:
    """Whether a PDF ends inside an object, or before the length that it declares: a repair would hide the loss.

    A PDF that lacks only its cross-reference table or end mark has lost nothing.
    """
    if has_pdf_end(data):
        return False
    declared = PDF_LINEARIZED.search(data[:2048])
    if declared and int(declared[1]) > len(data):
        return True
    last_end = max(data.rfind(b"endobj"), 0)
    return PDF_OBJECT.search(data, last_end) is not None


def _png_is_cut(data: bytes) -> bool:
    position = PNG_FIRST_CHUNK
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        starts_wrong = position == PNG_FIRST_CHUNK and kind != b"IHDR"
        if starts_wrong or not kind.isalpha() or kind == b"IEND":
            return False
        position += 12 + length
    return True


def _jpeg_is_cut(data: bytes) -> bool:
    position = 2
    while position + 4 <= len(data):
        marker = data[position + 1]
        if data[position] != 0xFF:
            return False
        if marker == JPEG_SCAN:
            return b"\xff\xd9" not in data[position:]
        position += 1 if marker == 0xFF else 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return True


@dataclass(frozen=True, slots=True)
class _TiffLayout:
    """How a TIFF writes its numbers; a BigTIFF has wider ones."""

    order: Literal["little", "big"]
    count_size: int
    value_size: int

    @property
    def entry_size(self) -> int:
        return 4 + 2 * self.value_size

    def number(self, data: bytes, start: int, size: int) -> int:
        return int.from_bytes(data[start : start + size], self.order)


def _tiff_is_cut(data: bytes) -> bool:
    """Whether the first page's directory, or the strips or tiles that it lists, lie past the end."""
    order: Literal["little", "big"] = "little" if data.startswith(b"II") else "big"
    is_big = int.from_bytes(data[2:4], order) == TIFF_BIG_VERSION
    layout = _TiffLayout(order, 8, 8) if is_big else _TiffLayout(order, 2, 4)
    directory = layout.number(data, layout.value_size, layout.value_size)
    first = directory + layout.count_size
    count = layout.number(data, directory, layout.count_size)
    if first + count * layout.entry_size > len(data):
        return True
    starts = [first + index * layout.entry_size for index in range(min(count, TIFF_MOST_TAGS))]
    entries = {layout.number(data, start, 2): start for start in starts}
    for tags in TIFF_PIXEL_TAGS:
        offsets, lengths = (_tiff_values(data, entries[tag], layout) if tag in entries else [] for tag in tags)
        if offsets is None or lengths is None:
            return True
        if any(offset + length > len(data) for offset, length in zip(offsets, lengths, strict=False)):
            return True
    return False


def _tiff_values(data: bytes, start: int, layout: _TiffLayout) -> list[int] | None:
    """The first whole numbers that an entry holds, none for other types; None where any lie past the end."""
    width = TIFF_WIDTHS.get(layout.number(data, start + 2, 2), 0)
    count = layout.number(data, start + 4, layout.value_size) if width else 0
    where = start + 4 + layout.value_size
    if count * width > layout.value_size:
        where = layout.number(data, where, layout.value_size)
    if where + count * width > len(data):
        return None
    return [layout.number(data, where + index * width, width) for index in range(min(count, TIFF_MOST_PARTS))]
