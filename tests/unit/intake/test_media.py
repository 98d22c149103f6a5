"""The type comes from the bytes; what is not read is refused by its name."""

import io
import zipfile

import pytest
from sample_files import encoded, marked, pdf, text

from docflow.errors import EmptyFile, UnsupportedType
from docflow.intake import MediaType, sniff

SAMPLES = {
    MediaType.PDF: pdf(text()),
    MediaType.JPEG: encoded(marked(), "JPEG"),
    MediaType.PNG: encoded(marked(), "PNG"),
    MediaType.TIFF: encoded(marked(), "TIFF"),
    MediaType.BMP: encoded(marked(), "BMP"),
    MediaType.WEBP: encoded(marked(), "WEBP"),
}


def zipped(member: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, "content")
    return buffer.getvalue()


@pytest.mark.parametrize("media_type", MediaType)
def test_each_type_is_known_by_its_first_bytes(media_type: MediaType) -> None:
    assert sniff(SAMPLES[media_type]) is media_type


def test_every_type_has_an_extension() -> None:
    assert [m.extension for m in MediaType] == [".pdf", ".jpg", ".png", ".tif", ".bmp", ".webp"]


@pytest.mark.parametrize("junk", [b"\xef\xbb\xbf", b"\r\n\r\n", b"x" * 1024])
def test_a_pdf_header_may_follow_some_junk(junk: bytes) -> None:
    assert sniff(junk + SAMPLES[MediaType.PDF]) is MediaType.PDF


def test_a_pdf_header_further_on_is_none() -> None:
    with pytest.raises(UnsupportedType):
        sniff(b"x" * 1025 + SAMPLES[MediaType.PDF])


def test_a_big_endian_tiff_and_a_bigtiff_are_known() -> None:
    assert sniff(b"MM\x00*\x00\x00\x00\x08") is MediaType.TIFF
    assert sniff(b"II+\x00\x08\x00\x00\x00") is MediaType.TIFF


def test_a_file_without_bytes_is_empty() -> None:
    with pytest.raises(EmptyFile):
        sniff(b"")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", "AVIF"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video"),
        (b"GIF89a\x01\x00\x01\x00", "GIF"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00", "JPEG 2000"),
        (b"\xff\x4f\xff\x51\x00", "JPEG 2000"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOC"),
        (zipped("word/document.xml"), "DOCX"),
        (zipped("xl/workbook.xml"), "XLSX"),
        (zipped("anything"), "ZIP"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\n<!DOCTYPE html><html></html>", "HTML"),
        (b"<?xml version='1.0'?><invoice/>", "XML"),
        (b"{\\rtf1 hello}", "RTF"),
        (b"%!PS-Adobe-3.0", "PostScript"),
        ("Привет, это просто текст".encode(), "plain text"),
        (b"\xff\xfeH\x00i\x00", "plain text"),
        (("я" * 3000).encode(), "plain text"),
        (b"BMW and other cars", "plain text"),
        (b"MZ\x90\x00", "program"),
    ],
)
def test_a_known_foreign_format_is_named(data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedType, match=name) as caught:
        sniff(data)
    assert name in caught.value.detail["looks_like"]


def test_an_unknown_format_is_refused_without_a_guess() -> None:
    with pytest.raises(UnsupportedType, match="no known type"):
        sniff(b"\x01\x02\x03\x04 whatever")


def test_text_in_an_old_encoding_is_not_called_anything() -> None:
    with pytest.raises(UnsupportedType, match="no known type"):
        sniff("Привет".encode("cp1251"))
