"""The document sets that OCR engines are compared on: real pages with human truth, and generated Russian ones.

Every page is decoded once and kept as a PNG, so that all engines are given the same pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import Half, RealDocument, documents, truth_text
from docflow.intake import Deadline, open_document
from docflow.settings import IntakeSettings
from docflow.synth import LOOKS, Look, degrade, generate, render_images, words
from docflow.types import PageImage

Pixels = NDArray[np.uint8]

SECONDS_TO_DECODE = 60.0

GENERATED_DPI = 200

SEEDS: dict[Half, int] = {"report": 808_000_000, "tune": 707_000_000}
"""Where the seeds of generated pages begin: far from those that anything is trained or calibrated on."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One page: its pixels as a PNG, its language, what it says, and whether the truth is in reading order."""

    group: str
    path: Path
    language: str
    truth: str
    is_ordered: bool
    dpi: float | None = None


@dataclass(frozen=True, slots=True)
class DocumentSet:
    """A set by name, its language, and its pages; `count` is how many are taken where nobody asks for more."""

    name: str
    language: str
    count: int
    is_real: bool
    pages: Callable[[Path, Half], Iterator[Sample]]

    def samples(self, folder: Path, *, half: Half, most: int | None = None) -> list[Sample]:
        """The set's first pages, written below `folder`."""
        return list(islice(self.pages(folder, half), most or self.count))


def keep(pixels: Pixels, path: Path) -> Path:
    """Write the pixels, grey or RGB, to a PNG; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return path


def pixels_of(path: Path) -> Pixels:
    """The pixels that `keep` wrote."""
    pixels = cast(Pixels, cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    return pixels if pixels.ndim == 2 else cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))


def real(name: str, *, kind: str, source: str, count: int, is_ordered: bool = True) -> DocumentSet:
    """The corpus's documents of this kind whose truth comes from `source`."""

    def pages(folder: Path, half: Half) -> Iterator[Sample]:
        for document in documents(kinds=frozenset({kind}), half=half):
            truth = truth_text(document) if Path(document.truth).name.startswith(source) else None
            if truth is not None:
                image = first_page(document)
                path = keep(image.pixels, folder / f"{kind}-{document.path.stem}.png")
                yield Sample(name, path, "eng", truth, is_ordered, image.dpi)

    return DocumentSet(name, "eng", count, is_real=True, pages=pages)


def first_page(document: RealDocument) -> PageImage:
    """The pixels of a document's first page, be it a picture or a page of a PDF."""
    with open_document(document.path.read_bytes(), limits=IntakeSettings(text_layer="ignore")) as opened:
        page = next(opened.pages(Deadline(SECONDS_TO_DECODE)))
    if not isinstance(page, PageImage):
        raise TypeError(f"{document.name} is no picture")
    return page


def russian_pages(folder: Path, half: Half) -> Iterator[Sample]:
    """First pages of generated Russian documents, every kind in every look; only receipts are on thermal paper."""
    kinds = ("invoice", "contract", "letter", "receipt")
    pairs = [(kind, look) for look in LOOKS for kind in kinds if look != "thermal" or kind == "receipt"]
    for number in range(1_000):
        # A step that has no divisor in common with the number of pairs: the first few show all kinds and looks.
        kind, look = pairs[number * 5 % len(pairs)]
        yield generated_page(kind, "rus", look=look, seed=SEEDS[half] + number, folder=folder)


def generated_page(kind: str, language: str, *, look: Look, seed: int, folder: Path) -> Sample:
    """The first page of a generated document in this look, with what truly stands on it."""
    document = generate(kind, language, seed=seed)
    image = render_images(document, dpi=GENERATED_DPI)[0]
    seen = degrade(image, words(document, 1, dpi=GENERATED_DPI), look=look, seed=seed)
    path = keep(seen.image, folder / f"{kind}-{language}-{look}-{seed}.png")
    return Sample("Russian pages", path, language, document.pages[0].text, is_ordered=True, dpi=GENERATED_DPI)


SETS = (
    real("receipts", kind="receipt", source="sroie", count=40),
    real("forms", kind="form", source="funsd", count=30, is_ordered=False),
    real("letters", kind="letter", source="isri", count=10),
    real("reports", kind="report", source="isri", count=10),
    DocumentSet("Russian pages", "rus", 16, is_real=False, pages=russian_pages),
)
"""All sets: receipts (SROIE), forms (FUNSD, whose truth has no reading order), letters and reports (ISRI), Russian."""
