"""`python -m benchmarks.hardly_read`: what a classifier says of pages that can hardly be read.

Every document's first page is made so small that little of it is read, 24 to 40 dots an inch of paper, and goes through
the whole pipeline. Two classifiers of generated documents alone answer: one that learnt from texts of such pages too,
as `docflow train` makes it, and one that did not.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
from rich.console import Console
from rich.table import Table

from benchmarks.classify_rows import as_four, macro_of, of_four_kinds, score, unknown_share
from benchmarks.corpus import RealDocument, documents
from benchmarks.machine import describe
from benchmarks.model import generated_classifier
from benchmarks.ocr_sets import Pixels, first_page, keep
from benchmarks.pipeline import outcome_of
from benchmarks.real_texts import GENERATED_LANGUAGES
from docflow.classify import CANDIDATES, answers
from docflow.cli.data import GENERATED
from docflow.errors import DocFlowError
from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.synth import HARDLY_READ, training_texts
from docflow.types import Classifier, LabelledText, ModelRef

DPI = (24.0, 40.0)
PAGE_INCHES = 8.27
TILL_INCHES = 5.0
"""The shorter side of a page, and of what a till's roll is photographed with, in inches."""

SLENDER = 1.8
"""Times that a roll is longer than it is wide, at least."""


def main() -> None:
    """Print how both classifiers do in the asked half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("report", "tune"), default="report")
    parser.add_argument("--var", type=Path, default=Path("var/bench-small"), help="where recognised text is kept")
    arguments = parser.parse_args()
    console = Console(width=130)
    console.print(describe())
    chosen = [d for d in documents(half=arguments.half) if d.kind != "hard" and d.language in GENERATED_LANGUAGES]
    settings = load_settings(var_dir=arguments.var)
    with Pipeline.open(settings, classifier=generated_classifier()) as pipeline, ThreadPoolExecutor(2) as workers:
        read = list(workers.map(lambda d: hardly_read(pipeline, d, folder=arguments.var / "pages"), chosen))
    texts = [text for text in read if text is not None]
    console.print(
        f"{len(texts)} of {len(chosen)} documents, {sum(not text.text.strip() for text in texts)} without a word"
    )
    table = Table("hardly read texts learnt from", "macro", "the likeliest of the four", "others unknown", box=None)
    for share in (0.0, HARDLY_READ):
        table.add_row(f"{share:.0%}", *figures(taught(share), texts))
    console.print(table)


def hardly_read(pipeline: Pipeline, document: RealDocument, *, folder: Path) -> LabelledText | None:
    """What is read of the document's first page when it is that small; None where it was refused."""
    try:
        pixels = first_page(document).pixels
    except DocFlowError:
        return None
    path = keep(made_small(pixels, name=document.name), folder / f"{document.kind}-{document.path.stem}.png")
    outcome = outcome_of(pipeline, replace(document, path=path))
    if outcome is None:
        return None
    return LabelledText(outcome.recognition.text, document.kind, document.language, document_id=document.name)


def made_small(pixels: Pixels, *, name: str) -> Pixels:
    """The page in as many dots an inch as its name draws."""
    height, width = pixels.shape[:2]
    short, long = sorted((height, width))
    inches = TILL_INCHES if long > SLENDER * short else PAGE_INCHES
    factor = min(1.0, inches * random.Random(name).uniform(*DPI) / short)
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)


def taught(share: float) -> Classifier:
    """The classifier that learnt from generated texts of which this share is hardly read."""
    samples = list(training_texts(GENERATED, seed=0, unread=share))
    return CANDIDATES["linear"].fit(samples, seed=0).classifier(ModelRef("linear", "bench", ""))


def figures(classifier: Classifier, texts: Sequence[LabelledText]) -> tuple[str, str, str]:
    """The macro accuracy, that of the likeliest of the four, and the share of the other kinds' that are unknown."""
    four, others = of_four_kinds(texts)
    judged = list(zip(answers(classifier, four), four, strict=True))
    return score(macro_of(judged)), score(macro_of(as_four(judged))), score(unknown_share(answers(classifier, others)))


if __name__ == "__main__":
    main()
