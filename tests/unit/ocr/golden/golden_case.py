"""Golden pages: what `fast` and `auto` read on pages of examples/documents, stored word by word with its boxes.

They show what a change does to readings that no other test looks at as a whole. A change that means to read otherwise
writes them anew, and the difference is looked at before it is kept:

    python tests/unit/ocr/golden/write_golden_pages.py
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from docflow.intake import Deadline, open_document
from docflow.ocr import OcrEngine, open_engine
from docflow.settings import IntakeSettings, OcrSettings
from docflow.types import PageImage, PageText

FOLDER = Path(__file__).parent / "pages"
EXAMPLES = Path(__file__).parents[4] / "examples" / "documents"

DOCUMENTS = ("letter-eng.tiff", "receipt-eng.jpg", "letter-rus.jpg", "receipt-rus.jpg")
"""Fax, photo, scan and thermal print; of each, the first page."""

ENGINES = ("fast", "auto")

SECONDS = 60.0
"""Longest time to decode a document, and to read a page."""

MOST_ERRORS = 0.01
"""Character errors at most, as a share of the stored text: other processors round otherwise."""

LEAST_OVERLAP, LEAST_ALIKE = 0.8, 0.95
"""So many of the stored boxes have to be found again with this intersection over union."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A page's lines, each with its words' boxes in pixels, and the versions that read them."""

    lines: tuple[str, ...]
    boxes: NDArray[np.float64]
    made_with: dict[str, str]

    @classmethod
    def of(cls, page: PageText) -> Self:
        """What was read, its boxes rounded to whole pixels."""
        boxes = [[word.box.x0, word.box.y0, word.box.x1, word.box.y1] for word in page.words]
        made_with = {name: version(name) for name in ("onnxruntime", "opencv-python-headless")}
        return cls(
            tuple(line.text for line in page.lines),
            np.round(np.reshape(np.asarray(boxes, dtype=float), (-1, 4))),
            {"engine": page.engine, "engine_version": page.engine_version, **made_with},
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """The stored reading."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        boxes = [box for line in stored["lines"] for box in line["boxes"]]
        return cls(tuple(line["text"] for line in stored["lines"]), np.asarray(boxes, dtype=float), stored["made_with"])

    def store(self, path: Path) -> None:
        """Write it, a line of the page on each line of the file, so that differences can be read."""
        rest = iter(self.boxes.astype(int).tolist())
        lines: list[dict[str, Any]] = [
            {"text": line, "boxes": [next(rest) for _ in line.split(" ")]} for line in self.lines
        ]
        rows = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        made_with = json.dumps(self.made_with, ensure_ascii=False)
        path.write_text(f'{{"made_with": {made_with},\n"lines": [\n{rows}\n]}}\n', encoding="utf-8")


def path_of(document: str, engine: str) -> Path:
    """Where a reading is stored."""
    return FOLDER / f"{Path(document).stem}.{engine}.json"


def engine_of(name: str) -> OcrEngine:
    """The engine with the default settings."""
    return open_engine(OcrSettings(), name=name)


def read(document: str, engine: OcrEngine) -> Reading:
    """What the document's first page says."""
    with open_document((EXAMPLES / document).read_bytes(), limits=IntakeSettings()) as opened:
        page = next(opened.pages(Deadline(SECONDS)))
    assert isinstance(page, PageImage)
    return Reading.of(engine.read_page(page, languages="eng+rus", timeout=SECONDS))


def errors(stored: Reading, seen: Reading) -> float:
    """Character errors as a share of the stored text."""
    expected, found = "\n".join(stored.lines), "\n".join(seen.lines)
    return Levenshtein.distance(expected, found) / len(expected)


def alike(stored: Reading, seen: Reading) -> float:
    """The share of the stored boxes that a seen one overlaps by `LEAST_OVERLAP` or more."""
    if not len(seen.boxes):
        return 0.0
    one, other = stored.boxes[:, None], seen.boxes[None]
    sides = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    common = sides.clip(0).prod(axis=2)
    areas = [(boxes[..., 2:] - boxes[..., :2]).prod(axis=2) for boxes in (one, other)]
    overlap = common / (areas[0] + areas[1] - common)
    return float((overlap.max(axis=1) >= LEAST_OVERLAP).mean())
