"""Folders of made-up documents, each with the truth about it beside it."""

from __future__ import annotations

import io
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from docflow.errors import OutputUnwritable, RequestError
from docflow.synth.degrade import LOOKS, Degraded, Look, degrade
from docflow.synth.fonts import check_fonts
from docflow.synth.generate import (
    LANGUAGES,
    SEEDS_APART,
    check_kinds,
    check_seed,
    document_of,
    generate,
    kinds_in,
    label_of,
)
from docflow.synth.page import SynthDocument
from docflow.synth.render import POINTS_PER_INCH, render_images, render_pdf, words
from docflow.synth.warp import Pixels

DPI = 200
"""Resolution of images and of the boxes in the truth, where no other is asked for."""

JPEG_QUALITY = 88

LOSSLESS: frozenset[Look] = frozenset(("clean", "fax"))
"""Looks whose images are PNG; the others are JPEG, as cameras and scanners write it."""

PDF_SHARE = 0.6
"""Share of single-page documents that come as PDF where their look allows for images too."""

MANIFEST = "manifest.jsonl"
"""Name of the file with one line a document: its path, kind, language, layout, look and seed."""

TRUTH = ".json"
"""Ending of the file with the truth about a document."""

ENDINGS = (TRUTH, ".pdf", ".png", ".jpg")
"""Those of all files that are written of documents."""

Progress = Callable[[int, int], None]
"""Told after each document how many are done, and of how many."""


@dataclass(frozen=True)
class _Wanted:
    """A document to write: what makes it, and how it is to look."""

    kind: str
    language: str
    seed: int
    look: Look

    @property
    def stem(self) -> str:
        """What its files are called, but for their endings."""
        return f"{self.kind}-{self.language}-{self.seed}"


@dataclass(frozen=True)
class _File:
    """A document as it will be written: bytes, the file's ending, and its pages as they look."""

    content: bytes
    suffix: str
    pages: list[Degraded]


def write_dataset(
    out: Path,
    *,
    count: int,
    seed: int,
    languages: Sequence[str] = LANGUAGES,
    kinds: Sequence[str] | None = None,
    looks: Sequence[Look] = LOOKS,
    dpi: int = DPI,
    progress: Progress | None = None,
) -> list[Path]:
    """Write documents to `out/<kind>/<kind>-<language>-<seed>.<pdf|png|jpg>`, and return their paths.

    Each has a `.json` of the same name with its kind, language, layout, look, seed, text, fields, and pages of words
    with boxes in pixels at this `dpi`. `kinds` None stands for all that a classifier names; background kinds can be
    asked for by name. Equal arguments give equal bytes. Whenever it is broken off, each document that is there is whole
    and has its truth.

    Raises:
        RequestError: a kind or a language is not made, the seed is not one from 0 to `generate.MOST_SEED`, or `out`
            holds a data set or a document of this one; nothing is written then.
        OutputUnwritable: the folder refuses a file, or the disk is full.
        SettingsError: a font is missing or damaged; nothing is written then.
    """
    check_seed(seed)
    pairs = _pairs(kinds, languages)
    rng = random.Random(f"dataset/{seed}")
    wanted = []
    for number in range(count):
        kind, language = pairs[number % len(pairs)]
        wanted.append(_Wanted(kind, language, seed * SEEDS_APART + number, rng.choice(_looks_of(kind, looks))))
    return _write_all(out, wanted, dpi=dpi, progress=progress)


def write_again(
    out: Path, document_ids: Sequence[str], *, look: Look = "clean", dpi: int = DPI, progress: Progress | None = None
) -> list[Path]:
    """Write the generated documents with these ids, as lists and reports name them, each once, like `write_dataset`.

    Raises:
        RequestError: one is not the id of a generated document, or `out` holds a data set or one of these documents;
            nothing is written then.
        OutputUnwritable: the folder refuses a file, or the disk is full.
        SettingsError: a font is missing or damaged; nothing is written then.
    """
    documents = map(document_of, document_ids)
    wanted = dict.fromkeys(_Wanted(one.kind, one.language, one.seed, look) for one in documents)
    return _write_all(out, list(wanted), dpi=dpi, progress=progress)


def _write_all(out: Path, wanted: Sequence[_Wanted], *, dpi: int, progress: Progress | None) -> list[Path]:
    """Write these documents and the manifest; returns their paths."""
    written: list[Path] = []
    try:
        _check_unused(out, wanted)
        check_fonts()
        for folder in {out, *(out / one.kind for one in wanted)}:
            folder.mkdir(parents=True, exist_ok=True)
        with (out / MANIFEST).open("x", encoding="utf-8") as manifest:
            for one in wanted:
                document = generate(one.kind, one.language, seed=one.seed)
                path = _write(out / one.kind, document, wanted=one, dpi=dpi)
                entry = {"path": path.relative_to(out).as_posix()} | _summary(document, look=one.look)
                manifest.write(json.dumps(entry, ensure_ascii=False) + "\n")
                manifest.flush()
                written.append(path)
                if progress is not None:
                    progress(len(written), len(wanted))
    except OSError as error:
        told = f"documents could not be written to {error.filename or out}: {error.strerror}"
        raise OutputUnwritable(told) from error
    return written


def _check_unused(out: Path, wanted: Sequence[_Wanted]) -> None:
    """Raise `RequestError` where `out` has what these documents would overwrite, or be taken for a part of."""
    names = (out / one.kind / f"{one.stem}{ending}" for one in wanted for ending in ENDINGS)
    for path in (out / MANIFEST, *names):
        if path.exists():
            raise RequestError(
                f"{out} holds documents that were made before: there is {path.relative_to(out)}",
                next_step="Name a folder that is new or empty, or remove this one first.",
            )


def _pairs(kinds: Sequence[str] | None, languages: Sequence[str]) -> list[tuple[str, str]]:
    """The kinds and languages to go through in turn."""
    pairs = kinds_in(languages, is_background=False)
    if kinds is not None:
        check_kinds(kinds)
        pairs = [pair for pair in pairs + kinds_in(languages, is_background=True) if pair[0] in kinds]
    else:
        pairs = [pair for pair in pairs if label_of(pair[0]) == pair[0]]
    if not pairs:
        raise RequestError("no kind of document is made in the languages asked for")
    return pairs


def _looks_of(kind: str, looks: Sequence[Look]) -> Sequence[Look]:
    """The looks that this kind comes in: thermal paper is for tills, unless nothing else is asked for."""
    return [look for look in looks if look != "thermal" or kind == "receipt"] or looks


def _write(folder: Path, document: SynthDocument, *, wanted: _Wanted, dpi: int) -> Path:
    """Write one document with its truth, both or none; returns its path."""
    file = _as_file(document, look=wanted.look, dpi=dpi)
    truth = _summary(document, look=wanted.look) | {
        "dpi": dpi,
        "text": document.text,
        "fields": dict(document.fields),
        "pages": [_page_truth(page) for page in file.pages],
    }
    # The truth comes to its place first: a document without it could not be told from one of yours.
    contents = {
        f"{wanted.stem}{TRUTH}": json.dumps(truth, ensure_ascii=False).encode(),
        f"{wanted.stem}{file.suffix}": file.content,
    }
    with tempfile.TemporaryDirectory(prefix=".docflow-", dir=folder) as beside:
        for name, content in contents.items():
            (Path(beside) / name).write_bytes(content)
        *_, path = [(Path(beside) / name).replace(folder / name) for name in contents]
    return path


def _as_file(document: SynthDocument, *, look: Look, dpi: int) -> _File:
    """The document as a file: clean ones are PDF with text, others pictures, as PDF where there are many."""
    rng = random.Random(f"file/{document.seed}")
    pages = [
        degrade(image, words(document, number, dpi=dpi), look=look, seed=document.seed * 100 + number)
        for number, image in enumerate(render_images(document, dpi=dpi), start=1)
    ]
    suffix = ".png" if look in LOSSLESS else ".jpg"
    images = [encode_image(page.image, suffix=suffix) for page in pages]
    as_pdf = len(pages) > 1 or (look != "photo" and rng.random() < PDF_SHARE)
    if as_pdf and look == "clean":
        return _File(render_pdf(document), ".pdf", pages)
    if as_pdf:
        return _File(image_pdf(images, dpi=dpi), ".pdf", pages)
    return _File(images[0], suffix, pages)


def image_pdf(images: Sequence[bytes], *, dpi: int) -> bytes:
    """The coded images as the pages of a PDF without text, as scanners write it."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for coded in images:
        image = ImageReader(io.BytesIO(coded))
        width, height = (side * POINTS_PER_INCH / dpi for side in image.getSize())
        canvas.setPageSize((width, height))
        canvas.drawImage(image, 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def encode_image(image: Pixels, *, suffix: str, quality: int = JPEG_QUALITY) -> bytes:
    """The image's bytes as JPEG (`.jpg`, of this quality) or PNG (`.png`)."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if suffix == ".jpg" else []
    _, coded = cv2.imencode(suffix, image[:, :, ::-1], options)
    return coded.tobytes()


def _page_truth(page: Degraded) -> dict[str, Any]:
    """The page's size in pixels and its words."""
    height, width = page.image.shape[:2]
    boxed = [
        {"text": word.text, "box": [round(v, 1) for v in (word.box.x0, word.box.y0, word.box.x1, word.box.y1)]}
        for word in page.words
    ]
    return {"width": width, "height": height, "words": boxed}


def _summary(document: SynthDocument, *, look: Look) -> dict[str, Any]:
    """What tells this document from the others."""
    return {
        "kind": document.kind,
        "language": document.language,
        "layout": document.layout,
        "look": look,
        "seed": document.seed,
    }
