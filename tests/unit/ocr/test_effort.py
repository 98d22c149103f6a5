"""A page is turned upright, read in its own language, and read by the engine that it needs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels, blank, generated, image_of, lines_of, slanted, turned_counterclockwise, with_ground
from numpy.typing import NDArray

from docflow.errors import SettingsError
from docflow.ocr import open_engine
from docflow.ocr.compact import CompactEngine
from docflow.ocr.effort import (
    BUDGETS,
    GOOD,
    RECIPE,
    AccurateEngine,
    AutoEngine,
    Effort,
    EffortEngine,
    FastEngine,
    side_for,
)
from docflow.ocr.engine import ReadLine
from docflow.ocr.look import SURE, Look
from docflow.ocr.rapidocr import DETECTED_SIDE, RapidOcrEngine
from docflow.ocr.recogniser.files import CARD
from docflow.ocr.script import CYRILLIC, LATIN
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.ocr.upright import Upright
from docflow.settings import OcrSettings
from docflow.synth import generate, words
from docflow.testing import FakeEngine
from docflow.types import Box, PageImage, PageText

DPI = 150


class RecordingTesseract(TesserocrEngine):
    """Tesseract that keeps in what time it was asked to read."""

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        TIMEOUTS.append(timeout)
        return super().read_page(image, languages=languages, timeout=timeout)

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        TIMEOUTS.append(timeout)
        return super().recognise(crops, languages=languages, timeout=timeout)


class RecordingCompact(CompactEngine):
    """The compact recogniser that keeps in what time it was asked to read."""

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        TIMEOUTS.append(timeout)
        return super().recognise(crops, languages=languages, timeout=timeout)


class RecordingRapid(RapidOcrEngine):
    """RapidOCR that keeps how many lines it was asked to read, and in what time."""

    def detect(self, image: PageImage, *, timeout: float, side: int | None = None) -> tuple[Box, ...]:
        TIMEOUTS.append(timeout)
        SIDES.append(side or 0)
        return super().detect(image, timeout=timeout, side=side)

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        TIMEOUTS.append(timeout)
        LINES.append(len(crops))
        return super().recognise(crops, languages=languages, timeout=timeout)


TIMEOUTS: list[float] = []
LINES: list[int] = []
SIDES: list[int] = []


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    TIMEOUTS.clear()
    LINES.clear()
    SIDES.clear()
    monkeypatch.setattr("docflow.ocr.effort.CompactEngine", RecordingCompact)
    monkeypatch.setattr("docflow.ocr.effort.TesserocrEngine", RecordingTesseract)
    monkeypatch.setattr("docflow.ocr.effort.RapidOcrEngine", RecordingRapid)


@pytest.fixture(scope="module")
def auto() -> AutoEngine:
    return AutoEngine(OcrSettings())


@pytest.fixture(scope="module")
def engines(auto: AutoEngine) -> dict[str, EffortEngine]:
    return {"fast": FastEngine(OcrSettings()), "auto": auto, "accurate": AccurateEngine(OcrSettings())}


def worn(pixels: Pixels, *, size: float = 1.0, softness: float = 1.0) -> Pixels:
    """The page scanned too small and out of focus."""
    small = cv2.resize(pixels, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), softness), np.uint8)


def turned_box(box: Box, *, quarters: int, width: int, height: int) -> Box:
    """Where a box is once its page was turned counterclockwise by so many quarters."""
    for _ in range(quarters):
        box = Box(box.y0, width - box.x1, box.y1, width - box.x0)
        width, height = height, width
    return box


def found_share(page: PageText, *, kind: str, language: str, quarters: int = 0) -> float:
    """The share of a generated page's long words that were read where they stand."""
    height, width = generated(kind, language).shape
    true = [word for word in words(generate(kind, language, seed=3), 1, dpi=DPI) if len(word.text) >= 4]

    def is_read(text: str, box: Box) -> bool:
        at = turned_box(box, quarters=quarters, width=width, height=height)
        return any(
            text == w.text
            and at.x0 < (w.box.x0 + w.box.x1) / 2 < at.x1
            and at.y0 - 3 < (w.box.y0 + w.box.y1) / 2 < at.y1 + 3
            for w in page.words
        )

    return sum(is_read(word.text, word.box) for word in true) / len(true)


@pytest.mark.parametrize(
    ("kind", "language", "quarters"),
    [("receipt", "eng", 1), ("receipt", "eng", 2), ("receipt", "eng", 3), ("receipt", "rus", 1), ("receipt", "rus", 2)],
)
def test_a_turned_page_is_read_and_its_boxes_are_those_of_the_page_as_it_came(
    auto: AutoEngine, kind: str, language: str, quarters: int
) -> None:
    image = image_of(turned_counterclockwise(generated(kind, language), quarters=quarters), dpi=DPI)
    page = auto.read_page(image, languages="eng+rus", timeout=60)
    assert (page.rotation, page.languages) == (90 * quarters, language)
    assert (page.width, page.height) == (image.width, image.height)
    assert found_share(page, kind=kind, language=language, quarters=quarters) > 0.8


def test_a_page_upside_down_is_told_though_rapidocr_reads_it(engines: dict[str, EffortEngine]) -> None:
    image = image_of(turned_counterclockwise(generated("receipt", "eng"), quarters=2), dpi=DPI)
    page = engines["accurate"].read_page(image, languages="eng", timeout=60)
    assert page.rotation == 180
    assert found_share(page, kind="receipt", language="eng", quarters=2) > 0.8


@pytest.mark.parametrize("name", ["fast", "auto", "accurate"])
def test_a_slanted_page_is_read_with_every_effort(engines: dict[str, EffortEngine], name: str) -> None:
    image = image_of(slanted(with_ground(generated("receipt", "eng")), 8.0), dpi=DPI)
    page = engines[name].read_page(image, languages="eng", timeout=60)
    assert page.rotation == pytest.approx(8.0, abs=0.3)
    true = {word.text for word in words(generate("receipt", "eng", seed=3), 1, dpi=DPI) if len(word.text) >= 4}
    assert len(true & {word.text for word in page.words}) > 0.8 * len(true)


def test_a_clean_page_is_read_once(auto: AutoEngine) -> None:
    page = auto.read_page(image_of(lines_of("Invoice number", "Amount due today")), languages="eng", timeout=60)
    assert page.engine == "compact"
    assert page.text == "Invoice number\nAmount due today"


def test_the_lines_that_are_doubted_are_read_again(recorded: None) -> None:
    hard = image_of(worn(generated("letter", "eng"), size=0.45, softness=1.0))
    page = AutoEngine(OcrSettings()).read_page(hard, languages="eng", timeout=60)
    assert page.engine == "compact+rapidocr"
    assert len(LINES) == 1
    assert 0 < LINES[0] < len(page.lines)


def test_more_effort_reads_more_lines_again(recorded: None) -> None:
    hard = image_of(worn(generated("letter", "eng"), size=0.6, softness=1.0))
    assert FastEngine(OcrSettings()).read_page(hard, languages="eng", timeout=60).engine == "compact"
    assert LINES == []
    for engine in (AutoEngine, AccurateEngine):
        engine(OcrSettings()).read_page(hard, languages="eng", timeout=60)
    assert 0 < LINES[0] < LINES[1]


def test_lines_are_looked_for_at_the_height_that_is_enough(recorded: None) -> None:
    page = generated("letter", "eng")
    large = np.asarray(cv2.resize(page, None, fx=3, fy=3), np.uint8)
    for pixels in (page, large):
        FastEngine(OcrSettings()).read_page(image_of(pixels), languages="eng", timeout=60)
        AutoEngine(OcrSettings()).read_page(image_of(pixels), languages="eng", timeout=60)
    fast, auto, fast_large, auto_large = SIDES
    assert fast < auto < max(page.shape)
    assert (fast_large, auto_large) == (pytest.approx(fast, rel=0.15), pytest.approx(auto, rel=0.15))


@pytest.mark.parametrize(
    ("heights", "side"),
    [
        ([], 800),
        ([18.0] * 8, 500),
        ([12.0] + [18.0] * 7, 500),
        ([18.0, 18.0, 200.0, 200.0, 200.0] * 3, 500),
        ([6.0] * 8, 800),
        ([400.0] * 8, 480),
        ([400.0], 800),
    ],
)
def test_the_side_follows_the_lines_height_within_its_bounds(heights: list[float], side: int) -> None:
    assert side_for(looked_at(heights, confidence=0.9), BUDGETS[Effort.FAST]) == side


@pytest.mark.parametrize("effort", Effort)
def test_lines_are_looked_for_as_finely_as_can_be_on_a_page_that_is_not_surely_read(effort: Effort) -> None:
    assert side_for(looked_at([18.0] * 8, confidence=SURE - 0.01), BUDGETS[effort]) == DETECTED_SIDE


def test_the_lines_height_is_believed_on_a_page_that_is_surely_read() -> None:
    assert side_for(looked_at([18.0] * 8, confidence=SURE), BUDGETS[Effort.FAST]) == 500


def looked_at(heights: list[float], *, confidence: float) -> Look:
    """A look at a page of 700 x 1000 pixels whose lines have these heights."""
    boxes = tuple(Box(0, 10, 500, 10 + height) for height in heights)
    image = image_of(blank(width=700, height=1000))
    upright = Upright(image, 0.0, np.eye(3), (image.width, image.height))
    return Look(0, upright, boxes, "eng", confidence)


@pytest.mark.parametrize("name", ["fast", "auto", "accurate"])
def test_a_russian_page_never_reaches_rapidocrs_recogniser(engines: dict[str, EffortEngine], name: str) -> None:
    for pixels in (generated("receipt", "rus"), worn(generated("receipt", "rus"))):
        page = engines[name].read_page(image_of(pixels), languages="eng+rus", timeout=60)
        assert (page.engine, page.languages) == ("compact", "rus")


@pytest.mark.parametrize(
    ("name", "readers"), [("fast", "compact"), ("auto", "compact+rapidocr"), ("accurate", "compact+rapidocr")]
)
def test_a_page_in_both_languages_is_read_in_both(engines: dict[str, EffortEngine], name: str, readers: str) -> None:
    halves = [worn(generated("letter", language), softness=0.8) for language in ("eng", "rus")]
    pixels = np.vstack([half[: len(half) // 2] for half in halves])
    page = engines[name].read_page(image_of(pixels), languages="eng+rus", timeout=60)
    assert (page.languages, page.engine) == ("eng+rus", readers)
    assert CYRILLIC.search(page.text)
    assert LATIN.search(page.text)


@pytest.mark.parametrize(
    ("engine", "reader"), [(FastEngine, "tesserocr"), (AutoEngine, "tesserocr"), (AccurateEngine, "rapidocr")]
)
def test_languages_that_the_compact_recogniser_does_not_know_are_read_by_others(
    german_too: OcrSettings, engine: type[EffortEngine], reader: str
) -> None:
    page = engine(german_too).read_page(image_of(generated("letter", "eng")), languages="deu", timeout=60)
    assert (page.engine, page.languages) == (reader, "deu")
    assert page.confidence is not None
    assert page.confidence >= GOOD


def test_a_page_of_such_a_language_that_tesseract_doubts_is_read_by_rapidocr(german_too: OcrSettings) -> None:
    hard = image_of(worn(generated("receipt", "eng"), size=0.6, softness=0.8))
    assert AutoEngine(german_too).read_page(hard, languages="deu", timeout=60).engine == "rapidocr"


def test_all_steps_share_the_time(recorded: None) -> None:
    turned = image_of(turned_counterclockwise(generated("receipt", "eng"), quarters=2))
    AutoEngine(OcrSettings()).read_page(turned, languages="eng+rus", timeout=60)
    assert len(TIMEOUTS) > 6, "five looks, two readings of the lines, and their detection"
    assert all(later < earlier for earlier, later in itertools.pairwise(TIMEOUTS))
    assert TIMEOUTS[0] <= 60


def test_a_page_without_lines_stays_as_it_is(auto: AutoEngine) -> None:
    page = auto.read_page(image_of(blank()), languages="eng+rus", timeout=30)
    assert (page.lines, page.rotation, page.width, page.height) == ((), 0.0, 600, 400)


def test_the_version_names_the_members(auto: AutoEngine, tesseract: TesserocrEngine, rapid: RapidOcrEngine) -> None:
    compact = CompactEngine(OcrSettings())
    members = f"tesserocr {tesseract.version}, compact {compact.version}, rapidocr {rapid.version}"
    assert members in auto.version
    assert auto.name == "auto"


class MixedTesseract(FakeEngine):
    """Reads words whose letters are from both scripts, on lines that nobody finds."""

    name = TesserocrEngine.name

    def __init__(self, settings: OcrSettings) -> None:
        super().__init__("Latte Lavazzа\nКофе Cчёт A12ВC77")

    def detect(self, image: PageImage, *, timeout: float) -> tuple[Box, ...]:
        return ()

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        return []


@pytest.mark.parametrize("engine", [FastEngine, AutoEngine, AccurateEngine])
def test_words_that_mix_scripts_come_out_in_one_and_identifiers_as_they_were_read(
    monkeypatch: pytest.MonkeyPatch, engine: type[EffortEngine]
) -> None:
    monkeypatch.setattr("docflow.ocr.rapidocr.installed", lambda: False)
    monkeypatch.setattr("docflow.ocr.compact.installed", lambda: False)
    monkeypatch.setattr("docflow.ocr.effort.TesserocrEngine", MixedTesseract)
    page = engine(OcrSettings()).read_page(image_of(blank()), languages="eng+rus", timeout=30)
    assert page.text == "Latte Lavazza\nКофе Счёт A12ВC77"


def test_without_rapidocr_the_compact_recogniser_reads_the_lines_that_tesseract_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("docflow.ocr.rapidocr.installed", lambda: False)
    engine = AutoEngine(OcrSettings())
    assert "rapidocr" not in engine.version
    page = engine.read_page(image_of(generated("letter", "eng")), languages="eng", timeout=60)
    assert page.engine == "compact"
    assert page.engine_version.endswith(f"on tesserocr {TesserocrEngine(OcrSettings()).version}")


@pytest.mark.parametrize("name", ["fast", "auto", "accurate"])
def test_a_named_recogniser_that_cannot_be_used_is_told_and_not_replaced_by_tesseract(
    tmp_path: Path, name: str
) -> None:
    settings = OcrSettings(compact_dir=tmp_path / "exported")
    with pytest.raises(SettingsError, match=r"ocr\.compact_dir .* no trained recogniser in exported") as caught:
        open_engine(settings, name=name)
    assert "train_recognizer" in caught.value.next_step
    (tmp_path / "exported").mkdir()
    (tmp_path / "exported" / CARD).write_bytes(b"damaged")
    with pytest.raises(SettingsError, match=r"ocr\.compact_dir .* damaged"):
        open_engine(settings, name=name)


def test_without_onnxruntime_tesseract_reads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docflow.ocr.rapidocr.installed", lambda: False)
    monkeypatch.setattr("docflow.ocr.compact.installed", lambda: False)
    engine = AutoEngine(OcrSettings())
    page = engine.read_page(image_of(generated("letter", "rus")), languages="eng+rus", timeout=60)
    assert (page.engine, page.languages) == ("tesserocr", "rus")
    assert engine.version == f"{RECIPE} (tesserocr {TesserocrEngine(OcrSettings()).version})"
