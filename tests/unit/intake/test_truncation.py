"""A cut is told from other damage by the file's own structure."""

import io

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
