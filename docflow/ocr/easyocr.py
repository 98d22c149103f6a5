"""EasyOCR: with its own weights, or with the compact recogniser through its custom-network interface.

Its own weights lie in one folder, into which `docflow ocr-models pull easyocr` brings them; nothing is downloaded here.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.errors import EngineUnavailable, LanguageMissing, RecognitionFailed
from docflow.ocr.easyocr_batches import batches_of, stacked
from docflow.ocr.easyocr_models import ModelFile, detector_file, recogniser_file
from docflow.ocr.engine import LineDetector, ReadLine, ReadWord
from docflow.ocr.lines import open_line_detector, read_lines_of
from docflow.ocr.pixels import grey
from docflow.ocr.recogniser.files import NETWORK, checked, read_card, shipped_folder
from docflow.settings import OcrSettings
from docflow.types import Box, PageImage, PageText

LANGUAGES = frozenset({"eng", "rus"})
"""The languages, by Tesseract's codes, whose weights are pulled, and that the compact recogniser knows."""

PULL = "Bring its weights with `docflow ocr-models pull easyocr`."

EASYOCR_S_OWN = (
    # It pins memory for a GPU that is not there, and passes Pillow a mode that Pillow finds out by itself.
    (".*pin_memory.*", UserWarning),
    (".*'mode' parameter.*", DeprecationWarning),
)
"""Warnings that EasyOCR's own code causes, about which a user can do nothing."""


class EasyOcrEngine:
    """EasyOCR on one device; a `LineRecogniser`, a `LineDetector` where its detector's weights are there, and both."""

    name = "easyocr"

    def __init__(self, settings: OcrSettings, *, detector: LineDetector | None = None) -> None:
        if not installed():
            raise EngineUnavailable(
                "easyocr is not installed", next_step="Install it: `uv pip install 'docflow[easyocr]'`."
            )
        self._settings = settings
        self._folder = settings.effective_easyocr_dir
        self._given_detector = detector
        self._lock = threading.Lock()
        self._readers: dict[str, Any] = {}
        self.uses_compact = self._chosen_network() == "compact"
        self.version = version("easyocr")
        if self.uses_compact:
            self.version += f" with {NETWORK} {read_card(self._compact_folder).edition(f'{NETWORK}.pth')}"

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """What the page says; see `OcrEngine.read_page`.

        Lines are found by EasyOCR's detector where its weights are there, else by what `ocr.line_detector` names.
        """
        return read_lines_of(image, detector=self._detector(), recogniser=self, languages=languages, timeout=timeout)

    def detect(self, image: PageImage, *, timeout: float) -> tuple[Box, ...]:
        """The box of each line; see `LineDetector.detect`. `EngineUnavailable` without the detector's weights.

        EasyOCR cannot be interrupted: a page that takes too long is given up when it is done.
        """
        end = time.monotonic() + timeout
        reader = self._reader("detector", lambda: self._open_detector())
        with self._lock:
            level, slanted = reader.detect(image.pixels, min_size=6)
        if time.monotonic() > end:
            raise RecognitionFailed(f"lines of page {image.number} were not found within {timeout:g} seconds")
        boxes = [Box(max(0.0, x0), max(0.0, y0), x1, y1) for x0, x1, y0, y1 in _as_floats(level[0])]
        for corners in slanted[0]:
            (x0, y0), (x1, y1) = np.min(corners, axis=0).tolist(), np.max(corners, axis=0).tolist()
            boxes.append(Box(max(0.0, x0), max(0.0, y0), x1, y1))
        return tuple(sorted((b for b in boxes if b.x1 - b.x0 >= 2 and b.y1 - b.y0 >= 2), key=lambda b: b.y0))

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        """What each line says; see `LineRecogniser.recognise`. `LanguageMissing` for others than `eng` and `rus`.

        EasyOCR tells no word's place: words share the crop's width by their letters. All have their line's confidence.
        """
        codes = languages.split("+")
        if not LANGUAGES.issuperset(codes):
            raise LanguageMissing(
                f"easyocr reads English and Russian here, not {languages}",
                next_step="Use the engine tesserocr or auto for this document.",
            )
        end = time.monotonic() + timeout
        # Papers in Russian have Latin letters too.
        key = "en+ru" if "rus" in codes else "en"
        reader = self._reader(key, lambda: self._open_recogniser(key.split("+")))
        lines: list[ReadLine] = [()] * len(crops)
        on_cpu = [[at] for at, crop in enumerate(crops) if crop.size]
        for batch in on_cpu if reader.device == "cpu" else batches_of(crops):
            if time.monotonic() > end:
                raise RecognitionFailed(f"{len(crops)} lines were not recognised within {timeout:g} seconds")
            with self._lock:
                for at, line in zip(batch, read_batch(reader, [grey(crops[at]) for at in batch]), strict=True):
                    lines[at] = line
        return lines

    def _chosen_network(self) -> str:
        """`standard` or `compact`, as the setting says; with `auto`, the first whose weights are there."""
        wanted = self._settings.easyocr_network
        is_there = all(file.lies_in(self._folder) for file in (recogniser_file(["en"]), recogniser_file(["ru"])))
        if wanted == "standard" or (wanted == "auto" and is_there):
            return "standard"
        try:
            read_card(self._compact_folder)
        except EngineUnavailable as error:
            if wanted == "compact":
                raise
            raise EngineUnavailable("easyocr has no weights to read with", next_step=PULL) from error
        return "compact"

    @property
    def _compact_folder(self) -> Path:
        return self._settings.compact_dir or shipped_folder()

    def _detector(self) -> LineDetector:
        if self._given_detector is None:
            has_own = detector_file().lies_in(self._folder)
            self._given_detector = self if has_own else open_line_detector(self._settings)
        return self._given_detector

    def _reader(self, key: str, opened: Any) -> Any:
        with self._lock:
            if key not in self._readers:
                self._readers[key] = opened()
        return self._readers[key]

    def _open_detector(self) -> Any:
        self._check(detector_file())
        return self._open(["en"], recognizer=False, model_storage_directory=str(self._folder))

    def _open_recogniser(self, languages: list[str]) -> Any:
        if not self.uses_compact:
            self._check(recogniser_file(languages))
            return self._open(languages, detector=False, model_storage_directory=str(self._folder))
        folder = self._compact_folder
        checked(folder, f"{NETWORK}.pth", card=read_card(folder))
        return self._open(
            languages,
            detector=False,
            recog_network=NETWORK,
            model_storage_directory=str(folder),
            user_network_directory=str(folder),
        )

    def _check(self, file: ModelFile) -> None:
        if not file.is_right_in(self._folder):
            problem = "are damaged" if file.lies_in(self._folder) else "are not there"
            raise EngineUnavailable(f"easyocr's weights {file.filename} {problem}", next_step=PULL)

    def _open(self, languages: list[str], **options: Any) -> Any:
        for message, category in EASYOCR_S_OWN:
            warnings.filterwarnings("ignore", message=message, category=category)
        import easyocr

        return easyocr.Reader(
            languages, gpu=self._settings.gpu, download_enabled=False, verbose=False, quantize=False, **options
        )


def read_batch(reader: Any, crops: Sequence[NDArray[np.uint8]]) -> list[ReadLine]:
    """The words that the reader finds in each grey crop as a whole; none for a crop that it leaves out."""
    page, rectangles = stacked(crops)
    read = reader.recognize(page, rectangles, [], reformat=False, batch_size=len(crops))
    # What is read is told by its corners, the upper left one first.
    by_top = {
        int(corners[0][1]): words_by_letters(str(text), confidence=float(confidence))
        for corners, text, confidence in read
    }
    return [by_top.get(top, ()) for _, _, top, _ in rectangles]


def words_by_letters(text: str, *, confidence: float) -> ReadLine:
    """The text's words, each as wide as its share of the letters."""
    words, at = [], 0
    length = max(1, len(text))
    for word in text.split(" "):
        if word:
            words.append(ReadWord(word, at / length, (at + len(word)) / length, min(max(confidence, 0.0), 1.0)))
        at += len(word) + 1
    return tuple(words)


def _as_floats(boxes: Any) -> list[tuple[float, float, float, float]]:
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in boxes]


def installed() -> bool:
    """Whether easyocr can be found; importing it takes nine seconds, and comes later."""
    return find_spec("easyocr") is not None
