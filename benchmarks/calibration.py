"""`python -m benchmarks.calibration --engine tesserocr`: fits an engine's confidences to the share of right words.

Generated pages of all kinds and looks are read in each set of languages that covers their own. A word is right where it
says the same as the truth in its place, typography aside. An engine that combines others, as `auto` does, is fitted
under the names that its pages come with, such as `compact+rapidocr`. The engines' entries in the package's
calibration.json are replaced, others stay. Commit the file.
"""

from __future__ import annotations

import argparse
import datetime
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.machine import describe
from benchmarks.synthetic_pages import TruthPage, synthetic_pages
from docflow.errors import LanguageMissing, RecognitionFailed
from docflow.ocr import check_languages, open_engine
from docflow.ocr.ensemble import Calibration, Calibrations, Reading, align, class_of, repair_lines
from docflow.ocr.ensemble import calibration as package
from docflow.ocr.ensemble.calibration import tempered
from docflow.ocr.ensemble.fitting import Judged, fit_curves
from docflow.ocr.ensemble.reading import in_order
from docflow.ocr.ensemble.voting import plain
from docflow.settings import load_settings
from docflow.types import Line, PageText, Word

Key = tuple[str, str]
"""What read a page, and in which languages."""

LANGUAGE_SETS = ("eng", "rus", "eng+rus")
SECONDS_A_PAGE = 120.0

FEWEST_PAGES = 10
"""Fewer say too little: those of an engine that combines others, in a way that is rare."""

FILE = Path(package.__file__).with_suffix(".json")


def main() -> None:
    """Fit, write the file, and print how far the raw confidences were from the truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True, help="an engine's name, as in the setting ocr.engine")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--languages", nargs="+", default=LANGUAGE_SETS)
    arguments = parser.parse_args()
    console = Console(width=130)
    console.print(describe())
    settings = load_settings().ocr
    engine = open_engine(settings, name=arguments.engine)
    wanted = [check_languages(languages, settings=settings) for languages in arguments.languages]
    judged: dict[Key, list[Judged]] = defaultdict(list)
    counted: dict[Key, int] = defaultdict(int)
    pages = synthetic_pages(arguments.pages, seed=arguments.seed)
    for page in track(pages, total=arguments.pages, console=console):
        for languages in wanted:
            if page.language in languages.split("+"):
                with suppress(LanguageMissing, RecognitionFailed):
                    read = engine.read_page(page.image, languages=languages, timeout=SECONDS_A_PAGE)
                    judged[read.engine, read.languages] += judge(page, read)
                    counted[read.engine, read.languages] += 1
    fitted = [
        Calibration(
            engine=name,
            engine_version=engine.version,
            languages=languages,
            fitted_on=datetime.date.today().isoformat(),
            pages=counted[name, languages],
            curves=fit_curves(words),
        )
        for (name, languages), words in judged.items()
        if counted[name, languages] >= FEWEST_PAGES and words
    ]
    replaced = {c.engine for c in fitted}
    others = [c for c in Calibrations.from_json(FILE.read_text(encoding="utf-8")) if c.engine not in replaced]
    FILE.write_text(Calibrations([*others, *fitted]).to_json(), encoding="utf-8")
    show(console, fitted, judged)


def judge(page: TruthPage, read: PageText) -> list[Judged]:
    """The words that an engine has read on the page, each judged."""
    lines = repair_lines(read.lines, languages=read.languages)
    return judged_words(Reading(read.engine, lines, read.languages), truth=page)


def judged_words(reading: Reading, *, truth: TruthPage) -> list[Judged]:
    """The reading's words, each with its class, its tempered confidence, and whether it is right."""
    sure = iter(tempered(reading.words))
    lines = (Line(tuple(Word(word.text, word.box, next(sure)) for word in line.words)) for line in reading.lines)
    reading, other = replace(reading, lines=tuple(lines)), Reading("truth", truth.lines)
    ours = in_order([reading, other]).index(reading)
    judged = []
    for row in align([reading, other]):
        for group in row:
            said, true = (plain("".join(word.text for word in words)) for words in (group[ours], group[1 - ours]))
            judged += [(class_of(word.text), word.confidence, said == true) for word in group[ours]]
    return judged


def show(console: Console, fitted: list[Calibration], judged: dict[Key, list[Judged]]) -> None:
    """Print, for each curve, the words' mean confidence before and after, and the share that is right."""
    table = Table(
        "engine", "languages", "class", "words", "right", "tempered mean", "its error", "calibrated error", box=None
    )
    for calibration in fitted:
        for word_class, curve in calibration.curves.items():
            words = [
                (raw, right)
                for held, raw, right in judged[calibration.engine, calibration.languages]
                if word_class in (held, package.WordClass.ANY)
            ]
            raw_error = sum((raw - right) ** 2 for raw, right in words) / len(words)
            error = sum((curve(raw) - right) ** 2 for raw, right in words) / len(words)
            share, mean = (sum(values) / len(words) for values in zip(*((r, c) for c, r in words), strict=True))
            figures = (f"{value:.3f}" for value in (share, mean, raw_error, error))
            table.add_row(calibration.engine, calibration.languages, word_class.value, str(curve.words), *figures)
    console.print(table)
    console.print("errors are Brier scores (mean squared difference), on the words that the curves were fitted to")


if __name__ == "__main__":
    main()
