"""What a file is, by its first bytes: the six types that DocFlow reads, and names for those that it does not."""

from __future__ import annotations

import re
from enum import StrEnum

from docflow.errors import EmptyFile, UnsupportedType

PDF_HEADER_WINDOW = 1024
"""Bytes within which `%PDF-` may start: readers have accepted leading junk since Acrobat 1 (ISO 32000-1, H.3.4.1)."""

BMP_HEADER_SIZES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Sizes of the header that follows a bitmap's 14 bytes; two letters alone would take any text from "BM" on."""


class MediaType(StrEnum):
    """The types that DocFlow reads."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    BMP = "image/bmp"
    WEBP = "image/webp"

    @property
    def extension(self) -> str:
        """The usual end of such a file's name, with its dot."""
        return EXTENSIONS[self]


EXTENSIONS = {
    MediaType.PDF: ".pdf",
    MediaType.JPEG: ".jpg",
    MediaType.PNG: ".png",
    MediaType.TIFF: ".tif",
    MediaType.BMP: ".bmp",
    MediaType.WEBP: ".webp",
}

MAGIC = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
    (b"II+\x00", MediaType.TIFF),
    (b"MM\x00+", MediaType.TIFF),
)

FOREIGN_MAGIC = (
    (b"GIF8", "a GIF image"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL image"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (DOC, XLS, PPT or MSG)"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"8BPS", "a Photoshop image"),
    (b"AT&TFORM", "a DjVu document"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"\x97JB2\r\n\x1a\n", "a JBIG2 image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
)

ZIP_MEMBERS = (
    (b"word/", "a DOCX document"),
    (b"xl/", "an XLSX spreadsheet"),
    (b"ppt/", "a PPTX presentation"),
    (b"application/vnd.oasis.opendocument", "an OpenDocument file"),
    (b"application/epub+zip", "an EPUB book"),
)

ISO_MEDIA_BRANDS = (
    (re.compile(rb"avi[fs]"), "an AVIF image"),
    (re.compile(rb"hei[cxms]|hev[cxms]|mif1|msf1"), "a HEIC image"),
)


def sniff(data: bytes) -> MediaType:
    """The type that the bytes themselves show, whatever the file's name says.

    Raises `EmptyFile`, or `UnsupportedType` with the name of the format where it is a known one.
    """
    if not data:
        raise EmptyFile("the file is empty")
    for magic, media_type in MAGIC:
        if data.startswith(magic):
            return media_type
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return MediaType.WEBP
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in BMP_HEADER_SIZES:
        return MediaType.BMP
    if b"%PDF-" in data[: PDF_HEADER_WINDOW + len(b"%PDF-")]:
        return MediaType.PDF
    looks_like = foreign_format(data)
    if looks_like is None:
        raise UnsupportedType("the file's content is of no known type")
    raise UnsupportedType(f"the file is {looks_like}, which is not read", detail={"looks_like": looks_like})


def foreign_format(data: bytes) -> str | None:
    """The name, with its article, of a known format that DocFlow does not read; None for an unknown one."""
    for magic, name in FOREIGN_MAGIC:
        if data.startswith(magic):
            return name
    if data[4:8] == b"ftyp":
        return iso_media_format(data)
    if data.startswith(b"PK\x03\x04"):
        return zip_format(data)
    return text_format(data)


def iso_media_format(data: bytes) -> str:
    """Which of the formats that share the ISO base media container it is; the brands tell."""
    brands = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    for pattern, name in ISO_MEDIA_BRANDS:
        if pattern.search(brands):
            return name
    return "a video or sound file"


def zip_format(data: bytes) -> str:
    """Which of the formats that are ZIP archives it is; the names of its members tell."""
    names = data[:4096] + data[-16384:]
    for member, name in ZIP_MEMBERS:
        if member in names:
            return name
    return "a ZIP archive"


def text_format(data: bytes) -> str | None:
    """Which kind of text it is; None where it is no text."""
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "plain text"
    if any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return None
    lowered = head.lower()
    if b"<svg" in lowered:
        return "an SVG drawing"
    if b"<html" in lowered or b"<!doctype html" in lowered:
        return "an HTML page"
    if lowered.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        return "an XML file"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character that the window cuts is no fault of the text.
        if error.start < len(head) - 3:
            return None
    return "plain text"
