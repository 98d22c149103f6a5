"""Image files become pages within the budget; damage has a typed error that says which kind."""

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image
from sample_files import encoded, is_marked, marked, noise, read, read_image

from docflow.errors import (
    CorruptDocument,
    DocumentTimeout,
    IntakeError,
    PageTooLarge,
    TooManyPages,
    TruncatedDocument,
)
from docflow.intake import Deadline, MediaType, open_document
from docflow.settings import IntakeSettings
from docflow.types import PageImage

LOSSY = {"JPEG", "WEBP"}


def tiff(*pages: Image.Image) -> bytes:
    return encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])


def png_that_declares(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + encoded(marked(), "PNG")[33:]
    )


def test_the_content_decides_and_not_the_name() -> None:
    with open_document(encoded(marked(), "JPEG"), limits=IntakeSettings()) as document:
        assert document.media_type is MediaType.JPEG
        assert document.page_count == 1


def test_a_tiff_has_all_its_pages_in_order() -> None:
    pages = read(tiff(*(Image.new("L", (20 + n, 20), 40 * n) for n in range(5))))
    assert [(p.number, p.width) for p in pages] == [(n + 1, 20 + n) for n in range(5)]
    assert [int(p.pixels[0, 0]) for p in pages if isinstance(p, PageImage)] == [0, 40, 80, 120, 160]


@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_taken(image_format: str) -> None:
    frames = [marked().convert("RGB"), Image.new("RGB", (60, 40), "blue")]
    page = read_image(encoded(frames[0], image_format, save_all=True, append_images=frames[1:], lossless=True))
    assert is_marked(page.pixels)


def test_more_pages_than_allowed_are_refused_at_opening() -> None:
    data = tiff(*[marked()] * 4)
    assert len(read(data, max_pages=4)) == 4
    with pytest.raises(TooManyPages, match="more than 3"):
        open_document(data, limits=IntakeSettings(max_pages=3))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
def test_a_page_over_the_budget_is_decoded_smaller(image_format: str) -> None:
    page = read_image(encoded(marked(600, 400).convert("RGB"), image_format), max_pixels=15_000)
    assert (page.width, page.height, page.scale) == (150, 100, 0.25)
    assert is_marked(page.pixels, tolerance=60)


def test_the_resolution_shrinks_with_the_page() -> None:
    assert read_image(encoded(marked(600, 400), "PNG", dpi=(300, 300)), max_pixels=60_000).dpi == pytest.approx(
        150, 0.01
    )


def test_a_bomb_is_refused_by_its_header() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(PageTooLarge):
            open_document(png_that_declares(60_000, 60_000), limits=IntakeSettings())
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_pillow_lets_through_what_our_own_limit_allows() -> None:
    # 190 megapixels: more than twice the 89 at which Pillow warns, 178 at which it refuses by itself.
    page = read_image(encoded(Image.new("1", (19_000, 10_000), 1), "PNG"), max_pixels=100_000)
    assert page.width * page.height <= 100_000
    assert page.pixels.min() == 255


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
def test_a_file_cut_in_the_middle_is_refused_as_truncated(image_format: str, share: float) -> None:
    data = encoded(noise(120, 90), image_format)
    with pytest.raises(TruncatedDocument):
        read(data[: int(len(data) * share)])


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
def test_a_lying_file_is_refused_as_corrupt_or_truncated(image_format: str) -> None:
    head = encoded(marked(), image_format)[:18]
    garbage = np.random.default_rng(3).integers(0, 256, 4000, np.uint8).tobytes()
    with pytest.raises((CorruptDocument, TruncatedDocument)):
        read(head + garbage)


def test_a_png_signature_before_garbage_is_corrupt() -> None:
    with pytest.raises(CorruptDocument):
        read(b"\x89PNG\r\n\x1a\n" + b"\x00\x01garbage, and more of it" * 50)


def test_a_broken_page_fails_when_its_turn_comes() -> None:
    pages = [noise(50, 50, seed=n) for n in range(3)]
    data = bytearray(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate"))
    # The second page's pixels: after the first page's, well within the stream.
    start = data.find(b"\x78", len(data) // 3 + 200)
    data[start : start + 2000] = b"\xff" * 2000
    with open_document(bytes(data), limits=IntakeSettings()) as document:
        reading = document.pages(Deadline(30))
        next(reading)
        with pytest.raises(IntakeError, match=r"page [23]"):
            list(reading)


def test_an_overdue_document_is_not_decoded() -> None:
    with open_document(encoded(marked(), "PNG"), limits=IntakeSettings()) as document, pytest.raises(DocumentTimeout):
        next(document.pages(Deadline(0)))


def test_the_pages_of_a_tiff_are_not_held_together() -> None:
    data = tiff(*[Image.new("L", (1000, 1000), 200)] * 20)
    tracemalloc.start()
    try:
        with open_document(data, limits=IntakeSettings()) as document:
            for page in document.pages(Deadline(60)):
                assert page.width == 1000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * 1000 * 1000
