"""The real documents that figures are taken on: where they are, which half is for reporting, what they say.

`DOCFLOW_CORPUS` names the folder, else ../shared/corpus beside the project. Nothing in it is trained on; the
generator and the thresholds were worked out on the tuning half alone, and figures are those of the other half.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Half = Literal["tune", "report"]


@dataclass(frozen=True, slots=True)
class RealDocument:
    """One file of the corpus, as its manifest describes it."""

    path: Path
    name: str
    kind: str
    language: str
    truth: str

    @property
    def half(self) -> Half:
        """Which half the file is in: by a digest of its name, so that it never moves."""
        return "tune" if int(hashlib.sha256(self.name.encode()).hexdigest(), 16) % 2 == 0 else "report"


def folder() -> Path:
    """The corpus's folder; ends the program with a sentence where there is none."""
    if not is_here():
        raise SystemExit("skipped: no real documents here; DOCFLOW_CORPUS names their folder")
    return _named()


def is_here() -> bool:
    """Whether there are real documents on this machine."""
    return (_named() / "manifest.csv").is_file()


def _named() -> Path:
    """Where the corpus should be."""
    return Path(os.environ.get("DOCFLOW_CORPUS", Path(__file__).parents[1] / "../shared/corpus")).resolve()


def documents(*, kinds: frozenset[str] | None = None, half: Half | None = "report") -> list[RealDocument]:
    """The documents of these kinds (all where None) in one half (both where None), in the manifest's order."""
    root = folder()
    with (root / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        rows = [
            RealDocument(root / r["path"], r["path"], r["class"], r["language"], r["ground_truth"])
            for r in csv.DictReader(manifest)
        ]
    return [d for d in rows if (kinds is None or d.kind in kinds) and (half is None or d.half == half)]


def truth_text(document: RealDocument) -> str | None:
    """What the document says, words in no order that matters; None where nobody wrote it down.

    A machine's reading is no truth, and neither is that of one page for a document of many.
    """
    path = folder() / document.truth
    source = path.name.partition("_")[0]
    if source == "sroie":
        return str(json.loads(path.read_text(encoding="utf-8"))["text"])
    if source == "funsd":
        form = json.loads(path.read_text(encoding="utf-8"))["form"]
        return "\n".join(entry["text"] for entry in form)
    if source == "isri":
        return path.read_text(encoding="utf-8", errors="replace")
    return None


def word_f1(truth: str, read: str) -> float:
    """F1 of the words as a bag, case ignored: order and layout do not count."""
    expected, found = (Counter(re.findall(r"\w+", text.lower())) for text in (truth, read))
    common = sum((expected & found).values())
    total = sum(expected.values()) + sum(found.values())
    return 2 * common / total if total else 1.0
