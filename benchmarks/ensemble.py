"""`python -m benchmarks.ensemble --members tesserocr rapidocr`: whether engines together beat each of themselves.

An ensemble that does not beat each of its members on the same documents is not switched on. A member is an engine's
name, or a name and languages: `tesserocr:eng+rus`; without languages it reads each document in the document's own.
Generated pages are ones that no calibration was fitted on; receipts are those of the corpus's tuning half.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.corpus import documents, truth_text, word_f1
from benchmarks.machine import cpu_seconds, describe
from benchmarks.synthetic_pages import synthetic_pages
from docflow.errors import OcrError
from docflow.intake import Deadline, open_document
from docflow.ocr import OcrEngine, open_engine
from docflow.ocr.ensemble import Reading, align, combine, repair_lines
from docflow.ocr.ensemble.reading import in_order
from docflow.ocr.ensemble.voting import plain
from docflow.settings import Settings, load_settings
from docflow.types import Line, PageImage

SECONDS_A_PAGE = 120.0


@dataclass(frozen=True, slots=True)
class Document:
    """Pages with what they say; `truth` has the lines with boxes where they are known."""

    pages: tuple[PageImage, ...]
    text: str
    language: str
    truth: tuple[Line, ...] | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """An engine that takes part, in fixed languages, or in each document's own where None."""

    engine: OcrEngine
    languages: str | None = None

    @property
    def name(self) -> str:
        """As the command line has it."""
        return f"{self.engine.name}:{self.languages}" if self.languages else self.engine.name

    def read(self, page: PageImage, *, language: str) -> Reading:
        """What the engine says of the page; nothing where it fails."""
        languages = self.languages or language
        try:
            return Reading.of(self.engine.read_page(page, languages=languages, timeout=SECONDS_A_PAGE))
        except OcrError:
            return Reading(self.engine.name, (), languages)


@dataclass(slots=True)
class Score:
    """How well one reads: means over documents, CPU-seconds in total."""

    name: str
    words: int = 0
    f1: list[float] = field(default_factory=list)
    cer: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def add(self, document: Document, lines: Iterable[Line]) -> None:
        """Count what was read of a document."""
        read = "\n".join(line.text for line in lines)
        self.words += len(read.split())
        self.f1.append(word_f1(document.text, read))
        self.cer.append(character_error_rate(document.text, read))

    @property
    def word_f1(self) -> float:
        """The mean F1 of words, their order ignored."""
        return sum(self.f1) / len(self.f1)

    @property
    def character_error_rate(self) -> float:
        """The mean edits per true character, in the reading order."""
        return sum(self.cer) / len(self.cer)


def character_error_rate(truth: str, read: str) -> float:
    """Edits (Levenshtein) per true character; case, spaces and line breaks do not count."""
    expected, found = ("".join(text.lower().split()) for text in (truth, read))
    return Levenshtein.distance(expected, found) / max(1, len(expected))


def evaluate(members: Sequence[Member], over: Iterable[Document], *, habits: Counter[str] | None = None) -> list[Score]:
    """The members' scores and, last, the ensemble's, on the same readings; its cost is theirs and its own.

    `habits` is counted up by how members behave, where boxes of the truth are known: what `COINCIDENCE` and `SILENCE`
    in the voting stand for.
    """
    scores, together = [Score(member.name) for member in members], Score("ensemble")
    for document in over:
        kept: list[list[Line]] = [[] for _ in members]
        combined: list[Line] = []
        for page in document.pages:
            readings = []
            for member, score, lines in zip(members, scores, kept, strict=True):
                started = cpu_seconds()
                readings.append(member.read(page, language=document.language))
                score.cpu += cpu_seconds() - started
                lines += readings[-1].lines
            started = cpu_seconds()
            repaired = [repaired_reading(reading) for reading in readings]
            combined += combine(repaired).lines
            together.cpu += cpu_seconds() - started
            if habits is not None and document.truth is not None:
                habits.update(habits_of(repaired, document.truth))
        for score, lines in zip(scores, kept, strict=True):
            score.add(document, lines)
        together.add(document, combined)
    together.cpu += sum(score.cpu for score in scores)
    return [*scores, together]


def repaired_reading(reading: Reading) -> Reading:
    """The reading without mixed scripts."""
    return Reading(reading.engine, repair_lines(reading.lines, languages=reading.languages), reading.languages)


def beats_each(scores: Sequence[Score]) -> bool:
    """Whether the last, the ensemble, has a better word F1 than each of the others and no worse error rate."""
    *members, together = scores
    return all(
        together.word_f1 > m.word_f1 and together.character_error_rate <= m.character_error_rate for m in members
    )


def habits_of(readings: Sequence[Reading], truth: tuple[Line, ...]) -> Iterator[str]:
    """For each place: whether members that are all wrong say the same, and whether one that speaks alone is right."""
    asked = in_order([*readings, Reading("truth", truth)])
    last = next(k for k, reading in enumerate(asked) if reading.engine == "truth")
    for row in align(asked):
        for group in row:
            said = [plain("".join(word.text for word in words)) for words in group]
            true = said.pop(last)
            spoken = [meaning for meaning in said if meaning]
            if len(spoken) == 1 < len(said):
                yield "alone, right" if spoken[0] == true else "alone, wrong"
            elif len(spoken) > 1 and true not in spoken:
                yield "all wrong, alike" if len(set(spoken)) == 1 else "all wrong, each in its way"


def generated_documents(count: int, *, seed: int, languages: Sequence[str]) -> Iterator[Document]:
    """Generated pages, a document each."""
    for page in synthetic_pages(count, seed=seed, languages=languages):
        yield Document((page.image,), page.text, page.language, page.lines)


def receipts(count: int, *, settings: Settings) -> Iterator[Document]:
    """Real receipts of the tuning half."""
    for real in documents(kinds=frozenset({"receipt"}), half="tune")[:count]:
        with open_document(real.path.read_bytes(), limits=settings.intake) as opened:
            pages = opened.pages(Deadline(settings.intake.max_seconds))
            images = tuple(page for page in pages if isinstance(page, PageImage))
        yield Document(images, str(truth_text(real)), real.language)


def main() -> None:
    """Print the scores on both sets, and the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", nargs="+", default=["tesserocr", "tesserocr:eng+rus"])
    parser.add_argument("--pages", type=int, default=40, help="generated pages")
    parser.add_argument("--receipts", type=int, default=20)
    parser.add_argument("--languages", nargs="+", default=["eng", "rus"], help="of the generated pages")
    parser.add_argument("--seed", type=int, default=77)
    arguments = parser.parse_args()
    console = Console(width=130)
    console.print(describe())
    settings = load_settings()
    members = []
    for name, _, languages in (member.partition(":") for member in arguments.members):
        members.append(Member(open_engine(settings.ocr, name=name), languages or None))
    habits: Counter[str] = Counter()
    generated = generated_documents(arguments.pages, seed=arguments.seed, languages=arguments.languages)
    sets = {
        "generated pages": (generated, arguments.pages),
        "receipts": (receipts(arguments.receipts, settings=settings), arguments.receipts),
    }
    for title, (held, count) in sets.items():
        if count:
            scores = evaluate(members, track(held, total=count, console=console), habits=habits)
            show(console, scores, title=title)
    console.print(", ".join(f"{what}: {count}" for what, count in sorted(habits.items())))


def show(console: Console, scores: Sequence[Score], *, title: str) -> None:
    """Print one set's table and verdict."""
    table = Table(title, "word F1", "CER", "CPU-s per document", box=None)
    for score in scores:
        figures = (score.word_f1, score.character_error_rate, score.cpu / len(score.f1))
        table.add_row(score.name, *(f"{figure:.3f}" for figure in figures))
    console.print(table)
    *members, together = scores
    own = together.cpu - sum(member.cpu for member in members)
    console.print(f"aligning and voting: {own / max(1, together.words) * 400 * 1000:.0f} ms for 400 words")
    verdict = "beats each member" if beats_each(scores) else "does not beat each member: leave it off"
    console.print(f"the ensemble {verdict}")


if __name__ == "__main__":
    main()
