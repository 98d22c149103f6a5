"""`python -m benchmarks.calibration --engine tesserocr`: fits an engine's confidences to the share of right words.

Generated pages of all kinds and looks are read in each set of languages that covers their own. A word is right where it
says the same as the truth in its place, typography aside. The curves are judged on pages of another seed. Entries of
the package's calibration.json are replaced where there are new ones, others stay. Commit the file.

Curves are fitted under the names that pages come with: those of `compact` by `--engine fast`, which reads all pages by
it, and those of `compact+rapidocr` by `--engine auto`.
"""

from __future__ import annotations

import argparse
import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.machine import describe
from benchmarks.synthetic_pages import TruthPage, synthetic_pages
from docflow.errors import LanguageMissing, RecognitionFailed
from docflow.ocr import check_languages, open_engine
from docflow.ocr.effort import Effort
from docflow.ocr.engine import OcrEngine
from docflow.ocr.ensemble import Calibration, Calibrations, Reading, WordClass, align, class_of, repair_lines
from docflow.ocr.ensemble import calibration as package
from docflow.ocr.ensemble.calibration import tempered
from docflow.ocr.ensemble.fitting import Judged, fit_curves
from docflow.ocr.ensemble.reading import in_order
from docflow.ocr.ensemble.voting import plain
from docflow.settings import load_settings
from docflow.synth import LANGUAGES
from docflow.types import Line, PageText, Word

Key = tuple[str, str]
"""What read a page, and in which languages."""

LANGUAGE_SETS = ("eng", "rus", "eng+rus")
SECONDS_A_PAGE = 120.0

FEWEST_PAGES = 10
"""Fewer say too little: those of an engine that combines others, in a way that is rare."""

CHOOSERS = frozenset({Effort.AUTO.value, Effort.ACCURATE.value})
"""Engines that leave a page to one reader where that is sure, or where it is not: such pages say nothing of others."""

FILE = Path(package.__file__).with_suffix(".json")


@dataclass(slots=True)
class Readings:
    """What one reader has read in one set of languages: its version, how many pages, and their words, each judged."""

    version: str = ""
    pages: int = 0
    words: list[Judged] = field(default_factory=list)


def main() -> None:
    """Fit, write the file, and print how far confidences are from the truth on pages that were not fitted to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True, help="an engine's name, as in the setting ocr.engine")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--held-out", type=int, default=50, help="pages of the seed after, to judge the curves by")
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--languages", nargs="+", default=LANGUAGE_SETS)
    arguments = parser.parse_args()
    console = Console(width=130)
    console.print(describe())
    settings = load_settings().ocr
    engine = open_engine(settings, name=arguments.engine)
    wanted = [check_languages(languages, settings=settings) for languages in arguments.languages]
    spoken = [language for language in LANGUAGES if any(language in codes.split("+") for codes in wanted)]

    def readings(pages: int, seed: int) -> dict[Key, Readings]:
        made = synthetic_pages(pages, seed=seed, languages=spoken)
        return read(engine, track(made, total=pages, console=console), languages=wanted)

    seen, held_out = readings(arguments.pages, arguments.seed), readings(arguments.held_out, arguments.seed + 1)
    fitted = fits(seen, engine=engine.name)
    replaced = {(c.engine, c.languages) for c in fitted}
    kept = [c for c in Calibrations.from_json(FILE.read_text("utf-8")) if (c.engine, c.languages) not in replaced]
    FILE.write_text(Calibrations([*kept, *fitted]).to_json(), encoding="utf-8")
    show(console, fitted, held_out)


def read(engine: OcrEngine, pages: Iterable[TruthPage], *, languages: Sequence[str]) -> dict[Key, Readings]:
    """What the engine makes of the pages in each set of languages that covers a page's own, by who read it in which."""
    readings: dict[Key, Readings] = defaultdict(Readings)
    for page in pages:
        for codes in languages:
            if page.language in codes.split("+"):
                with suppress(LanguageMissing, RecognitionFailed):
                    text = engine.read_page(page.image, languages=codes, timeout=SECONDS_A_PAGE)
                    held = readings[text.engine, text.languages]
                    held.version, held.pages = text.engine_version, held.pages + 1
                    held.words += judge(page, text)
    return readings


def fits(readings: Mapping[Key, Readings], *, engine: str) -> list[Calibration]:
    """The curves of all whose pages are many, and were not left to them because they are easy, or hard."""
    return [
        Calibration(
            engine=name,
            engine_version=held.version,
            languages=languages,
            fitted_on=datetime.date.today().isoformat(),
            pages=held.pages,
            curves=fit_curves(held.words),
        )
        for (name, languages), held in readings.items()
        if held.pages >= FEWEST_PAGES and held.words and ("+" in name or engine not in CHOOSERS)
    ]


def judge(page: TruthPage, text: PageText) -> list[Judged]:
    """The words that an engine has read on the page, each judged."""
    lines = repair_lines(text.lines, languages=text.languages)
    return judged_words(Reading(text.engine, lines, text.languages), truth=page)


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


def brier(calibration: Calibration, words: Sequence[Judged]) -> tuple[float, float]:
    """The Brier scores of the words' tempered confidences and of the calibrated ones, from 0 (good) to 1."""
    tempered_errors = ((sure - right) ** 2 for _, sure, right in words)
    errors = ((calibration.curve(word_class)(sure) - right) ** 2 for word_class, sure, right in words)
    return sum(tempered_errors) / len(words), sum(errors) / len(words)


def show(console: Console, fitted: Sequence[Calibration], held_out: Mapping[Key, Readings]) -> None:
    """Print, for each class of words, how many are right on the pages held out, and by how much confidences err."""
    table = Table(
        "engine", "languages", "pages", "class", "words", "right", "tempered error", "calibrated error", box=None
    )
    for calibration in fitted:
        held = held_out.get((calibration.engine, calibration.languages), Readings())
        for shown in WordClass:
            words = [word for word in held.words if shown in (word[0], WordClass.ANY)]
            if words:
                figures = (sum(right for *_, right in words) / len(words), *brier(calibration, words))
                pages = f"{calibration.pages} + {held.pages}"
                row = (calibration.engine, calibration.languages, pages, shown.value, str(len(words)))
                table.add_row(*row, *(f"{value:.3f}" for value in figures))
    console.print(table)
    console.print("pages are those fitted to and those held out; errors are Brier scores on those held out")


if __name__ == "__main__":
    main()
