"""Tesseract finds lines without reading them, and reads line crops of any shape."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from drawn_pages import blank, generated, image_of, lines_of, write

from docflow.errors import EngineUnavailable, LanguageMissing, RecognitionFailed
from docflow.ocr.languages import tessdata_dir
from docflow.ocr.tesserocr import MOST_SIDE, TesserocrEngine
from docflow.settings import OcrSettings

TEXTS = ("Invoice number", "Amount due today", "Thank you")


def crop_saying(text: str, *, height: int = 48) -> np.ndarray:
    crop = blank(48, 40 + 20 * len(text))
    write(crop, text, x=10, y=34)
    return np.repeat(np.repeat(crop, height // 48, axis=0), height // 48, axis=1)


def test_lines_are_found_from_top_to_bottom_around_their_ink(tesseract: TesserocrEngine) -> None:
    page = lines_of(*TEXTS)
    boxes = tesseract.detect(image_of(page), timeout=10)
    assert len(boxes) == len(TEXTS)
    assert [box.y0 for box in boxes] == sorted(box.y0 for box in boxes)
    for row, box in enumerate(boxes):
        ys, xs = np.nonzero(page[30 + 60 * row : 80 + 60 * row] < 128)
        found = (box.x0, box.y0, box.x1, box.y1)
        assert found == pytest.approx((xs.min(), 30 + 60 * row + ys.min(), xs.max(), 30 + 60 * row + ys.max()), abs=4)


def test_boxes_are_in_the_pixels_of_the_page_whatever_its_resolution(tesseract: TesserocrEngine) -> None:
    small, large = (tesseract.layout(generated("letter", "eng", dpi=dpi)) for dpi in (150, 300))
    assert small.line_height
    assert large.line_height == pytest.approx(2 * small.line_height, rel=0.2)


def test_a_page_without_lines_has_no_line_height(tesseract: TesserocrEngine) -> None:
    layout = tesseract.layout(blank())
    assert (layout.boxes, layout.line_height) == ((), None)


def test_each_crop_gets_its_own_line_in_order(tesseract: TesserocrEngine) -> None:
    read = tesseract.recognise([crop_saying(text) for text in TEXTS], languages="eng", timeout=20)
    assert [" ".join(word.text for word in line) for line in read] == list(TEXTS)


@pytest.mark.parametrize("height", [48, 144])
def test_words_of_a_crop_lie_in_their_share_of_its_width(tesseract: TesserocrEngine, height: int) -> None:
    crop = crop_saying("Amount due", height=height)
    ((first, second),) = tesseract.recognise([crop], languages="eng", timeout=20)
    xs = np.nonzero((crop < 128).any(axis=0))[0] / crop.shape[1]
    assert first.start == pytest.approx(xs.min(), abs=0.03)
    assert second.end == pytest.approx(xs.max(), abs=0.03)
    assert first.end < second.start


CROPS = {
    "one pixel": blank(1, 1),
    "one pixel high": blank(1, 5000),
    "one pixel wide": blank(5000, 1),
    "three pixels high": blank(3, 2000),
    "no pixels": blank(0, 40),
    "no pixels, in colours": np.zeros((40, 0, 3), np.uint8),
    "white": blank(48, 300),
    "white and long": blank(48, 4000),
    "black": np.zeros((48, 300), np.uint8),
    "small noise": np.random.default_rng(1).integers(0, 256, (6, 9), dtype=np.uint8),
}


@pytest.mark.parametrize("shape", CROPS)
def test_every_crop_gets_one_line_of_words_within_it(tesseract: TesserocrEngine, shape: str) -> None:
    before, odd, after = tesseract.recognise(
        [crop_saying("Total"), CROPS[shape], crop_saying("Cash")], languages="eng", timeout=20
    )
    assert (before[0].text, after[0].text) == ("Total", "Cash")
    assert all(0 <= word.start <= word.end <= 1 for word in odd)


def test_no_crops_have_no_lines(tesseract: TesserocrEngine) -> None:
    assert tesseract.recognise([], languages="eng", timeout=1) == []


def test_crops_in_colours_are_read_as_grey_ones_are(tesseract: TesserocrEngine) -> None:
    crop = crop_saying("Receipt")
    coloured, plain = tesseract.recognise([np.dstack([crop] * 3), crop], languages="eng", timeout=20)
    assert coloured == plain


def test_all_crops_share_the_time(tesseract: TesserocrEngine) -> None:
    with pytest.raises(RecognitionFailed, match="within"):
        tesseract.recognise([crop_saying("many words stand here in this line")] * 200, languages="eng", timeout=0.2)


def test_a_crop_that_is_too_long_is_not_said_to_take_too_long(tesseract: TesserocrEngine) -> None:
    with pytest.raises(RecognitionFailed, match="too long for Tesseract"):
        tesseract.recognise([blank(36, MOST_SIDE + 1)], languages="eng", timeout=20)


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (5, 3000), (1, 1)])
def test_a_page_that_is_too_slim_for_text_has_none(tesseract: TesserocrEngine, shape: tuple[int, int]) -> None:
    assert tesseract.read_page(image_of(blank(*shape)), languages="eng", timeout=10).lines == ()


@pytest.mark.parametrize("shape", [(1, 5000), (2, 30_000), (5000, 1)])
def test_noise_that_is_too_slim_for_text_has_no_lines(tesseract: TesserocrEngine, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    assert tesseract.detect(image_of(noise), timeout=10) == ()


def test_a_thread_that_ends_leaves_the_engine_to_others(tesseract: TesserocrEngine) -> None:
    read = []
    for _ in range(2):
        thread = threading.Thread(
            target=lambda: read.extend(tesseract.recognise([crop_saying("Total")], languages="eng", timeout=20))
        )
        thread.start()
        thread.join(30)
    assert [line[0].text for line in read] == ["Total", "Total"]


@pytest.fixture(scope="module")
def one_damaged(tmp_path_factory: pytest.TempPathFactory) -> TesserocrEngine:
    """An engine whose German, the first of its languages by name, is what Git LFS leaves in a file's place."""
    folder = tmp_path_factory.mktemp("tessdata")
    for code in ("eng", "rus"):
        shutil.copy(tessdata_dir(OcrSettings()) / f"{code}.traineddata", folder)
    (folder / "deu.traineddata").write_text("version https://git-lfs.github.com/spec/v1\n")
    return TesserocrEngine(OcrSettings(tessdata_dir=folder))


def test_a_damaged_language_leaves_pages_in_others_alone(one_damaged: TesserocrEngine) -> None:
    image = image_of(lines_of(*TEXTS))
    assert len(one_damaged.detect(image, timeout=10)) == len(TEXTS)
    assert one_damaged.read_page(image, languages="eng", timeout=20).text.splitlines() == list(TEXTS)


@pytest.mark.parametrize("languages", ["deu", "deu+eng", "eng+rus+deu"])
def test_a_damaged_language_is_named_alone_or_among_others(one_damaged: TesserocrEngine, languages: str) -> None:
    with pytest.raises(LanguageMissing) as caught:
        one_damaged.read_page(image_of(lines_of(*TEXTS)), languages=languages, timeout=20)
    assert "deu.traineddata" in caught.value.message
    assert caught.value.detail["unreadable"] == ["deu"]
    assert "tesseract-ocr-deu" in caught.value.next_step


def test_a_folder_with_no_language_is_refused_when_the_engine_is_opened(tmp_path: Path) -> None:
    (tmp_path / "osd.traineddata").touch()
    with pytest.raises(EngineUnavailable, match="no language data"):
        TesserocrEngine(OcrSettings(tessdata_dir=tmp_path))
