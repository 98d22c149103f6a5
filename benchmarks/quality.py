"""`python -m benchmarks.quality`: what grades are worth, on generated pages of all looks: grade against true word F1.

The pages are others than those that the confidences were calibrated on.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.stats import spearmanr

from benchmarks.corpus import word_f1
from benchmarks.machine import describe
from benchmarks.synthetic_pages import TruthPage, synthetic_pages
from docflow.errors import RecognitionFailed
from docflow.ocr import open_engine
from docflow.ocr.ink import unread_share
from docflow.ocr.quality import Grade, Quality, page_quality
from docflow.settings import load_settings

SECONDS_A_PAGE = 120.0
Graded = tuple[TruthPage, Quality, float]


def main() -> None:
    """Print the table by grade, and that by look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--languages", default="eng+rus")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--seed", type=int, default=53)
    arguments = parser.parse_args()
    console = Console(width=130)
    console.print(describe())
    engine = open_engine(load_settings().ocr, name=arguments.engine)
    graded: list[Graded] = []
    pages = synthetic_pages(arguments.pages, seed=arguments.seed)
    for page in track(pages, total=arguments.pages, console=console):
        try:
            read = engine.read_page(page.image, languages=arguments.languages, timeout=SECONDS_A_PAGE)
        except RecognitionFailed:
            continue
        quality = page_quality(replace(read, unread=unread_share(page.image, read)))
        graded.append((page, quality, word_f1(page.text, read.text)))
    show(console, graded, title="grade", group=lambda one: one[1].grade.value, groups=[g.value for g in Grade])
    show(console, graded, title="look", group=lambda one: one[0].look, groups=sorted({one[0].look for one in graded}))
    for name in ("trust", "mean", "low", "wordlike", "unread"):
        values = [getattr(quality, name) for _, quality, _ in graded]
        rank = spearmanr(values, [f1 for *_, f1 in graded]).statistic
        console.print(f"rank correlation of {name} with the true word F1: {rank:.3f}")


def show(
    console: Console, graded: Sequence[Graded], *, title: str, group: Callable[[Graded], str], groups: Sequence[str]
) -> None:
    """Print, for each group, how many pages it has, their trust, and the spread of their true word F1."""
    table = Table(title, "pages", "trust", "word F1: mean", "least", "most", "grades", box=None)
    for name in groups:
        held = [one for one in graded if group(one) == name]
        if not held:
            continue
        scores = [f1 for *_, f1 in held]
        trust = statistics.mean(quality.trust for _, quality, _ in held)
        figures = (f"{value:.3f}" for value in (trust, statistics.mean(scores), min(scores), max(scores)))
        grades = "".join(sorted(quality.grade.value for _, quality, _ in held))
        table.add_row(name, str(len(held)), *figures, grades)
    console.print(table)


if __name__ == "__main__":
    main()
