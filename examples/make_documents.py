"""`python -m examples.make_documents`: the documents in examples/documents, made again from their seeds.

Invented from head to foot: names, firms, sums and dates are the generator's. Each kind is there in English and in
Russian, and each way in which documents arrive once or twice: PDF with text, scanned PDF, fax, scan and photo.
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track

from docflow.synth import Look, SynthDocument, degrade, encode_image, generate, image_pdf, render_images, render_pdf

DOCUMENTS = Path(__file__).parent / "documents"

JPEG_QUALITY = 60
"""Legible, and small enough for the repository."""

Arrival = Literal["text PDF", "image PDF", "image", "fax"]
"""As what a document arrives; a fax is a TIFF of black and white pages."""


@dataclass(frozen=True)
class Example:
    """One document: what it is, and as what and with which look it arrives."""

    file: str
    kind: str
    language: str
    seed: int
    arrival: Arrival
    look: Look = "clean"
    dpi: int = 150


EXAMPLES = (
    Example("contract-eng.pdf", "contract", "eng", 4, "text PDF"),
    Example("contract-rus.pdf", "contract", "rus", 3, "image PDF", "scan"),
    Example("invoice-eng.pdf", "invoice", "eng", 2, "text PDF"),
    Example("invoice-rus.png", "invoice", "rus", 4, "image"),
    Example("letter-eng.tiff", "letter", "eng", 12, "fax", "fax", dpi=200),
    Example("letter-rus.jpg", "letter", "rus", 1, "image", "scan"),
    Example("receipt-eng.jpg", "receipt", "eng", 10, "image", "photo", dpi=200),
    Example("receipt-rus.jpg", "receipt", "rus", 5, "image", "thermal", dpi=200),
)


def main() -> int:
    """Write all documents."""
    parser = argparse.ArgumentParser(description="Make the documents in examples/ again.")
    parser.add_argument("--into", type=Path, default=DOCUMENTS, help="folder to write to")
    folder: Path = parser.parse_args().into
    folder.mkdir(parents=True, exist_ok=True)
    for example in track(EXAMPLES, description="Making documents", transient=True):
        (folder / example.file).write_bytes(make(example))
    sys.stdout.write(f"{len(EXAMPLES)} documents in {folder}\n")
    return 0


def make(example: Example) -> bytes:
    """The example's bytes; the same example gives the same bytes."""
    document = generate(example.kind, example.language, seed=example.seed)
    if example.arrival == "text PDF":
        return render_pdf(document)
    pages = pages_of(document, example)
    if example.arrival == "fax":
        return tiff(pages, dpi=example.dpi)
    if example.arrival == "image PDF":
        return image_pdf([encode_image(page, suffix=".jpg", quality=JPEG_QUALITY) for page in pages], dpi=example.dpi)
    (page,) = pages
    return encode_image(page, suffix=Path(example.file).suffix, quality=JPEG_QUALITY)


def pages_of(document: SynthDocument, example: Example) -> list[NDArray[np.uint8]]:
    """The document's pages with the example's look."""
    return [
        degrade(image, (), look=example.look, seed=example.seed * 100 + number).image
        for number, image in enumerate(render_images(document, dpi=example.dpi), start=1)
    ]


def tiff(pages: list[NDArray[np.uint8]], *, dpi: int) -> bytes:
    """The pages as one TIFF in Group 4 compression (ITU-T T.6), as fax servers write it."""
    first, *others = [Image.fromarray(page).convert("1") for page in pages]
    written = io.BytesIO()
    first.save(written, "TIFF", save_all=True, append_images=others, compression="group4", dpi=(dpi, dpi))
    return written.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
