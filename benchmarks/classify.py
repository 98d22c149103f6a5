"""`python -m benchmarks.classify`: every candidate on the real documents, row by row, from cached recognitions.

Rows of generated documents and of some real ones are judged on the reporting half. An `unknown` counts as wrong for the
four kinds, but in the rows of "the likeliest of the four", which count as a classifier is counted that knows no other
kinds. The rows of folds are judged on the whole corpus by models that have not seen the document, or not its whole
source, and count the likeliest label. No candidate's knobs were chosen by looking at any of these rows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.classify_rows import GROUPS, SEED, Compared, Documents, Row
from benchmarks.machine import describe
from benchmarks.ocr_reading import peak_mib
from benchmarks.plain_classifier import Plain
from docflow.classify import CANDIDATES, Candidate, Multimodal, Neural, answers
from docflow.classify.blocks import REAL_A_LABEL
from docflow.embedding import SIZE, Embedding, with_embedding
from docflow.synth import training_texts
from docflow.thumbnail import thumbnail_of
from docflow.types import ModelRef

COST = "cost"
TIMED = 10_000
DRAWN = 500
"""Pictures that the timed documents share: drawing ten thousand would take five minutes and change nothing."""

LOOKING = {each.name for each in (Multimodal, Neural)}
"""The candidates that pages cost something."""

EMPTY_PAGE = thumbnail_of(np.full((96, 68), 255, np.uint8))

COMPARED: Mapping[str, Compared] = {**CANDIDATES, Plain.name: Plain()}
ASKED = ("linear", "voting", "multimodal", "neural", "paperless", "plain")
"""Those compared where none are named: `best` is one of them, and takes an hour to find out which."""


def main() -> None:
    """Print the table of all candidates; with `--cost`, time one candidate's training instead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/bench"), help="where recognised text is kept")
    parser.add_argument("--half", choices=("report", "tune"), default="report", help="which half judges")
    parser.add_argument("--candidates", nargs="+", choices=tuple(COMPARED), default=ASKED)
    parser.add_argument("--rows", nargs="+", choices=(*GROUPS, COST), default=(*GROUPS, COST), help="which rows")
    parser.add_argument("--cost", choices=tuple(CANDIDATES), help="only train this one and print what that cost")
    parser.add_argument("--pages", action="store_true", help="with --cost, on texts with pages")
    arguments = parser.parse_args()
    if arguments.half == "tune" and {"few", "many"} & set(arguments.rows):
        parser.error("the rows of a few and of many real examples teach the tuning half: name the others with --rows")
    if arguments.cost:
        print(json.dumps(cost_here(CANDIDATES[arguments.cost], has_pages=arguments.pages)))
        return
    console = Console(width=130)
    console.print(describe())
    columns: dict[str, Row] = {name: {} for name in arguments.candidates}
    for name in arguments.candidates:
        if name == Neural.name and find_spec("torch") is None:
            console.print("skipped: neural, which needs torch (run this with .venv-torch/bin/python)")
            del columns[name]
            continue
        compared, column = COMPARED[name], columns[name]
        documents = Documents.read(arguments.var, half=arguments.half, thumbnails=compared.looks)
        for group in arguments.rows:
            for rows in [cost_elsewhere(name)] if group == COST else GROUPS[group](compared, documents):
                console.print(name, rows)
                column |= rows
    table = Table("", *columns, box=None)
    for row in dict.fromkeys(row for column in columns.values() for row in column):
        table.add_row(row, *(column.get(row, "") for column in columns.values()))
    console.print(table)


def cost_elsewhere(name: str) -> Row:
    """What training a candidate costs, each time in a process of its own; nothing for the plain classifier."""
    if name not in CANDIDATES:
        return {}
    rows: Row = {}
    for options in [[], ["--pages"]] if name in LOOKING else [[]]:
        command = [sys.executable, "-m", "benchmarks.classify", "--cost", name, *options]
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=1800).stdout
        rows |= json.loads(told.splitlines()[-1])
    return rows


def cost_here(candidate: Candidate, *, has_pages: bool) -> Row:
    """Seconds and memory of training on 10,000 texts that are there already, and the time of one prediction.

    As many of the texts pass for real ones as make a model learn from lines too: that takes the most of all.
    """
    samples = list(training_texts(TIMED, seed=SEED))
    passing = REAL_A_LABEL * len({sample.label for sample in samples})
    samples = [replace(s, is_generated=row >= passing) for row, s in enumerate(samples)]
    if has_pages and candidate.looks:
        drawn_ones = [s.thumbnail for s in training_texts(DRAWN, seed=SEED, thumbnails=True)]
        samples = [replace(s, thumbnail=drawn_ones[row % DRAWN]) for row, s in enumerate(samples)]
    if has_pages and candidate.name == Multimodal.name:
        samples = [replace(s, thumbnail=drawn_embedding(row)) for row, s in enumerate(samples)]
    started = time.perf_counter()
    model = candidate.fit(samples, seed=SEED)
    took = time.perf_counter() - started
    classifier = model.classifier(ModelRef(candidate.name, "bench", ""))
    asked = samples[:300]
    answers(classifier, asked[:20])
    clock = time.perf_counter()
    for sample in asked:
        answers(classifier, [sample])
    each = 1000 * (time.perf_counter() - clock) / len(asked)
    row = {
        "training 10,000 texts, lines included, s": f"{took:.0f}",
        "peak memory of that, MiB": f"{peak_mib():.0f}",
        "one prediction, ms": f"{each:.2f}",
    }
    return {f"– with pages: {name}": value for name, value in row.items()} if has_pages else row


def drawn_embedding(seed: int) -> bytes:
    """A thumbnail with an embedding that says nothing: what it takes to look at one is the same."""
    values = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
    return with_embedding(EMPTY_PAGE, Embedding("00000000", values / np.linalg.norm(values)))


if __name__ == "__main__":
    main()
