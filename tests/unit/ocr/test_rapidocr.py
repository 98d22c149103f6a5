"""RapidOCR finds and reads lines in Latin script, with a recogniser that is narrowed to it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from drawn_pages import blank, generated, image_of, lines_of, write

from docflow.errors import LanguageMissing, RecognitionFailed
from docflow.ocr.engine import ReadWord
from docflow.ocr.rapidocr import RapidOcrEngine, Recogniser, crop_of, is_latin, line_at, lines_in_rows
from docflow.types import Box, Line, PageText, Word

TEXTS = ("Invoice number 2041", "Amount due 1250.00", "Thank you")


@pytest.fixture(scope="module")
def receipt(rapid: RapidOcrEngine) -> PageText:
    return rapid.read_page(image_of(generated("receipt", "eng")), languages="eng", timeout=60)


def text_at(text: str, x0: float, y0: float, x1: float, y1: float) -> Line:
    return Line((Word(text, Box(x0, y0, x1, y1), 1.0),))


def test_boxes_are_on_the_page_and_no_word_is_empty(receipt: PageText) -> None:
    assert len(receipt.words) > 20
    for word in receipt.words:
        assert word.text.strip()
        assert 0 <= word.box.x0 < word.box.x1 <= receipt.width
        assert 0 <= word.box.y0 < word.box.y1 <= receipt.height
        assert 0 <= word.confidence <= 1


def test_ink_at_the_very_edge_is_boxed_within_the_page(rapid: RapidOcrEngine) -> None:
    page = lines_of("Total amount due")
    rows, columns = np.nonzero(page < 128)
    cut = np.ascontiguousarray(page[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
    for box in rapid.detect(image_of(cut), timeout=20):
        assert 0 <= box.x0 < box.x1 <= cut.shape[1]
        assert 0 <= box.y0 < box.y1 <= cut.shape[0]


def test_lines_are_found_in_reading_order_and_each_is_read(rapid: RapidOcrEngine) -> None:
    page = lines_of(*TEXTS)
    boxes = rapid.detect(image_of(page), timeout=20)
    assert [box.y0 for box in boxes] == sorted(box.y0 for box in boxes)
    read = rapid.recognise([crop_of(page, box) for box in boxes], languages="eng", timeout=20)
    assert [" ".join(word.text for word in line) for line in read] == list(TEXTS)


def test_what_stands_side_by_side_is_one_line_from_left_to_right(rapid: RapidOcrEngine) -> None:
    page = blank(260, 1000)
    for row, (left, right) in enumerate(
        [("Bill to", "Ship to"), ("North Street", "South Road"), ("London", "Bristol")]
    ):
        write(page, left, x=40, y=60 + 70 * row)
        write(page, right, x=640, y=64 + 70 * row)
    read = rapid.read_page(image_of(page), languages="eng", timeout=20)
    assert read.text.splitlines() == ["Bill to Ship to", "North Street South Road", "London Bristol"]


def test_lines_that_overlap_or_are_lower_are_lines_of_their_own() -> None:
    left, right = text_at("left", 0, 0, 40, 20), text_at("right", 60, 4, 100, 24)
    below, above = text_at("below", 0, 30, 40, 50), text_at("above", 70, -30, 100, -10)
    touching = text_at("touching", 20, 2, 60, 22)
    assert [line.text for line in lines_in_rows([below, right, above, left])] == ["above", "left right", "below"]
    assert [line.text for line in lines_in_rows([left, touching])] == ["left", "touching"]


def test_words_lie_in_their_share_of_the_box() -> None:
    line = line_at(Box(100, 10, 300, 30), (ReadWord("a", 0.0, 0.25, 0.9), ReadWord("b", 0.5, 1.0, 0.8)))
    assert [word.box for word in line.words] == [Box(100, 10, 150, 30), Box(200, 10, 300, 30)]


def test_lines_in_faint_ink_are_found_as_those_in_black_are(rapid: RapidOcrEngine) -> None:
    page = generated("invoice", "rus")
    faint = np.asarray(195 + page * (35 / 255), np.uint8)
    in_black, in_grey = (len(rapid.detect(image_of(pixels), timeout=20)) for pixels in (page, faint))
    assert in_grey == pytest.approx(in_black, rel=0.15)


def test_the_grain_of_bare_paper_has_no_lines(rapid: RapidOcrEngine) -> None:
    grain = np.random.default_rng(5).normal(220, 6, (1200, 900)).clip(0, 255).astype(np.uint8)
    assert rapid.detect(image_of(grain), timeout=20) == ()


@pytest.mark.parametrize("picture", ["white", "black", "gradient", "noise"])
def test_a_picture_without_text_has_no_lines(rapid: RapidOcrEngine, picture: str) -> None:
    pixels = {
        "white": blank(),
        "black": np.zeros((400, 600), np.uint8),
        "gradient": np.tile(np.linspace(0, 255, 600).astype(np.uint8), (400, 1)),
        "noise": np.random.default_rng(1).integers(0, 256, (400, 600), dtype=np.uint8),
    }[picture]
    assert rapid.read_page(image_of(pixels), languages="eng", timeout=20).lines == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 5), (3, 2000)])
def test_a_page_of_any_shape_is_looked_at(rapid: RapidOcrEngine, shape: tuple[int, int]) -> None:
    assert rapid.read_page(image_of(blank(*shape)), languages="eng", timeout=20).lines == ()


@pytest.mark.parametrize("shape", [(1, 5000), (6000, 3), (7, 6000, 3), (20_000, 1)])
def test_the_slimmest_page_is_looked_at_smaller(rapid: RapidOcrEngine, shape: tuple[int, ...]) -> None:
    assert rapid.detect(image_of(np.full(shape, 255, np.uint8)), timeout=20, side=800) == ()


def test_boxes_found_on_a_smaller_picture_are_within_the_page(rapid: RapidOcrEngine) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2, 6000, 3), dtype=np.uint8)
    boxes = rapid.detect(image_of(noise), timeout=20, side=300)
    assert boxes
    assert all(box.x1 <= 6000 and box.y1 <= 2 for box in boxes)


def test_a_long_strip_is_read(rapid: RapidOcrEngine) -> None:
    strip = blank(40, 2400)
    write(strip, "Total amount due", x=20, y=28)
    assert rapid.read_page(image_of(strip), languages="eng", timeout=20).text == "Total amount due"


CROPS = [blank(0, 40), blank(1, 1), blank(1, 5000), blank(5000, 1), blank(48, 4000), np.zeros((0, 0, 3), np.uint8)]


def test_every_crop_gets_one_line(rapid: RapidOcrEngine) -> None:
    assert rapid.recognise(CROPS, languages="eng", timeout=20) == [()] * len(CROPS)


def test_the_narrowed_recogniser_reads_what_the_whole_one_reads(
    rapid: RapidOcrEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrowed = Recogniser()
    monkeypatch.setattr("docflow.ocr.rapidocr.is_latin", lambda symbol: True)
    whole = Recogniser()
    page = generated("invoice", "eng")
    crops = [crop_of(page, box) for box in rapid.detect(image_of(page), timeout=30)[:20:2]]

    def read(recogniser: Recogniser) -> list[list[str]]:
        return [[word.text for word in recogniser.read(crop, languages="eng")] for crop in crops]

    assert read(narrowed) == read(whole)
    assert sum(map(len, read(narrowed))) > 10


@pytest.mark.parametrize(
    ("symbol", "kept"), [("a", True), ("é", True), ("€", True), ("№", True), ("Ж", False), ("中", False)]
)
def test_latin_symbols_are_kept(symbol: str, kept: bool) -> None:
    assert is_latin(symbol) is kept


def test_grey_pages_are_read_as_coloured_ones_are(rapid: RapidOcrEngine) -> None:
    page = lines_of(*TEXTS)
    plain, coloured = (
        rapid.read_page(image_of(pixels), languages="eng", timeout=20) for pixels in (page, np.dstack([page] * 3))
    )
    assert plain.lines == coloured.lines
    assert plain.text.splitlines() == list(TEXTS)


def test_the_detector_keeps_to_its_time(rapid: RapidOcrEngine) -> None:
    with pytest.raises(RecognitionFailed, match="within"):
        rapid.detect(image_of(lines_of(*TEXTS)), timeout=0.001)


def test_the_recogniser_keeps_to_its_time(rapid: RapidOcrEngine) -> None:
    with pytest.raises(RecognitionFailed, match="within") as caught:
        rapid.recognise([lines_of("Total")] * 200, languages="eng", timeout=0.05)
    assert "ocr.page_seconds" in caught.value.next_step


def test_a_language_in_another_script_is_refused_before_anything_is_read(rapid: RapidOcrEngine) -> None:
    for languages in ("rus", "eng+rus", "chi_sim"):
        with pytest.raises(LanguageMissing):
            rapid.recognise([], languages=languages, timeout=1)


def test_threads_read_pages_of_different_sizes_side_by_side(rapid: RapidOcrEngine) -> None:
    pages = [lines_of(*TEXTS[: 1 + i % 3], width=700 + 150 * i) for i in range(6)]
    with ThreadPoolExecutor(3) as pool:
        read = pool.map(lambda page: rapid.read_page(image_of(page), languages="eng", timeout=60).text, pages)
    assert [text.splitlines() for text in read] == [list(TEXTS[: 1 + i % 3]) for i in range(6)]
