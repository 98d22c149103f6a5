"""DocFlow's own recogniser through onnxruntime: English and Russian lines on one core, without torch."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.errors import EngineUnavailable, LanguageMissing, ModelFileError, RecognitionFailed
from docflow.ocr.ctc import characters
from docflow.ocr.decoding import words_of
from docflow.ocr.engine import LineDetector, ReadLine
from docflow.ocr.lines import open_line_detector, read_lines_of
from docflow.ocr.recogniser.alphabet import RUSSIAN
from docflow.ocr.recogniser.crops import batched, prepared, steps_of
from docflow.ocr.recogniser.decode import probabilities_of
from docflow.ocr.recogniser.files import MEND, ONNX, QUANTISED, checked, read_card, shipped_folder
from docflow.ocr.sessions import session_of
from docflow.settings import OcrSettings
from docflow.types import PageImage, PageText

LANGUAGES = frozenset({"eng", "rus"})
"""The languages whose letters the alphabet has."""

ONLY_RUSSIAN = RUSSIAN + RUSSIAN.upper() + "№₽"
"""What is not looked for where Russian is not asked for."""

LINES_AT_ONCE = 8
"""Lines of like widths that are read as one batch: 8 cost a third less than one by one, and 16 no less than 8."""


class CompactEngine:
    """The compact recogniser; its lines are found by another engine. It reads English and Russian.

    Raises `EngineUnavailable` without onnxruntime and where its folder has no recogniser, and `ModelFileError` where
    that is damaged.
    """

    name = "compact"

    def __init__(self, settings: OcrSettings, *, detector: LineDetector | None = None) -> None:
        if not installed():
            raise EngineUnavailable(
                "onnxruntime is not installed", next_step="Install it: `uv pip install 'docflow[rapidocr]'`."
            )
        self._settings = settings
        self._detector = detector
        self._folder = settings.compact_dir or shipped_folder()
        self._card = read_card(self._folder)
        self._lock = threading.Lock()
        self._session: Any = None
        self._symbols = ("", *self._card.alphabet)
        # Papers in Russian have Latin letters too; those in English have no Cyrillic ones.
        self._russian = [number for number, symbol in enumerate(self._symbols) if symbol and symbol in ONLY_RUSSIAN]
        # On a GPU, eight bits would be taken back to the CPU; and who trained one before has no such file.
        self._file = QUANTISED if QUANTISED in self._card.digests and not settings.gpu else ONNX
        # Here too, so that a damaged file is told when the engine is opened, and not by each document.
        checked(self._folder, self._file, card=self._card)
        self.version = self._card.edition(self._file)

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """What the page says; see `OcrEngine.read_page`. The setting `ocr.line_detector` names what finds the lines."""
        with self._lock:
            detector = self._detector = self._detector or open_line_detector(self._settings)
        return read_lines_of(image, detector=detector, recogniser=self, languages=languages, timeout=timeout)

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        """What each line says; see `LineRecogniser.recognise`. `LanguageMissing` for others than `eng` and `rus`."""
        if not LANGUAGES.issuperset(languages.split("+")):
            raise LanguageMissing(
                f"compact reads English and Russian only, not {languages}",
                next_step="Use the engine tesserocr or auto for this document.",
            )
        end = time.monotonic() + timeout
        session = self._opened()
        # A detector's box may lie beyond the page: its crop has no pixels.
        pictures = {index: prepared(crop) for index, crop in enumerate(crops) if crop.size}
        order = sorted(pictures, key=lambda index: pictures[index].shape[1])
        lines: list[ReadLine] = [()] * len(crops)
        for first in range(0, len(order), LINES_AT_ONCE):
            if time.monotonic() > end:
                raise RecognitionFailed(f"{len(crops)} lines were not recognised within {timeout:g} seconds")
            chosen = order[first : first + LINES_AT_ONCE]
            (scores,) = session.run(None, {"lines": batched([pictures[index] for index in chosen])})
            if "rus" not in languages:
                scores[:, :, self._russian] = -np.inf
            for index, line in zip(chosen, probabilities_of(scores), strict=True):
                columns = steps_of(pictures[index])
                seen = line[: columns + 1]
                spelt = characters(seen, self._symbols)
                lines[index] = words_of(spelt, seen, alphabet=self._symbols, columns=columns, languages=languages)
        return lines

    def _opened(self) -> Any:
        """The session, made on first use: it serves many threads."""
        with self._lock:
            if self._session is None:
                path = checked(self._folder, self._file, card=self._card)
                self._session = _loaded(path, gpu=self._settings.gpu)
        return self._session


def _loaded(path: Path, *, gpu: bool) -> Any:
    """The file's network; `ModelFileError` where it is none."""
    from onnxruntime.capi import onnxruntime_pybind11_state as faults

    wrong = (faults.Fail, faults.InvalidArgument, faults.InvalidProtobuf, faults.InvalidGraph, faults.NotImplemented)
    try:
        return session_of(str(path), gpu=gpu)
    except (*wrong, faults.RuntimeException, ValueError) as error:
        raise ModelFileError(f"{path.name} does not load", next_step=MEND) from error


def installed() -> bool:
    """Whether onnxruntime can be imported."""
    return find_spec("onnxruntime") is not None
