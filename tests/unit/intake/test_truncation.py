"""A cut is told from other damage by the file's own structure."""

import io
import struct
import time

import pytest
from PIL import Image
from sample_files import encoded, noise, pdf, text

from docflow.intake import MediaType
from docflow.intake.truncation import has_pdf_end, is_cut_short, pdf_lost_content

FORMATS = {
    MediaType.JPEG: "JPEG",
    MediaType.PNG: "PNG",
    MediaType.TIFF: "TIFF",
    MediaType.BMP: "BMP",
    MediaType.WEBP: "WEBP",
}


@pytest.mark.parametrize("media_type", FORMATS)
def test_a_whole_file_is_not_cut(media_type: MediaType) -> None:
    assert not is_cut_short(encoded(noise(40, 40), FORMATS[media_type]), media_type)


@pytest.mark.parametrize("media_type", FORMATS)
def test_half_a_file_is_cut(media_type: MediaType) -> None:
    data = encoded(noise(40, 40), FORMATS[media_type])
    assert is_cut_short(data[: len(data) // 2], media_type)


def test_a_cut_bigtiff_is_told() -> None:
    buffer = io.BytesIO()
    Image.new("L", (50, 50)).save(buffer, "TIFF", big_tiff=True)
    data = buffer.getvalue()
    assert not is_cut_short(data, MediaType.TIFF)
    assert is_cut_short(data[:200], MediaType.TIFF)


def test_a_pdf_without_its_tail_has_lost_nothing_but_the_tail() -> None:
    data = pdf(text())
    tail = data.rfind(b"xref\n0")
    assert has_pdf_end(data)
    assert not has_pdf_end(data[:tail])
    assert not pdf_lost_content(data[:tail])


def test_a_pdf_that_ends_inside_an_object_has_lost_content() -> None:
    data = pdf(text(), text())
    assert pdf_lost_content(data[: data.find(b"stream") + 40])


def test_a_linearized_pdf_shorter_than_it_declares_has_lost_content() -> None:
    data = b"%PDF-1.4\n1 0 obj\n<< /Linearized 1 /L 99999 /O 4 >>\nendobj\n" + b"2 0 obj\n<<>>\nendobj\n"
    assert pdf_lost_content(data)
    assert not pdf_lost_content(data.replace(b"99999", b"00050"))


def test_an_object_may_be_announced_over_several_lines() -> None:
    data = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
    assert pdf_lost_content(data + b"12345\r\n0 \t obj\n<<")
    assert not pdf_lost_content(data + b"12345 0 object")


@pytest.mark.parametrize("filling", [b"1", b"1 ", b"1 1 o", b"1" + b" " * 19, b"1 11111 objx"])
def test_a_pdf_without_end_is_looked_through_in_linear_time(filling: bytes) -> None:
    began = time.process_time()
    assert not pdf_lost_content(b"%PDF-1.4\n" + filling * (2_000_000 // len(filling)))
    assert time.process_time() - began < 2


def tiff(*entries: tuple[int, int, int, int], data: bytes) -> bytes:
    """A TIFF of these tags, types, counts and values; `data` starts at byte 8."""
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory


def test_a_tiffs_other_tags_are_not_what_it_is_cut_by() -> None:
    assert not is_cut_short(tiff((40_000, 3, 5000, 8), data=bytes(100)), MediaType.TIFF)
    assert is_cut_short(tiff((273, 3, 5000, 8), data=bytes(100)), MediaType.TIFF)
    assert is_cut_short(tiff((273, 4, 1, 8), (279, 4, 1, 9999), data=bytes(100)), MediaType.TIFF)


def test_a_tiff_of_many_long_tags_is_looked_through_in_little_time() -> None:
    values = 2_000_000
    repeated = [(tag, 3, values, 8) for tag in (40_000, 273, 279, 324, 325) for _ in range(1000)]
    began = time.process_time()
    assert not is_cut_short(tiff(*repeated, data=bytes(2 * values)), MediaType.TIFF)
    assert time.process_time() - began < 2
