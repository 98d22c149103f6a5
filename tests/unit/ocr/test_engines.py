"""Both ways to Tesseract read a real page, give the same type of result, and fail with typed errors."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import cv2
import numpy as np
import pytest

from docflow.errors import EngineUnavailable, LanguageMissing, RecognitionFailed, SettingsError
from docflow.ocr import ENGINES, OcrEngine, easyocr, engine_statuses, open_engine
from docflow.ocr.engines import EFFORTS
from docflow.ocr.recogniser.files import CARD, shipped_folder
from docflow.settings import OcrSettings
from docflow.types import PageImage, TextSource


def page_saying(*lines: str, rgb: bool = False) -> PageImage:
    pixels = np.full((80 + 70 * len(lines), 900), 255, np.uint8)
    for index, line in enumerate(lines):
        cv2.putText(pixels, line, (40, 80 + 70 * index), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, 3, cv2.LINE_AA)
    return PageImage(1, np.dstack([pixels] * 3) if rgb else pixels, dpi=200)


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> OcrEngine:
    if request.param == "easyocr" and not easyocr.installed():
        pytest.skip("easyocr is not installed: `uv pip install 'docflow[easyocr]'`")
    if request.param == "compact" and not (shipped_folder() / CARD).is_file():
        pytest.skip("no trained recogniser ships: make one with `python -m flows.train_recognizer`")
    return open_engine(OcrSettings(), name=request.param)


@pytest.mark.parametrize("rgb", [False, True])
def test_a_page_is_read_into_lines_of_words(engine: OcrEngine, rgb: bool) -> None:
    page = engine.read_page(page_saying("Invoice total", "Amount 1250", rgb=rgb), languages="eng", timeout=30)
    assert page.text.splitlines() == ["Invoice total", "Amount 1250"]
    assert (page.source, page.languages) == (TextSource.OCR, "eng")
    assert page.engine == engine.name or engine.name in EFFORTS
    assert page.confidence is not None
    assert page.confidence > 0.8


def test_boxes_lie_on_the_ink(engine: OcrEngine) -> None:
    image = page_saying("Invoice")
    (word,) = engine.read_page(image, languages="eng", timeout=30).words
    rows, columns = np.nonzero(image.pixels < 128)
    # RapidOCR alone leaves a margin of a quarter of the line's height, and is not drawn in to the ink.
    margin = 10 if engine.name == "rapidocr" else 6
    assert abs(word.box.x0 - columns.min()) < margin
    assert abs(word.box.x1 - columns.max()) < margin
    assert abs(word.box.y0 - rows.min()) < margin
    assert abs(word.box.y1 - rows.max()) < margin


def test_an_empty_page_has_no_words_and_no_confidence(engine: OcrEngine) -> None:
    page = engine.read_page(PageImage(1, np.full((300, 300), 255, np.uint8)), languages="eng", timeout=30)
    assert page.words == ()
    assert page.confidence is None


@pytest.mark.parametrize("shape", [(1, 5000), (6000, 3), (20_000, 1), (2, 3000, 3)])
def test_the_slimmest_page_has_no_words_or_a_typed_error(engine: OcrEngine, shape: tuple[int, ...]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    with suppress(RecognitionFailed):
        assert engine.read_page(PageImage(1, noise), languages="eng", timeout=30).words == ()


def test_a_page_that_takes_too_long_is_given_up(engine: OcrEngine) -> None:
    crowded = page_saying(*["many words stand here in this line"] * 40)
    with pytest.raises(RecognitionFailed, match="within"):
        engine.read_page(crowded, languages="eng", timeout=0.01)


def test_after_a_failure_the_engine_reads_on(engine: OcrEngine) -> None:
    with pytest.raises(RecognitionFailed):
        engine.read_page(page_saying(*["many words stand here"] * 40), languages="eng", timeout=0.01)
    assert engine.read_page(page_saying("Receipt"), languages="eng", timeout=30).text == "Receipt"


def test_threads_read_side_by_side(engine: OcrEngine) -> None:
    words = ["Alpha", "Bravo", "Delta", "Hotel", "Lima", "Mike"]
    with ThreadPoolExecutor(3) as pool:
        read = list(pool.map(lambda w: engine.read_page(page_saying(w), languages="eng", timeout=30).text, words))
    assert read == words


def test_more_language_sets_than_are_kept_loaded_still_read() -> None:
    engine = open_engine(OcrSettings(), name="tesserocr")
    sets = ["eng", "rus", "eng+rus", "rus+eng", "eng"]
    assert [engine.read_page(page_saying("1250"), languages=s, timeout=30).text for s in sets] == ["1250"] * 5


def test_auto_is_the_default_and_needs_tesserocr(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_engine(OcrSettings()).name == "auto"
    monkeypatch.setattr("docflow.ocr.tesserocr.installed", lambda: False)
    assert open_engine(OcrSettings()).name == "pytesseract"


def test_without_rapidocr_the_combining_engines_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docflow.ocr.rapidocr.installed", lambda: False)
    for name in EFFORTS:
        page = open_engine(OcrSettings(), name=name).read_page(page_saying("Receipt"), languages="eng", timeout=30)
        assert (page.text, page.engine) == ("Receipt", "compact")


def test_rapidocr_refuses_languages_that_it_cannot_read() -> None:
    with pytest.raises(LanguageMissing, match="Latin"):
        open_engine(OcrSettings(), name="rapidocr").read_page(page_saying("Receipt"), languages="rus", timeout=30)


def test_an_unknown_engine_is_refused_with_those_that_exist() -> None:
    with pytest.raises(SettingsError, match="auto, accurate, tesserocr"):
        open_engine(OcrSettings(engine="abbyy"))


def test_without_the_program_the_command_line_engine_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineUnavailable) as caught:
        open_engine(OcrSettings(), name="pytesseract")
    assert "apt-get install tesseract-ocr" in caught.value.next_step
    assert {s.name: s.error is None for s in engine_statuses(OcrSettings())} == {
        "tesserocr": True,
        "pytesseract": False,
        "rapidocr": True,
        "compact": (shipped_folder() / CARD).is_file(),
        "easyocr": easyocr.installed(),
    }
