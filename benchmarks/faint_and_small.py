"""`python -m benchmarks.faint_and_small`: how well small pictures of pages are read, and pages in faint ink.

The photographs are those that phones took of papers whose scans a machine has read: that reading stands for the truth,
so the figures tell one engine's from another's and no more. They are read as they come, and made smaller. The pages in
faint ink are generated, of the seeds that pages of the asked half have; ink and paper are so many grey levels apart.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.corpus import Half, documents, folder, word_f1
from benchmarks.machine import describe
from benchmarks.ocr_sets import SEEDS, Pixels
from docflow.ocr import open_engine
from docflow.ocr.engine import OcrEngine
from docflow.ocr.pixels import scaled
from docflow.settings import OcrSettings
from docflow.synth import effects, generate, render_images, words
from docflow.types import PageImage

Page = tuple[Pixels, str]
"""What is read, and what it says."""

SIZES = (1.0, 0.7, 0.5, 0.4)

LEVELS = (255, 70, 50, 35, 25)
"""Grey levels between ink and paper."""

BORDERED = 35
"""Grey levels of the pages that are shown with a black border, too, as scanners leave it."""

BORDER = 0.03
"""Share of the page's longer side that the border is wide."""

PAPER = 230
GRAIN = 2.0
"""Standard deviation of the grain of pages in faint ink, in grey levels."""

KINDS = ("invoice", "letter", "receipt")
DPI = 150
TIMEOUT = 180.0


def photographs(half: Half) -> Iterator[Page]:
    """Each photograph of the half, in RGB, with what a machine has read on the scan of the same paper."""
    for document in documents(half=half):
        if "phone-scan" not in document.name:
            continue
        _user, _device, kind, sample = document.path.stem.rpartition("__")[2].split("_")
        truth = folder() / "gt" / f"phonescan_flatbed_{kind}_{sample}.machine_ocr.txt"
        pixels = cv2.imread(str(document.path))
        if truth.is_file() and pixels is not None:
            yield np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8), truth.read_text(encoding="utf-8")


def generated_pages(half: Half, count: int) -> Iterator[Page]:
    """First pages of generated documents with their words; `count` of each kind and language."""
    for kind in KINDS:
        for language in ("eng", "rus"):
            for number in range(count):
                document = generate(kind, language, seed=SEEDS[half] + number)
                truth = " ".join(word.text for word in words(document, 1, dpi=DPI))
                yield render_images(document, dpi=DPI)[0], truth


def in_ink(pages: Sequence[Page], levels: int) -> Iterator[Page]:
    """The pages with ink and paper so many grey levels apart, and a little grain; as they are with all 255."""
    for seed, (pixels, truth) in enumerate(pages):
        if levels == 255:
            yield pixels, truth
            continue
        pale = PAPER - levels + pixels.astype(np.float32) * (levels / 255)
        grain = np.random.default_rng(seed)
        yield effects.sensor_noise(np.asarray(pale.round(), np.uint8), grain, sigma=GRAIN), truth


def bordered(pages: Iterable[Page]) -> Iterator[Page]:
    """The pages with a black border around them."""
    for pixels, truth in pages:
        wide = round(BORDER * max(pixels.shape[:2]))
        yield np.asarray(cv2.copyMakeBorder(pixels, *[wide] * 4, cv2.BORDER_CONSTANT), np.uint8), truth


def read_f1(engine: OcrEngine, pages: Sequence[Page]) -> list[float]:
    """The word F1 of each page."""
    return [
        word_f1(truth, engine.read_page(PageImage(1, pixels), languages="eng+rus", timeout=TIMEOUT).text)
        for pixels, truth in pages
    ]


def main() -> None:
    """Print the word F1 by size, and by how faint the ink is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("report", "tune"), default="report")
    parser.add_argument("--engine", default="fast")
    parser.add_argument("--pages", type=int, default=3, help="generated pages of each kind and language")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    engine = open_engine(OcrSettings(engine=options.engine))
    console = Console(width=110)
    console.print(describe())
    taken, drawn = list(photographs(options.half)), list(generated_pages(options.half, options.pages))
    table = Table(f"pages, read by {engine.name}", "count", "word F1: mean", "least", box=None)
    sizes = {f"photographs, {size:g} times as large": [(scaled(p, size), t) for p, t in taken] for size in SIZES}
    inks = {f"generated, {levels} levels": list(in_ink(drawn, levels)) for levels in LEVELS}
    borders = {f"generated, {BORDERED} levels, black border": list(bordered(in_ink(drawn, BORDERED)))}
    for name, pages in (sizes | inks | borders).items():
        f1 = read_f1(engine, pages)
        table.add_row(name, str(len(f1)), f"{statistics.fmean(f1):.3f}", f"{min(f1):.3f}")
    console.print(table)


if __name__ == "__main__":
    main()
