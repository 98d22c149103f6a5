"""`python -m benchmarks.drift`: how often documents that did not change are called drifted, and changed ones not.

Both windows are drawn from distributions like those of a small office's documents, and compared as `docflow drift`
does, with its default settings or other windows. Documents are drawn one by one, or in batches that have kind, language
and grade in common, as when a folder of one sender is scanned.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe
from docflow.monitor.columns import Column, Observation
from docflow.monitor.drift import compare
from docflow.settings import DriftSettings
from docflow.types import UNKNOWN

KINDS = {"invoice": 40, "receipt": 25, "letter": 15, "contract": 8, "form": 5, UNKNOWN: 5, "certificate": 2}
FEW_UNKNOWN = KINDS | {"invoice": 43, UNKNOWN: 2}

OTHER_WINDOWS = (DriftSettings(reference=100, current=50), DriftSettings(reference=5000, current=50))

Change = Callable[[Observation, random.Random], Observation]


def main() -> None:
    """Print for each change of the documents, none first, how often drift was found and in which columns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--looks", type=int, default=150, help="of each change; five times as many of none")
    looks = parser.parse_args().looks
    console, defaults = Console(width=130), DriftSettings()
    console.print(describe())
    headings = ("windows", "the last documents", "looks", "drifted", "columns that had drifted, per look")
    table = Table(*headings, box=None)
    for rules in (defaults, *OTHER_WINDOWS):
        for name, change, batch, kinds, times in (
            ("as before", unchanged, 1, KINDS, 5 * looks),
            ("as before, `unknown` 2 % of both", unchanged, 1, FEW_UNKNOWN, 5 * looks),
            ("as before, in batches of 5", unchanged, 5, KINDS, looks),
            ("as before, in batches of 20", unchanged, 20, KINDS, looks),
            ("`unknown` 15 % instead of 5 %", more_unknown, 1, KINDS, looks),
            ("one in ten of a new kind", new_kind, 1, KINDS, looks),
            ("OCR less sure, grades lower", worse_scanner, 1, KINDS, looks),
        ):
            if rules is not defaults and batch > 1:
                continue
            drifted, columns = look(change, looks=times, batch=batch, kinds=kinds, rules=rules)
            told = ", ".join(f"{column} {count / times:.3f}" for column, count in columns.most_common())
            windows = f"{rules.reference}, {rules.current}"
            table.add_row(windows, name, str(times), f"{drifted / times:.3f}", told or "none")
    console.print(table)


def look(
    change: Change, *, looks: int, batch: int = 1, kinds: Mapping[str, int] = KINDS, rules: DriftSettings
) -> tuple[int, Counter[Column]]:
    """How many of so many looks found drift, and how often each column had."""
    drifted, columns = 0, Counter[Column]()
    for seed in range(looks):
        chance = random.Random(seed)
        reference = documents(rules.reference, chance=chance, batch=batch, kinds=kinds)
        drawn = documents(rules.current, chance=chance, batch=batch, kinds=kinds)
        current = [change(one, chance) for one in drawn]
        seen = compare(reference, current, rules=rules)
        drifted += seen.drifted
        columns.update(column.name for column in seen.columns if column.drifted)
    return drifted, columns


def documents(
    count: int, *, chance: random.Random, batch: int = 1, kinds: Mapping[str, int] = KINDS
) -> list[Observation]:
    """Documents as an office has them, in batches of so many that are alike."""
    drawn = list[Observation]()
    while len(drawn) < count:
        label = chance.choices(list(kinds), weights=list(kinds.values()))[0]
        language = chance.choice(["eng", "rus", "rus"])
        grade = chance.choices("ABCD", weights=[60, 25, 10, 5])[0]
        drawn += [
            Observation(
                label=label,
                confidence=chance.betavariate(9, 1),
                ocr_confidence=chance.choice([1.0, chance.betavariate(12, 1)]),
                length=int(chance.lognormvariate(7, 1)),
                language=language,
                grade=grade,
                pages=1 + int(chance.expovariate(1.5)),
            )
            for _ in range(batch)
        ]
    return drawn[:count]


def unchanged(one: Observation, _chance: random.Random) -> Observation:
    """The document as it is."""
    return one


def more_unknown(one: Observation, chance: random.Random) -> Observation:
    """Some more documents that the model cannot name."""
    return replace(one, label=UNKNOWN) if chance.random() < 0.1 else one


def new_kind(one: Observation, chance: random.Random) -> Observation:
    """Some documents called what none was before."""
    return replace(one, label="passport") if chance.random() < 0.1 else one


def worse_scanner(one: Observation, _chance: random.Random) -> Observation:
    """A text that was read less surely, and an answer that is less sure for it."""
    read = None if one.ocr_confidence is None else 0.9 * one.ocr_confidence
    return replace(one, confidence=0.95 * one.confidence, ocr_confidence=read, grade="B" if one.grade == "A" else "C")


if __name__ == "__main__":
    main()
