"""RapidOCR: PP-OCR's detector and recogniser through onnxruntime. Accurate on small and worn print in Latin script.

RapidOCR finds the lines. Its recogniser is run here, for two reasons that were measured (docs/benchmarks.md): of the
18,710 symbols that it tells apart, documents in Latin script need 536, and leaving out the others' weights makes it
half as fast again; and its probabilities tell what a doubtful word is if it is a word.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.errors import EngineUnavailable, LanguageMissing, RecognitionFailed
from docflow.ocr.countdown import countdown, page_limit
from docflow.ocr.ctc import characters
from docflow.ocr.decoding import words_of
from docflow.ocr.engine import ReadLine
from docflow.ocr.pixels import scaled, with_contrast
from docflow.ocr.script import Script, script_of
from docflow.ocr.sessions import session_of
from docflow.ocr.tiles import found_in_tiles
from docflow.settings import OcrSettings
from docflow.types import Box, Line, PageImage, PageText, TextSource, Word

DETECTED_SIDE = 1280
"""Pixels of the longer side, of a page or a tile, at which lines are looked for: 0.3 CPU-seconds a receipt, where
RapidOCR's own setting takes 0.8 and finds no more."""

SLIMMEST = 40
"""Length over breadth beyond which RapidOCR refuses a page; such a page is broadened with what lies at its edge."""

HEIGHT = 48
"""Pixels of line height that the recogniser takes."""

NARROWEST, WIDEST = 64, 4096
"""Bounds of a line's width at that height, in pixels."""

LEAST_CONFIDENCE = 0.5
"""Mean probability of a line's characters under which it is taken for a picture: RapidOCR's own rule."""

LATIN_EXTRAS = "€£₽°«»—–‘’“”•…™№"


class RapidOcrEngine:
    """PP-OCR on one core, or on a GPU where the setting `ocr.gpu` asks for one. It reads Latin script only."""

    name = "rapidocr"

    def __init__(self, settings: OcrSettings) -> None:
        if not installed():
            raise EngineUnavailable(
                "rapidocr is not installed", next_step="Install it: `uv pip install 'docflow[rapidocr]'`."
            )
        self.version = version("rapidocr")
        self._gpu = settings.gpu
        self._lock = threading.Lock()
        self._detector: Any = None
        self._recogniser: Recogniser | None = None

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """What the page says; see `OcrEngine.read_page`. `LanguageMissing` for languages in another script."""
        started, left = time.perf_counter(), countdown(timeout)
        with page_limit(image.number, timeout, left):
            boxes = self.detect(image, timeout=left())
            crops = [crop_of(image.pixels, box) for box in boxes]
            read = self.recognise(crops, languages=languages, timeout=left())
        return PageText(
            number=image.number,
            width=image.width,
            height=image.height,
            lines=tuple(lines_in_rows([line_at(box, line) for box, line in zip(boxes, read, strict=True) if line])),
            source=TextSource.OCR,
            engine=self.name,
            engine_version=self.version,
            languages=languages,
            seconds=time.perf_counter() - started,
        )

    def detect(self, image: PageImage, *, timeout: float, side: int | None = None) -> tuple[Box, ...]:
        """The box of each line; see `LineDetector.detect`. What takes too long is known only once it is done.

        A page, or a tile of one, whose longer side has more than `side` pixels is looked at smaller: coarser, and in
        less time.
        """
        end = time.monotonic() + timeout
        with self._lock:
            if self._detector is None:
                self._detector = open_detector(gpu=self._gpu)

        def boxes_on(tile: NDArray[np.uint8]) -> list[Box]:
            found = self._boxes_on(tile, side=side)
            if time.monotonic() > end:
                raise too_slow(timeout)
            return found

        return found_in_tiles(image.pixels, boxes_on)

    def _boxes_on(self, whole: NDArray[np.uint8], *, side: int | None) -> list[Box]:
        """The box of each line of a page, or of a tile of one."""
        scale = min(1.0, side / max(whole.shape[:2])) if side else 1.0
        pixels = with_contrast(scaled(whole, scale))
        height, width = pixels.shape[:2]
        least = math.ceil(max(height, width) / SLIMMEST)
        broad = cv2.copyMakeBorder(
            as_bgr(pixels), 0, max(0, least - height), 0, max(0, least - width), cv2.BORDER_REPLICATE
        )
        found = self._detector(broad, use_det=True, use_cls=False, use_rec=False)
        boxes = []
        for corners in () if found.boxes is None else found.boxes:
            points = np.asarray(corners, dtype=np.float64).clip(0, (width, height)) / scale
            # The smaller picture's sides were rounded, and the shorter one to 1 at least.
            points = points.clip(0, whole.shape[1::-1])
            (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
            if x1 - x0 >= 2 and y1 - y0 >= 2:
                boxes.append(Box(x0, y0, x1, y1))
        return boxes

    def recognise(self, crops: Sequence[NDArray[np.uint8]], *, languages: str, timeout: float) -> list[ReadLine]:
        """What each line says; see `LineRecogniser.recognise`. A line that is more likely a picture says nothing."""
        if any(script_of(code) is not Script.LATIN for code in languages.split("+")):
            raise LanguageMissing(
                f"rapidocr reads Latin script only, not {languages}",
                next_step="Use the engine tesserocr or auto for this document.",
            )
        with self._lock:
            if self._recogniser is None:
                self._recogniser = Recogniser(gpu=self._gpu)
        end = time.monotonic() + timeout
        lines = []
        for crop in crops:
            if time.monotonic() > end:
                raise too_slow(timeout)
            lines.append(self._recogniser.read(crop, languages=languages))
        return lines


class Recogniser:
    """PP-OCR's recogniser, narrowed to the symbols of Latin script; loading it takes about 0.3 seconds."""

    def __init__(self, *, gpu: bool = False) -> None:
        model, self._alphabet = latin_model(recogniser_file())
        self._session = session_of(model, gpu=gpu)
        self._input = self._session.get_inputs()[0].name

    def read(self, crop: NDArray[np.uint8], *, languages: str) -> ReadLine:
        """What one line says."""
        if crop.size == 0:
            return ()
        width = min(WIDEST, max(8, math.ceil(HEIGHT * crop.shape[1] / crop.shape[0])))
        padded = np.zeros((1, 3, HEIGHT, max(NARROWEST, width)), dtype=np.float32)
        resized = cv2.resize(as_bgr(crop), (width, HEIGHT))
        padded[0, :, :, :width] = resized.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
        (probabilities,) = self._session.run(None, {self._input: padded})[0]
        spelt = characters(probabilities, self._alphabet)
        if not spelt or sum(c.probability for c in spelt) / len(spelt) < LEAST_CONFIDENCE:
            return ()
        columns = max(1, round(len(probabilities) * width / padded.shape[3]))
        return words_of(spelt, probabilities, alphabet=self._alphabet, columns=columns, languages=languages)


def latin_model(path: str) -> tuple[bytes, list[str]]:
    """The recogniser with only the weights that Latin symbols need, and those symbols, blank first.

    A model whose last layer is of another form than expected is taken whole.
    """
    import onnx

    model = onnx.load(path)
    listed = next(entry.value for entry in model.metadata_props if entry.key == "character")
    alphabet = ["", *listed.splitlines(), " "]
    kept = [index for index, symbol in enumerate(alphabet) if index == 0 or is_latin(symbol)]
    narrowed = [i for i in model.graph.initializer if i.dims and i.dims[-1] == len(alphabet) and len(i.dims) <= 2]
    if sorted(len(i.dims) for i in narrowed) != [1, 2]:
        return model.SerializeToString(), alphabet
    for initializer in narrowed:
        weights = np.ascontiguousarray(onnx.numpy_helper.to_array(initializer)[..., kept])
        initializer.CopyFrom(onnx.numpy_helper.from_array(weights, initializer.name))
    del model.graph.value_info[:]
    model.graph.output[0].type.tensor_type.shape.dim[2].dim_value = len(kept)
    return model.SerializeToString(), [alphabet[index] for index in kept]


def is_latin(symbol: str) -> bool:
    """Whether documents in Latin script have this symbol."""
    return len(symbol) == 1 and (ord(symbol) < 0x250 or symbol in LATIN_EXTRAS)


def recogniser_file() -> str:
    """The path of the recogniser that comes with rapidocr; `EngineUnavailable` where it is not there."""
    found = sorted(str(f) for f in files("rapidocr").joinpath("models").iterdir() if "_rec_" in f.name)
    if not found:
        raise EngineUnavailable(
            "rapidocr has no recogniser in its package", next_step="Install rapidocr again, from its wheel."
        )
    return found[-1]


def open_detector(*, gpu: bool = False) -> Any:
    """RapidOCR with its detector on one thread, or through CUDA where that is there; it loads in about 0.2 seconds."""
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "EngineConfig.onnxruntime.use_cuda": gpu,
            "Det.limit_side_len": DETECTED_SIDE,
            "Det.limit_type": "max",
        }
    )


def too_slow(timeout: float) -> RecognitionFailed:
    """The error of a page that took more than its time."""
    return RecognitionFailed(
        f"the page was not recognised within {timeout:g} seconds",
        detail={"engine": RapidOcrEngine.name},
        next_step="Raise the setting ocr.page_seconds, or scan the page at a lower resolution.",
    )


def as_bgr(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels in the order of colours that PP-OCR was trained on."""
    code = cv2.COLOR_GRAY2BGR if pixels.ndim == 2 else cv2.COLOR_RGB2BGR
    return cast(NDArray[np.uint8], cv2.cvtColor(pixels, code))


def crop_of(pixels: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The pixels of a line's box."""
    x0, y0, x1, y1 = math.floor(box.x0), math.floor(box.y0), math.ceil(box.x1), math.ceil(box.y1)
    return np.ascontiguousarray(pixels[y0:y1, x0:x1])


def line_at(box: Box, read: ReadLine) -> Line:
    """A line that was read from the crop of this box, with its words in pixels of the page."""
    width = box.x1 - box.x0
    return Line(
        tuple(
            Word(
                w.text,
                Box(box.x0 + w.start * width, box.y0, box.x0 + max(w.start, w.end) * width, box.y1),
                w.confidence,
            )
            for w in read
        )
    )


def lines_in_rows(lines: Sequence[Line]) -> list[Line]:
    """The lines in reading order, those that stand beside each other joined into one."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: (one.box.y0 + one.box.y1) / 2):
        middle = (line.box.y0 + line.box.y1) / 2
        if rows and rows[-1][-1].box.y0 < middle < rows[-1][-1].box.y1 and beside(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    ordered = (sorted(row, key=lambda one: one.box.x0) for row in rows)
    return [Line(tuple(word for line in row for word in line.words)) for row in ordered]


def beside(row: Sequence[Line], line: Line) -> bool:
    """Whether the line shares no column of pixels worth naming with any of the row."""
    box = line.box
    return all(min(o.box.x1, box.x1) - max(o.box.x0, box.x0) < 0.2 * (box.x1 - box.x0) for o in row)


def installed() -> bool:
    """Whether rapidocr, and what it runs on, can be imported."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "onnx"))
