"""The recogniser that ships reads rendered lines and pages through onnxruntime, and fails with typed errors."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from docflow.errors import EngineUnavailable, LanguageMissing, ModelFileError, RecognitionFailed
from docflow.ocr.compact import CompactEngine
from docflow.ocr.engine import LineRecogniser, OcrEngine
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.cer import character_error_rate
from docflow.ocr.recogniser.files import CARD, NETWORK, ONNX, QUANTISED, Card, digest_of, read_card, shipped_folder
from docflow.ocr.recogniser.quantised import MOST_DIFFERENT
from docflow.settings import OcrSettings
from docflow.synth.generate import generate
from docflow.synth.lines import UNSEEN, LineImage, line_images
from docflow.synth.render import render_images
from docflow.types import PageImage

NO_WEIGHTS = "no trained recogniser ships: make one with `python -m flows.train_recognizer`"
needs_weights = pytest.mark.skipif(not (shipped_folder() / CARD).is_file(), reason=NO_WEIGHTS)

SEEN_BOUND, UNSEEN_BOUND = 0.05, 0.035
"""Character error rates; docs/models/compact-recogniser.md has the figures on more lines."""

SEED = 424_242
"""Of lines that the training never saw: it takes seeds of its own."""


@pytest.fixture(scope="module")
def engine() -> CompactEngine:
    if not (shipped_folder() / CARD).is_file():
        pytest.skip(NO_WEIGHTS)
    return CompactEngine(OcrSettings())


def drawn(count: int, **options: object) -> list[LineImage]:
    return list(line_images(count, seed=SEED, alphabet=frozenset(ALPHABET), **options))  # type: ignore[arg-type]


def error_rate(engine: LineRecogniser, lines: Sequence[LineImage]) -> float:
    read = engine.recognise([line.pixels for line in lines], languages="eng+rus", timeout=60)
    texts = (" ".join(word.text for word in words) for words in read)
    return character_error_rate((line.text, text) for line, text in zip(lines, texts, strict=True))


def test_lines_that_it_never_saw_are_read(engine: CompactEngine) -> None:
    assert error_rate(engine, drawn(150)) < SEEN_BOUND


def test_typefaces_that_it_never_saw_are_read(engine: CompactEngine) -> None:
    assert error_rate(engine, drawn(80, fonts=UNSEEN)) < UNSEEN_BOUND


@pytest.mark.parametrize("shape", [(0, 40), (40, 0, 3)])
def test_a_crop_without_pixels_says_nothing(engine: CompactEngine, shape: tuple[int, ...]) -> None:
    (line,) = drawn(1)
    empty, read = engine.recognise([np.zeros(shape, np.uint8), line.pixels], languages="eng+rus", timeout=20)
    assert empty == ()
    assert read


def test_each_crop_has_its_line_in_the_crops_order(engine: CompactEngine) -> None:
    lines = drawn(20, look="clean")
    crops = [line.pixels for line in lines]
    together = engine.recognise(crops, languages="eng+rus", timeout=60)
    backwards = engine.recognise(crops[::-1], languages="eng+rus", timeout=60)
    assert [[w.text for w in line] for line in together] == [[w.text for w in line] for line in backwards[::-1]]


def test_words_stand_where_their_ink_is(engine: CompactEngine) -> None:
    crop = np.full((40, 400), 255, np.uint8)
    (left,) = [line.pixels for line in drawn(40, look="clean") if line.text.isalpha()][:1]
    assert left.shape[1] < 300
    crop = np.full((left.shape[0], left.shape[1] + 300), 255, np.uint8)
    crop[:, : left.shape[1]] = left
    words = engine.recognise([crop], languages="eng+rus", timeout=60)[0]
    assert words
    assert words[-1].end * crop.shape[1] < left.shape[1] + left.shape[0]
    assert all(0.0 <= word.start <= word.end <= 1.0 and 0.0 <= word.confidence <= 1.0 for word in words)


def test_blank_paper_says_nothing(engine: CompactEngine) -> None:
    assert engine.recognise([np.full((30, 200), 255, np.uint8)], languages="eng", timeout=10) == [()]
    assert engine.recognise([], languages="eng", timeout=10) == []


def test_a_page_is_read_on_lines_that_tesseract_finds(engine: CompactEngine) -> None:
    document = generate("letter", "eng", seed=11)
    page: OcrEngine = engine
    read = page.read_page(PageImage(1, render_images(document)[0], dpi=200), languages="eng", timeout=60)
    truth = set(document.pages[0].text.lower().split())
    found = set(read.text.lower().split())
    assert len(truth & found) / len(truth) > 0.6
    assert read.engine == "compact"
    assert "tesserocr" in read.engine_version


def test_only_english_and_russian_are_read(engine: CompactEngine) -> None:
    with pytest.raises(LanguageMissing, match="deu"):
        engine.recognise([], languages="eng+deu", timeout=10)


def test_lines_that_take_too_long_are_given_up(engine: CompactEngine) -> None:
    crops = [np.full((32, 4000), 255, np.uint8)] * 60
    with pytest.raises(RecognitionFailed, match="within"):
        engine.recognise(crops, languages="eng", timeout=0.001)


@needs_weights
def test_the_files_that_ship_are_small_and_are_those_of_the_card() -> None:
    card = read_card(shipped_folder())
    assert card.alphabet == ALPHABET
    for name in (f"{NETWORK}.pth", ONNX, QUANTISED):
        assert name in card.digests
        assert (shipped_folder() / name).stat().st_size < 10_000_000


@needs_weights
def test_a_file_that_somebody_changed_is_not_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(shipped_folder(), folder)
    (folder / QUANTISED).write_bytes((folder / QUANTISED).read_bytes() + b" ")
    with pytest.raises(ModelFileError, match=QUANTISED):
        CompactEngine(OcrSettings(compact_dir=folder))
    (folder / QUANTISED).unlink()
    with pytest.raises(ModelFileError, match=QUANTISED):
        CompactEngine(OcrSettings(compact_dir=folder))


@needs_weights
def test_a_file_that_somebody_changed_after_the_engine_was_opened_is_not_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(shipped_folder(), folder)
    engine = CompactEngine(OcrSettings(compact_dir=folder))
    (folder / QUANTISED).write_bytes(b"changed")
    with pytest.raises(ModelFileError, match=QUANTISED):
        engine.recognise([np.zeros((32, 40), np.uint8)], languages="eng", timeout=10)


def test_a_file_that_is_no_network_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / ONNX).write_bytes(b"no network")
    Card("own", ALPHABET, steps=1, cer=0.5, digests={ONNX: digest_of(tmp_path / ONNX)}).write(tmp_path)
    engine = CompactEngine(OcrSettings(compact_dir=tmp_path))
    with pytest.raises(ModelFileError, match=ONNX):
        engine.recognise([np.zeros((32, 40), np.uint8)], languages="eng", timeout=10)


def test_other_weights_under_the_same_version_are_another_version_of_the_engine(tmp_path: Path) -> None:
    versions = set()
    for weights in (b"some", b"others"):
        (tmp_path / ONNX).write_bytes(weights)
        digest = digest_of(tmp_path / ONNX)
        Card("own", ALPHABET, steps=1, cer=0.5, digests={ONNX: digest}).write(tmp_path)
        engine = CompactEngine(OcrSettings(compact_dir=tmp_path))
        assert engine.version == f"own+{digest[:8]}"
        versions.add(engine.version)
    assert len(versions) == 2


@needs_weights
def test_a_cpu_reads_with_eight_bits_and_a_gpu_with_all(tmp_path: Path) -> None:
    card = read_card(shipped_folder())
    assert CompactEngine(OcrSettings()).version == card.edition(QUANTISED)
    assert CompactEngine(OcrSettings(gpu=True)).version == card.edition(ONNX)


@needs_weights
def test_a_recogniser_without_eight_bits_is_read_with_as_it_is(tmp_path: Path, engine: CompactEngine) -> None:
    card = read_card(shipped_folder())
    shutil.copy(shipped_folder() / ONNX, tmp_path)
    replace(card, digests={ONNX: card.digests[ONNX]}).write(tmp_path)
    whole = CompactEngine(OcrSettings(compact_dir=tmp_path))
    lines = drawn(100)
    assert whole.version == card.edition(ONNX)
    assert abs(error_rate(whole, lines) - error_rate(engine, lines)) < MOST_DIFFERENT


def test_an_empty_folder_says_how_to_train(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        CompactEngine(OcrSettings(compact_dir=tmp_path))
    assert "train_recognizer" in caught.value.next_step


@needs_weights
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"digests": None}, "damaged"),
        ({"digests": [ONNX]}, "damaged"),
        ({"digests": {ONNX: None}}, "damaged"),
        ({"version": 3}, "damaged"),
        ({"steps": "many"}, "damaged"),
        ({"cer": None}, "damaged"),
        ({"more": 1}, "another version"),
        ({"alphabet": None}, "alphabet"),
        ({"alphabet": ALPHABET[:-1]}, "alphabet"),
        ({"alphabet": "¤" + ALPHABET[1:]}, "alphabet"),
    ],
)
def test_a_card_with_wrong_values_is_a_typed_error(tmp_path: Path, changed: dict[str, object], told: str) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(shipped_folder(), folder)
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD).write_text(json.dumps(card | changed), encoding="utf-8")
    with pytest.raises(ModelFileError, match=told):
        CompactEngine(OcrSettings(compact_dir=folder))


@pytest.mark.parametrize("content", [b'{"version": "1"}', b"[]", b"not json", b"\xff\xfe", b""])
def test_a_damaged_card_is_a_typed_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CARD).write_bytes(content)
    with pytest.raises(ModelFileError, match=CARD):
        CompactEngine(OcrSettings(compact_dir=tmp_path))


@needs_weights
def test_serving_imports_no_torch() -> None:
    program = (
        "import sys, numpy as np; from docflow.ocr import open_engine; from docflow.settings import OcrSettings;"
        "engine = open_engine(OcrSettings(), name='compact');"
        "engine.recognise([np.zeros((32, 64), np.uint8)], languages='eng', timeout=30);"
        "print('torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert told.stdout.strip() == "False"
