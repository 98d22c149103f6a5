"""The searchable PDF, read by poppler and by PDFium: every word is found, where its ink is."""

from __future__ import annotations

import contextlib
import io
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages_case import POINTS_PER_PIXEL, page_text, pdf_words, pdftotext, scan, texts, two_words
from PIL import Image

from docflow.errors import CorruptDocument, EncryptedDocument
from docflow.intake import Deadline, open_document
from docflow.intake.pdfium import PdfiumFile, frame_of
from docflow.intake.text_layer import read_text_layer
from docflow.outputs.pdf import pdf_of_images, pdf_of_pdf
from docflow.settings import IntakeSettings
from docflow.synth import generate, render_pdf
from docflow.types import Box, Line, PageImage, PageText, TextSource, Word

LETTER = PageImage(1, np.full((400, 800, 3), 200, np.uint8), dpi=100)


def image_file(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, kind, **options)
    return written.getvalue()


def only_image(pdf: pikepdf.Pdf) -> pikepdf.Object:
    (image,) = pdf.pages[0].resources.XObject.as_dict().values()
    return image


def rendered(data: bytes, *, dpi: float) -> np.ndarray:
    with pypdfium2.PdfDocument(data) as pdf:
        return pdf[0].render(scale=dpi / 72).to_numpy()[:, :, :3].copy()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270, 3, -3, 93])
@pytest.mark.parametrize("language", ["eng", "rus"])
def test_poppler_finds_every_word_where_it_stands(language: str, rotation: float, tmp_path: Path) -> None:
    text, image = scan(language, rotation=rotation)
    found = pdf_words(pdf_of_images([text], [image]), tmp_path)
    assert Counter(word.text for word in text.words) == Counter(word for word, _ in found)
    for word in text.words:
        ink = tuple(side * POINTS_PER_PIXEL for side in (word.box.x0, word.box.y0, word.box.x1, word.box.y1))
        nearest = min(
            max(abs(a - b) for a, b in zip(ink, place, strict=True)) for other, place in found if other == word.text
        )
        # A line's words are as high as most of them, and poppler takes slanted ones for upright.
        assert nearest < 8, word


@pytest.mark.parametrize("rotation", [0, 90, 3])
def test_the_text_is_written_in_the_pages_order(rotation: float, tmp_path: Path) -> None:
    text, image = scan("eng", rotation=rotation)
    read = pdftotext(pdf_of_images([text], [image]), tmp_path, "-raw").split()
    assert read == [word.text for word in text.words]


@pytest.mark.parametrize("rotation", [0, 90, 3])
def test_pdfium_finds_every_word_too(rotation: float) -> None:
    text, image = scan("rus", rotation=rotation)
    with pypdfium2.PdfDocument(pdf_of_images([text], [image])) as pdf:
        read = pdf[0].get_textpage().get_text_range()
    assert Counter(read.split()) == Counter(word.text for word in text.words)


@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.parametrize("gap", [-10, 0, 1, 4])
def test_words_whose_boxes_touch_are_read_as_two(gap: float, rotation: float, tmp_path: Path) -> None:
    def box(start: float, end: float, height: float) -> Box:
        return Box(start, 100, end, 100 + height) if rotation == 0 else Box(100, 700 - end, 100 + height, 700 - start)

    words = [Word("touching", box(100, 300, 40), 1), Word("words", box(300 + gap, 420, 40), 1)]
    # An engine draws a box much too high now and then.
    words.append(Word("apart", box(440, 560, 90), 1))
    text = page_text([Line(tuple(words))], width=800, height=800, rotation=rotation)
    made = pdf_of_images([text], [PageImage(1, np.full((800, 800), 255, np.uint8), dpi=100)])
    for options in ([], ["-raw"]):
        assert pdftotext(made, tmp_path, *options).split() == ["touching", "words", "apart"]


def test_the_text_leaves_no_ink_and_the_page_keeps_its_size() -> None:
    text, image = scan("rus")
    with_text = rendered(pdf_of_images([text], [image]), dpi=100)
    without = rendered(pdf_of_images([replace(text, lines=())], [image]), dpi=100)
    assert np.array_equal(with_text, without)
    assert with_text.shape[0] == pytest.approx(image.height / 2, abs=1)
    assert with_text.shape[1] == pytest.approx(image.width / 2, abs=1)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_jpegs_own_bytes_are_kept_and_shown_upright(orientation: int, tmp_path: Path) -> None:
    text, image = scan("eng")
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = np.rot90(image.pixels, {1: 0, 3: 2, 6: 1, 8: 3}[orientation])
    jpeg = image_file(np.ascontiguousarray(turned), "JPEG", exif=exif, dpi=(200, 200), quality=90)
    with open_document(jpeg, limits=IntakeSettings()) as opened:
        (seen,) = opened.pages(Deadline(60))
    assert isinstance(seen, PageImage)
    made = pdf_of_images([text], [seen], jpeg=jpeg)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert only_image(pdf).read_raw_bytes() == jpeg
    shown = rendered(made, dpi=200)
    assert shown.shape == seen.pixels.shape
    assert np.abs(shown.astype(int) - seen.pixels.astype(int)).mean() < 3
    assert Counter(pdftotext(made, tmp_path).split()) == Counter(word.text for word in text.words)
    ((_, first),) = [found for found in pdf_words(made, tmp_path) if found[0] == text.words[0].text][:1]
    assert first[0] == pytest.approx(text.words[0].box.x0 * POINTS_PER_PIXEL, abs=3)


@pytest.mark.parametrize("mode", ["CMYK", "mirrored"])
def test_a_jpeg_that_pdf_would_show_otherwise_is_encoded_anew(mode: str) -> None:
    text, image = scan("eng")
    exif = Image.Exif()
    exif[0x0112] = 2 if mode == "mirrored" else 1
    written = io.BytesIO()
    Image.fromarray(image.pixels).convert("CMYK" if mode == "CMYK" else "RGB").save(written, "JPEG", exif=exif)
    made = pdf_of_images([text], [image], jpeg=written.getvalue())
    assert np.abs(rendered(made, dpi=200).astype(int) - image.pixels.astype(int)).mean() < 3


def test_black_and_white_pages_become_group_4_and_lose_nothing() -> None:
    text, image = scan("eng")
    bilevel = np.where(image.pixels[:, :, 0] > 128, 255, 0).astype(np.uint8)
    made = pdf_of_images([text], [PageImage(1, bilevel, dpi=200)])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(only_image(pdf).Filter[0]) == "/CCITTFaxDecode"
    assert len(made) < 60_000
    shown = rendered(made, dpi=200)
    assert (np.abs(shown[:, :, 0].astype(int) - bilevel.astype(int)) > 128).mean() < 0.001


def test_grey_pages_stay_grey() -> None:
    text, image = scan("eng")
    made = pdf_of_images([text], [PageImage(1, image.pixels[:, :, 1].copy(), dpi=200)])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(only_image(pdf).Filter[0]) == "/DCTDecode"
        assert str(only_image(pdf).ColorSpace) == "/DeviceGray"


def test_a_page_that_names_no_resolution_becomes_as_long_as_a_sheet() -> None:
    made = pdf_of_images([two_words()], [replace(LETTER, dpi=None)])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert float(pdf.pages[0].mediabox[2]) == pytest.approx(842, abs=1)  # type: ignore[index]


def test_several_pages_share_one_font_and_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    pages = [replace(two_words(), number=number) for number in (1, 2, 3)]
    images = [replace(LETTER, number=number) for number in (1, 2, 3)]
    made = pdf_of_images(pages, iter(images))
    assert made == pdf_of_images(pages, iter(images))
    assert pdftotext(made, tmp_path).split() == ["sure", "unsure"] * 3
    with pikepdf.open(io.BytesIO(made)) as pdf:
        fonts = {font.objgen for page in pdf.pages for font in page.resources.Font.as_dict().values()}
    assert len(fonts) == 1


def test_astral_characters_and_controls_do_no_harm(tmp_path: Path) -> None:
    line = Line((Word("😀№", Box(100, 100, 300, 160), 1), Word("a\x00\ud800b)", Box(340, 100, 560, 160), 1)))
    read = pdftotext(pdf_of_images([page_text([line], width=800, height=400)], [LETTER]), tmp_path)
    assert read.split() == ["😀№", "a\ufffd\ufffdb)"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts())
def test_whatever_words_say_and_wherever_they_lie_the_file_is_sound(text: PageText) -> None:
    with pikepdf.open(io.BytesIO(pdf_of_images([text], [LETTER]))) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert sum(str(operator) == "BT" for _, operator in pikepdf.parse_content_stream(pdf.pages[0])) <= 1


def test_of_the_images_one_at_a_time_is_held() -> None:
    given: list[weakref.ref[np.ndarray]] = []

    def image() -> PageImage:
        pixels = np.full((400, 800), 200, np.uint8)
        given.append(weakref.ref(pixels))
        return PageImage(len(given), pixels, dpi=100)

    def images() -> Iterator[PageImage]:
        for _ in range(3):
            assert [held() for held in given if held() is not None] == []
            yield image()

    assert pdf_of_images([replace(two_words(), number=number) for number in (1, 2, 3)], images())
    assert len(given) == 3


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90, 450])
@pytest.mark.parametrize("cropped", [False, True])
def test_a_recognised_page_of_a_pdf_keeps_its_content_and_gets_its_words(turn: int, cropped: bool) -> None:
    _, image = scan("eng")
    original = scanned_pdf(image, turn=turn, cropped=cropped)
    width, height = (image.height, image.width) if turn % 180 else (image.width, image.height)
    line = Line((Word("left", Box(200, 300, 320, 340), 0.9), Word("lower", Box(900, 1500, 1050, 1540), 0.9)))
    seen = page_text([line], width=width - 100 * cropped, height=height - 100 * cropped)
    made = pdf_of_pdf([seen], original)
    assert np.array_equal(rendered(made, dpi=100), rendered(original, dpi=100))
    file = PdfiumFile(made, deadline=Deadline(60))
    with file.page(1, deadline=Deadline(60)) as page:
        read = [word for run in read_text_layer(page, frame_of(page, dpi=200)).runs for word in run]
    file.close()
    assert {word.text for word in read} == {"left", "lower"}
    for word, truth in zip(sorted(read, key=lambda w: w.text), line.words, strict=True):
        assert (word.box.x0, word.box.x1) == pytest.approx((truth.box.x0, truth.box.x1), abs=3)
        assert truth.box.y0 - 3 < (word.box.y0 + word.box.y1) / 2 < truth.box.y1 + 3


def scanned_pdf(image: PageImage, *, turn: int, cropped: bool) -> bytes:
    """A PDF as a scanner makes it; the visible part begins 50 pixels from each edge where it is cropped."""
    written = io.BytesIO()
    Image.fromarray(image.pixels).save(written, "PDF", resolution=200)
    with pikepdf.open(written) as pdf:
        page = pdf.pages[0]
        page.obj.Rotate = turn
        if cropped:
            right, top = float(page.mediabox[2]), float(page.mediabox[3])  # type: ignore[index]
            page.obj.CropBox = pikepdf.Array([18, 18, right - 18, top - 18])
        again = io.BytesIO()
        pdf.save(again)
    return again.getvalue()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=4)), min_size=1, max_size=30))
def test_a_damaged_pdf_is_written_again_or_told_as_damaged(damage: list[tuple[int, bytes]]) -> None:
    data = bytearray(scanned_pdf(PageImage(1, np.full((40, 80, 3), 200, np.uint8), dpi=100), turn=90, cropped=False))
    for place, junk in damage:
        start = place % len(data)
        data[start : start + len(junk)] = junk
    # Any other error, or a crash, fails the test.
    with contextlib.suppress(CorruptDocument):
        assert pdf_of_pdf([two_words()], bytes(data)).startswith(b"%PDF")


@pytest.mark.parametrize("fonts", [pikepdf.Array([]), pikepdf.Name.F1, 7])
def test_a_page_whose_fonts_are_no_dictionary_gets_its_words(fonts: object, tmp_path: Path) -> None:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(scanned_pdf(LETTER, turn=0, cropped=False))) as pdf:
        pdf.pages[0].resources.Font = fonts
        pdf.save(written)
    made = pdf_of_pdf([two_words()], written.getvalue())
    assert pdftotext(made, tmp_path).split() == ["sure", "unsure"]
    assert np.array_equal(rendered(made, dpi=72), rendered(written.getvalue(), dpi=72))


def test_a_pdf_with_text_only_is_returned_as_it_is() -> None:
    original = render_pdf(generate("letter", "eng", seed=1))
    text = replace(two_words(), source=TextSource.TEXT_LAYER)
    assert pdf_of_pdf([text], original) is original


def test_of_a_mixed_pdf_only_the_recognised_page_changes(tmp_path: Path) -> None:
    written = io.BytesIO()
    with pikepdf.new() as pdf:
        for part in (render_pdf(generate("letter", "eng", seed=1)), scanned_pdf(LETTER, turn=0, cropped=False)):
            with pikepdf.open(io.BytesIO(part)) as source:
                pdf.pages.extend(source.pages)
        pdf.save(written)
        scanned = len(pdf.pages)
    born = [replace(two_words(), number=number, source=TextSource.TEXT_LAYER) for number in range(1, scanned)]
    made = pdf_of_pdf([*born, replace(two_words(), number=scanned)], written.getvalue())
    before, after = (pdftotext(data, tmp_path).split("\f") for data in (written.getvalue(), made))
    assert after[: scanned - 1] == before[: scanned - 1]
    assert before[scanned - 1].split() == []
    assert after[scanned - 1].split() == ["sure", "unsure"]


def test_a_pdf_that_is_shown_without_its_password_and_not_written_is_told_as_encrypted() -> None:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(scanned_pdf(LETTER, turn=0, cropped=False))) as pdf:
        pdf.save(written, encryption=pikepdf.Encryption(owner="secret", user="secret"))
    with pytest.raises(EncryptedDocument, match="not be written again"):
        pdf_of_pdf([two_words()], written.getvalue())


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\nnothing follows", b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 7>>\nendobj\n%%EOF"]
)
def test_a_pdf_that_cannot_be_written_again_is_told_as_damaged(data: bytes) -> None:
    with pytest.raises(CorruptDocument, match="too damaged"):
        pdf_of_pdf([two_words()], data)
