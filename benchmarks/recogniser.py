"""How well lines are read: the compact recogniser and Tesseract, on the same crops, on one core.

`python -m benchmarks.recogniser [--lines N] [--half HALF] [--folder DIR]`. Rendered lines are of a seed that nothing
was trained on, each look in both languages, and once in typefaces that nothing was trained on; `--lines 0` leaves them
out. Real lines are those of the receipts of one half of the corpus, cut out by the boxes of the ground truth; capitals
and spaces do not count there, as the ground truth has its own ways with both. A line is doubtful where Tesseract's
confidence in it is under 0.80, as it is for the engines that read such lines again.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.corpus import Half, documents, folder
from benchmarks.machine import describe
from docflow.ocr.compact import CompactEngine
from docflow.ocr.engine import LineRecogniser, ReadLine
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.cer import character_error_rate
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings
from docflow.synth.lines import LINE_LOOKS, SEEN, UNSEEN, line_images

SEED = 2_000_003
DOUBTED = 0.80
TIMEOUT = 600.0
ALL_LOOKS, AS_LEARNT = 10, 80
"""How many times as many lines are of all looks, and as training draws them: 1,200 drawn anew differ by a third."""

MARGIN = 2
"""Pixels around a box of the ground truth, which is cut at the ink."""

Crop = NDArray[np.uint8]


@dataclass(frozen=True)
class Sample:
    """Crops with what they say."""

    crops: list[Crop]
    texts: list[str]
    languages: str


@dataclass(frozen=True)
class Reading:
    """What an engine made of a sample, and the CPU-milliseconds that a line took."""

    lines: list[ReadLine]
    milliseconds: float

    @property
    def texts(self) -> list[str]:
        """The lines' texts."""
        return [" ".join(word.text for word in line) for line in self.lines]

    @property
    def confidences(self) -> list[float]:
        """Each line's mean confidence; 0 for one that says nothing."""
        return [statistics.fmean(word.confidence for word in line) if line else 0.0 for line in self.lines]


def rendered(count: int, **options: object) -> Sample:
    """Lines of the generator's."""
    lines = list(line_images(count, seed=SEED, alphabet=frozenset(ALPHABET), **options))  # type: ignore[arg-type]
    return Sample([line.pixels for line in lines], [line.text for line in lines], "eng+rus")


def receipt_lines(half: Half) -> Sample:
    """The lines of this half's receipts."""
    sample = Sample([], [], "eng")
    for document in documents(kinds=frozenset({"receipt"}), half=half):
        truth = folder() / "gt" / f"sroie_{document.path.stem.rpartition('__')[2]}.json"
        pixels = cv2.imread(str(document.path), cv2.IMREAD_GRAYSCALE)
        if not truth.is_file() or pixels is None:
            continue
        for line in json.loads(truth.read_text(encoding="utf-8"))["lines"]:
            across, down = line["box"][0::2], line["box"][1::2]
            y0, x0 = max(0, min(down) - MARGIN), max(0, min(across) - MARGIN)
            crop = pixels[y0 : max(down) + MARGIN, x0 : max(across) + MARGIN]
            if min(crop.shape) >= 6:
                sample.crops.append(np.ascontiguousarray(crop, np.uint8))
                sample.texts.append(line["text"])
    return sample


def read(engine: LineRecogniser, sample: Sample) -> Reading:
    """What the engine makes of the sample, one core busy."""
    engine.recognise(sample.crops[:2], languages=sample.languages, timeout=TIMEOUT)
    started = time.process_time()
    lines = engine.recognise(sample.crops, languages=sample.languages, timeout=TIMEOUT)
    return Reading(lines, 1000 * (time.process_time() - started) / max(1, len(sample.crops)))


def plain(text: str) -> str:
    """The text without capitals and spaces."""
    return re.sub(r"\s+", "", text).lower()


def error(sample: Sample, reading: Reading, chosen: Iterable[int], *, is_plain: bool = False) -> float:
    """The CER of the chosen lines."""
    told = (lambda text: plain(text)) if is_plain else (lambda text: str(text))
    texts = reading.texts
    return character_error_rate((told(sample.texts[index]), told(texts[index])) for index in chosen)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=150, help="rendered lines of each look and language; 0: none")
    parser.add_argument("--half", choices=("report", "tune"), default="report", help="of the real receipts")
    parser.add_argument("--folder", type=Path, help="of another compact recogniser than the one that ships")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    settings = OcrSettings(compact_dir=options.folder)
    engines: Sequence[LineRecogniser] = (CompactEngine(settings), TesserocrEngine(settings))
    console = Console(width=120)
    console.print(describe())
    console.print(f"compact recogniser {engines[0].version}, Tesseract {engines[1].version}")
    if options.lines:
        console.print(rendered_table(engines, count=options.lines))
    console.print(f"the {options.half} half of the receipts")
    console.print(receipts_table(engines, receipt_lines(options.half)))


def rendered_table(engines: Sequence[LineRecogniser], *, count: int) -> Table:
    """Character error rates on rendered lines."""
    table = Table(
        "rendered lines", "lines", *(f"{e.name}: {what}" for e in engines for what in ("CER", "ms a line")), box=None
    )
    samples = {
        f"{language}, {look}": rendered(count, language=language, look=look)
        for look in LINE_LOOKS
        for language in ("eng", "rus")
    }
    samples |= {
        f"{language}, all looks, {told}": rendered(ALL_LOOKS * count, language=language, fonts=fonts)
        for fonts, told in ((SEEN, "known typefaces"), (UNSEEN, "unknown typefaces"))
        for language in ("eng", "rus")
    }
    samples["both languages, all looks, known typefaces"] = rendered(AS_LEARNT * count)
    for name, sample in samples.items():
        cells = []
        for engine in engines:
            reading = read(engine, sample)
            cells += [f"{error(sample, reading, range(len(sample.texts))):.4f}", f"{reading.milliseconds:.1f}"]
        table.add_row(name, str(len(sample.texts)), *cells)
    return table


def receipts_table(engines: Sequence[LineRecogniser], sample: Sample) -> Table:
    """Character error rates on the lines of real receipts, by how sure Tesseract is of them."""
    readings = [read(engine, sample) for engine in engines]
    table = Table("lines of real receipts", "lines", *(f"{engine.name}: CER" for engine in engines), box=None)
    sure = readings[1].confidences
    parts = {
        "all": range(len(sure)),
        "Tesseract doubts (under 0.80)": [i for i, confidence in enumerate(sure) if confidence < DOUBTED],
        "Tesseract is sure": [i for i, confidence in enumerate(sure) if confidence >= DOUBTED],
    }
    for name, chosen in parts.items():
        cells = [f"{error(sample, reading, chosen, is_plain=True):.4f}" for reading in readings]
        table.add_row(name, str(len(chosen)), *cells)
    table.add_row("ms a line", "", *(f"{reading.milliseconds:.1f}" for reading in readings))
    return table


if __name__ == "__main__":
    main()
