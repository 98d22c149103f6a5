"""EasyOCR reads with our network, finds nothing it was not given, and says what to pull; where it is installed."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from docflow.errors import EngineUnavailable, LanguageMissing
from docflow.ocr import easyocr, easyocr_models
from docflow.ocr.compact import CompactEngine
from docflow.ocr.easyocr import EasyOcrEngine, words_by_letters
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.cer import character_error_rate
from docflow.ocr.recogniser.files import CARD, shipped_folder
from docflow.settings import OcrSettings
from docflow.synth.lines import line_images
from docflow.types import Box, PageImage

needs_easyocr = pytest.mark.skipif(
    not easyocr.installed(), reason="easyocr is not installed: `uv pip install 'docflow[easyocr]'`"
)


needs_our_weights = pytest.mark.skipif(
    not (shipped_folder() / CARD).is_file(),
    reason="no trained recogniser ships: make one with `python -m flows.train_recognizer`",
)


class OneBox:
    """A detector that finds one line: the whole page."""

    name = "onebox"
    version = "1"

    def detect(self, image: PageImage, *, timeout: float) -> tuple[Box, ...]:
        return (Box(0, 0, image.width, image.height),)


def settings(folder: Path, **others: object) -> OcrSettings:
    return OcrSettings(easyocr_dir=folder, **others)  # type: ignore[arg-type]


def test_words_share_the_crop_by_their_letters() -> None:
    words = words_by_letters("ab  cdef", confidence=0.7)
    assert [(w.text, w.start, w.end, w.confidence) for w in words] == [("ab", 0, 0.25, 0.7), ("cdef", 0.5, 1, 0.7)]
    assert words_by_letters("", confidence=0.5) == ()


@pytest.mark.skipif(easyocr.installed(), reason="easyocr is installed here: its absence cannot be shown")
def test_without_easyocr_the_error_says_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        EasyOcrEngine(settings(tmp_path))
    assert "docflow[easyocr]" in caught.value.next_step


@needs_easyocr
def test_without_weights_the_error_names_the_command(tmp_path: Path) -> None:
    engine = EasyOcrEngine(settings(tmp_path, easyocr_network="standard"))
    crop = np.full((32, 64), 255, np.uint8)
    with pytest.raises(EngineUnavailable) as caught:
        engine.recognise([crop], languages="eng", timeout=60)
    assert "docflow ocr-models pull easyocr" in caught.value.next_step
    with pytest.raises(EngineUnavailable) as caught:
        engine.detect(PageImage(1, crop), timeout=60)
    assert "docflow ocr-models pull easyocr" in caught.value.next_step
    assert list(tmp_path.iterdir()) == []


@needs_easyocr
def test_weights_that_are_damaged_are_to_be_pulled_again(tmp_path: Path) -> None:
    for file in easyocr_models.model_files():
        (tmp_path / file.filename).write_bytes(b"junk")
    engine = EasyOcrEngine(settings(tmp_path))
    crop = np.full((32, 64), 255, np.uint8)
    for used in (
        lambda: engine.recognise([crop], languages="eng", timeout=60),
        lambda: engine.detect(PageImage(1, crop), timeout=60),
    ):
        with pytest.raises(EngineUnavailable, match="damaged") as caught:
            used()
        assert "docflow ocr-models pull easyocr" in caught.value.next_step


@needs_easyocr
@needs_our_weights
def test_our_network_reads_through_easyocr_what_it_reads_by_itself(tmp_path: Path) -> None:
    lines = list(line_images(40, seed=424_243, alphabet=frozenset(ALPHABET), look="clean"))
    crops = [line.pixels for line in lines]
    rates = []
    for engine in (EasyOcrEngine(settings(tmp_path)), CompactEngine(settings(tmp_path))):
        read = engine.recognise(crops, languages="eng+rus", timeout=120)
        texts = (" ".join(word.text for word in words) for words in read)
        rates.append(character_error_rate((line.text, text) for line, text in zip(lines, texts, strict=True)))
    through_easyocr, alone = rates
    assert through_easyocr < alone + 0.03


@needs_easyocr
@needs_our_weights
def test_in_batches_lines_read_as_they_do_one_by_one(tmp_path: Path) -> None:
    import torch

    engine = EasyOcrEngine(settings(tmp_path, easyocr_network="compact"))
    crops = [line.pixels for line in line_images(40, seed=11, alphabet=frozenset(ALPHABET))]
    crops.insert(3, np.zeros((0, 20), np.uint8))
    crops.append(np.full((300, 1), 255, np.uint8))
    alone = engine.recognise(crops, languages="eng+rus", timeout=120)
    (reader,) = engine._readers.values()
    # EasyOCR knows its CPU by a string: by another name, it is one device among those that read in batches.
    reader.device = torch.device("cpu")
    together = engine.recognise(crops, languages="eng+rus", timeout=120)
    assert together[3] == alone[3] == ()
    texts = [[" ".join(word.text for word in line) for line in lines] for lines in (alone, together)]
    assert sum(one != other for one, other in zip(*texts, strict=True)) <= 1


@needs_easyocr
@needs_our_weights
def test_a_page_is_read_on_the_lines_of_another_detector(tmp_path: Path) -> None:
    (line,) = line_images(1, seed=424_244, alphabet=frozenset(ALPHABET), look="clean")
    engine = EasyOcrEngine(settings(tmp_path), detector=OneBox())
    page = engine.read_page(PageImage(1, line.pixels), languages="eng+rus", timeout=120)
    assert page.words
    assert "docflow_compact" in page.engine_version
    assert "onebox" in page.engine_version


@needs_easyocr
@needs_our_weights
def test_other_languages_are_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(LanguageMissing, match="deu"):
        EasyOcrEngine(settings(tmp_path)).recognise([], languages="deu", timeout=10)


@needs_easyocr
def test_with_its_own_weights_it_finds_and_reads_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_weights(tmp_path)
    import easyocr as package

    for config in (package.config, easyocr_models._config()):
        for entry in (config.detection_models["craft"], *config.recognition_models["gen2"].values()):
            if entry["filename"] in made:
                monkeypatch.setitem(entry, "md5sum", made[entry["filename"]])
    engine = EasyOcrEngine(settings(tmp_path))
    assert not engine.uses_compact
    image = PageImage(1, np.random.default_rng(0).integers(0, 255, (64, 200), np.uint8))
    assert isinstance(engine.detect(image, timeout=60), tuple)
    (line,) = engine.recognise([image.pixels], languages="eng", timeout=60)
    assert all(0.0 <= word.confidence <= 1.0 for word in line)
    page = engine.read_page(image, languages="eng+rus", timeout=60)
    assert page.engine_version.endswith("on easyocr 1.7.2")


def made_weights(folder: Path) -> dict[str, str]:
    """Files of EasyOCR's own names with weights that nothing was trained for, and their MD5s."""
    import torch
    from easyocr.craft import CRAFT
    from easyocr.model.vgg_model import Model

    generation = easyocr_models._config().recognition_models["gen2"]
    networks = {"craft_mlt_25k.pth": CRAFT(pretrained=False)}
    for name in ("english_g2", "cyrillic_g2"):
        classes = len(generation[name]["characters"]) + 1
        networks[generation[name]["filename"]] = Model(1, 256, 256, classes)
    digests = {}
    for filename, network in networks.items():
        torch.save({f"module.{key}": value for key, value in network.state_dict().items()}, folder / filename)
        digests[filename] = hashlib.md5((folder / filename).read_bytes()).hexdigest()
    return digests
