"""`python -m benchmarks.direction`: whether a page is found to lie the same way whichever way it comes.

Each page of one image is turned by 0 to 3 quarters, and counts where all four looks agree on which side of it is up.
That they may agree on a wrong one does not show here.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.corpus import RealDocument, documents
from benchmarks.machine import describe
from docflow.ocr.compact import CompactEngine
from docflow.ocr.effort import GLANCE_SIDE
from docflow.ocr.look import CompactSampler, Finder, look_at
from docflow.ocr.rapidocr import RapidOcrEngine
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import load_settings
from docflow.types import PageImage

LANGUAGES = frozenset({"eng", "rus"})
IMAGES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})
SECONDS = 60.0


def main() -> None:
    """Print how many pages of each kind are found to lie one way, by the layout alone and with the detector."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("report", "tune"), default="report")
    parser.add_argument("--most", type=int, default=8, help="pages of each kind")
    arguments = parser.parse_args()
    console = Console(width=130)
    console.print(describe())
    settings = load_settings().ocr
    tesseract, sampler = TesserocrEngine(settings), CompactSampler(CompactEngine(settings))
    detector = partial(RapidOcrEngine(settings).detect, side=GLANCE_SIDE)
    finders: dict[str, Finder | None] = {"layout alone": None, "with the detector": detector}
    pages = list(pages_of(arguments.half, most=arguments.most))
    right = {name: Counter[str]() for name in finders}
    took = dict.fromkeys(finders, 0.0)
    for document, pixels in pages:
        for name, finder in finders.items():
            look = partial(
                look_at, languages="eng+rus", sampler=sampler, tesseract=tesseract, finder=finder, timeout=SECONDS
            )
            started = time.process_time()
            # Turned counterclockwise by so many quarters, it has to be turned clockwise by as many more.
            ups = {
                (look(PageImage(1, np.ascontiguousarray(np.rot90(pixels, quarters)))).quarters - quarters) % 4
                for quarters in range(4)
            }
            took[name] += time.process_time() - started
            right[name][document.kind] += len(ups) == 1
    table = Table("kind", "pages", *finders, box=None)
    counts = Counter(document.kind for document, _ in pages)
    for kind, count in sorted(counts.items()):
        table.add_row(kind, str(count), *(str(found[kind]) for found in right.values()))
    table.add_row("all", str(len(pages)), *(str(found.total()) for found in right.values()))
    table.add_row("CPU-s a look", "", *(f"{seconds / (4 * len(pages)):.2f}" for seconds in took.values()))
    console.print(table)


def pages_of(half: str, *, most: int) -> Iterator[tuple[RealDocument, np.ndarray]]:
    """The first documents of each kind that are one image, in grey."""
    taken = Counter[str]()
    for document in documents(half="report" if half == "report" else "tune"):
        if document.language in LANGUAGES and document.kind != "hard" and document.path.suffix.lower() in IMAGES:
            pixels = cv2.imread(str(document.path), cv2.IMREAD_GRAYSCALE)
            if pixels is not None and taken[document.kind] < most:
                taken[document.kind] += 1
                yield document, pixels


if __name__ == "__main__":
    main()
