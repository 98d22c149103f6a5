"""`python -m benchmarks.classify`: every candidate on the real documents, row by row, from cached recognitions.

Rows of generated documents and of a few real ones are judged on the reporting half; the examples come from the tuning
half. An `unknown` counts as wrong for the four kinds, but in the rows of "the likeliest of the four", which count as a
classifier is counted that knows no other kinds. The rows of folds are judged on the whole corpus by models that have
not seen the document, or not its whole source, and count the likeliest label. No candidate's knobs were chosen by
looking at any of these rows.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from benchmarks.machine import describe
from benchmarks.ocr_reading import peak_mib
from benchmarks.real_texts import real_texts
from docflow.classify import CANDIDATES, Candidate, answers, compare, fair_groups
from docflow.classify.blocks import REAL_A_LABEL
from docflow.classify.evaluation import likeliest
from docflow.cli.data import GENERATED
from docflow.synth import training_texts
from docflow.synth.noise import ocr_noise
from docflow.types import UNKNOWN, LabelledText, ModelRef, Prediction

KINDS = ("contract", "invoice", "letter", "receipt")
LEAST_OF_A_KIND = 10
GENERATED_BESIDE_FOLDS = 2000
DAMAGE = 0.4
"""Error rate of the recognition that has failed."""

TIMED = 10_000
DRAWN = 500
"""Pictures that the timed documents share: drawing ten thousand would take five minutes and change nothing."""

FOLDS = 5
SEED = 0
DRAWS = 5
"""Times that five real examples a kind are drawn: an invoice is 0.017, and hangs on which five they are."""

Row = dict[str, str]


def main() -> None:
    """Print the table of all candidates; with `--cost`, time one candidate's training instead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/bench"), help="where recognised text is kept")
    parser.add_argument("--half", choices=("report", "tune"), default="report", help="which half judges")
    parser.add_argument("--candidates", nargs="+", choices=tuple(CANDIDATES), default=tuple(CANDIDATES))
    parser.add_argument("--cost", choices=tuple(CANDIDATES), help="only train this one and print what that cost")
    parser.add_argument("--few", action="store_true", help="only the rows of a few real examples a kind")
    arguments = parser.parse_args()
    if arguments.cost:
        print(json.dumps(cost_here(CANDIDATES[arguments.cost])))
        return
    console = Console(width=130)
    console.print(describe())
    columns: dict[str, Row] = {}
    for name in arguments.candidates:
        columns[name] = {}
        for rows in measure(CANDIDATES[name], var=arguments.var, half=arguments.half, few=arguments.few):
            console.print(name, rows)
            columns[name] |= rows
    table = Table("", *columns, box=None)
    for row in next(iter(columns.values())):
        table.add_row(row, *(column[row] for column in columns.values()))
    console.print(table)


def measure(candidate: Candidate, *, var: Path, half: str, few: bool = False) -> Iterator[Row]:
    """All rows of one candidate, some at a time as they are there; only those of a few real examples for `few`."""
    whole, judged = real_texts(var, half=None), real_texts(var, half="report" if half == "report" else "tune")
    examples = real_texts(var, half="tune")
    generated = list(training_texts(GENERATED, seed=SEED, thumbnails=candidate.looks))
    four, others = [s for s in judged if s.label in KINDS], [s for s in judged if s.label not in KINDS]
    if not few:
        yield without_examples(candidate, generated, four, others)
    for most, draws in ((5, DRAWS), (50, 1)) if half == "report" else ():
        told = [
            figures_of(predict(candidate, generated + taught, [*four, *others]), four)
            for taught in (drawn(examples, most=most, seed=SEED + number) for number in range(draws))
        ]
        names = (
            f"{most} real a kind on top: macro",
            f"– the likeliest of the four, with {most}",
            f"– others that come out unknown, with {most}",
        )
        yield {name: spread(values) for name, values in zip(names, zip(*told, strict=True), strict=True)}
    if few:
        return
    beside = generated[:GENERATED_BESIDE_FOLDS]
    yield folds_of_sources(candidate, [s for s in whole if s.label in KINDS], beside=beside)
    yield folds_of_all_kinds(candidate, whole, beside=beside)
    yield cost_elsewhere(candidate)


def without_examples(
    candidate: Candidate,
    generated: Sequence[LabelledText],
    four: Sequence[LabelledText],
    others: Sequence[LabelledText],
) -> Row:
    """What a model of generated documents alone says of real ones, those of the four kinds and others."""
    row: Row = {}
    damaged = [replace(s, text=ocr_noise(s.text, rate=DAMAGE, seed=row)) for row, s in enumerate(four)]
    started = predict(candidate, generated, [*four, *damaged, *others])
    named, misread, foreign = (started[: len(four)], started[len(four) : 2 * len(four)], started[2 * len(four) :])
    row["generated only: macro, four kinds"] = score(compare(named, four).macro_accuracy)
    for language in ("eng", "rus"):
        of_it = [(p, s) for p, s in zip(named, four, strict=True) if s.language == language]
        row[f"– of these {language}"] = score(macro_of(of_it))
    for kind in KINDS:
        right = [p.label == kind for p, s in zip(named, four, strict=True) if s.label == kind]
        row[f"– of these {kind}"] = f"{sum(right)}/{len(right)}"
    row["– of these, their text damaged: macro"] = score(compare(misread, damaged).macro_accuracy)
    row["generated only: others that come out unknown"] = score(float(np.mean([p.label == UNKNOWN for p in foreign])))
    row["generated only: macro, the likeliest of the four"] = score(macro_of(of_four(named, four)))
    return row


def figures_of(predictions: Sequence[Prediction], four: Sequence[LabelledText]) -> tuple[float, float, float]:
    """The macro accuracy of the four kinds, that of the likeliest of the four, and the share of others as unknown.

    The predictions are of those of the four kinds first.
    """
    named, foreign = predictions[: len(four)], predictions[len(four) :]
    likely = macro_of(of_four(named, four))
    return compare(named, four).macro_accuracy, likely, float(np.mean([p.label == UNKNOWN for p in foreign]))


def folds_of_sources(candidate: Candidate, samples: Sequence[LabelledText], *, beside: Sequence[LabelledText]) -> Row:
    """Four kinds in folds that hold whole sources and near duplicates out, and in random ones."""
    truth = [s.label for s in samples]
    grouped = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(truth, truth, fair_groups(samples))
    plain = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(truth, truth)
    row: Row = {}
    for name, folds in (("whole sources held out", grouped), ("random folds", plain)):
        judged = out_of_fold(candidate, samples, folds, beside)
        row[f"{name}: macro, four kinds"] = score(macro_of(judged))
        row[f"– {name}: the likeliest of the four"] = score(macro_of(of_four(*zip(*judged, strict=True))))
    return row


def folds_of_all_kinds(candidate: Candidate, samples: Sequence[LabelledText], *, beside: Sequence[LabelledText]) -> Row:
    """All kinds with ten documents or more, in random folds; generated ones under their own kinds beside them."""
    counts = Counter(s.label for s in samples)
    kept = [s for s in samples if counts[s.label] >= LEAST_OF_A_KIND]
    kinds = {s.label for s in kept}
    own = [replace(s, label=str(s.metadata["kind"])) for s in beside]
    truth = [s.label for s in kept]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(truth, truth)
    judged = out_of_fold(candidate, kept, folds, [s for s in own if s.label in kinds])
    right = [likeliest(p) == s.label for p, s in judged]
    return {
        f"random folds: accuracy, {len(kinds)} kinds": score(float(np.mean(right))),
        f"random folds: macro, {len(kinds)} kinds": score(macro_of(judged)),
    }


def out_of_fold(
    candidate: Candidate,
    samples: Sequence[LabelledText],
    folds: Iterable[tuple[np.ndarray, np.ndarray]],
    beside: Sequence[LabelledText],
) -> list[tuple[Prediction, LabelledText]]:
    """Each sample with its prediction under the likeliest label, by a model that was not fitted on its fold."""
    judged: list[tuple[Prediction, LabelledText]] = []
    for fit, judge in folds:
        held = [samples[row] for row in judge]
        learnt = [*beside, *(samples[row] for row in fit)]
        judged += [
            (replace(p, label=likeliest(p)), s) for p, s in zip(predict(candidate, learnt, held), held, strict=True)
        ]
    return judged


def of_four(
    predictions: Sequence[Prediction], samples: Sequence[LabelledText]
) -> list[tuple[Prediction, LabelledText]]:
    """Each prediction under the likeliest of the four kinds, as a classifier that knows no others would answer."""
    likely = (max(KINDS, key=lambda kind: p.scores.get(kind, 0.0)) for p in predictions)
    return [(replace(p, label=k), s) for p, k, s in zip(predictions, likely, samples, strict=True)]


def predict(candidate: Candidate, learnt: Sequence[LabelledText], judged: Sequence[LabelledText]) -> list[Prediction]:
    """What the candidate, trained on `learnt`, says of `judged`."""
    classifier = candidate.fit(learnt, seed=SEED).classifier(ModelRef(candidate.name, "bench", ""))
    return answers(classifier, judged)


def drawn(samples: Sequence[LabelledText], *, most: int, seed: int) -> list[LabelledText]:
    """As many of each of the four kinds, or all where there are fewer, drawn by the seed."""
    rng = random.Random(seed)
    of_kind: Mapping[str, list[LabelledText]] = {kind: [s for s in samples if s.label == kind] for kind in KINDS}
    return [s for held in of_kind.values() for s in rng.sample(held, min(most, len(held)))]


def macro_of(judged: Sequence[tuple[Prediction, LabelledText]]) -> float:
    """The mean share that is right over the labels."""
    return compare([p for p, _ in judged], [s for _, s in judged]).macro_accuracy


def cost_elsewhere(candidate: Candidate) -> Row:
    """What training costs, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.classify", "--cost", candidate.name]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=1800).stdout.splitlines()[-1]
    cost: Row = json.loads(told)
    return cost


def cost_here(candidate: Candidate) -> Row:
    """Seconds and memory of training on 10,000 texts that are there already, and the time of one prediction.

    As many of the texts pass for real ones as make a model learn from lines too: that takes the most of all.
    """
    samples = list(training_texts(TIMED, seed=SEED))
    passing = REAL_A_LABEL * len({sample.label for sample in samples})
    samples = [replace(s, is_generated=row >= passing) for row, s in enumerate(samples)]
    if candidate.looks:
        drawn_ones = [s.thumbnail for s in training_texts(DRAWN, seed=SEED, thumbnails=True)]
        samples = [replace(s, thumbnail=drawn_ones[row % DRAWN]) for row, s in enumerate(samples)]
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
    return {
        "training 10,000 texts, lines included, s": f"{took:.0f}",
        "peak memory of that, MiB": f"{peak_mib():.0f}",
        "one prediction, ms": f"{each:.2f}",
    }


def spread(values: Sequence[float]) -> str:
    """The mean, and where there are several, the least and the most."""
    mean = score(float(np.mean(values)))
    return mean if len(values) == 1 else f"{mean} ({score(min(values))} to {score(max(values))})"


def score(value: float) -> str:
    """A share with three places."""
    return f"{value:.3f}"


if __name__ == "__main__":
    main()
