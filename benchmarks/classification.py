"""`python -m benchmarks.classification`: the first classifier, trained on generated documents alone, on real ones.

Real documents go through the whole pipeline with the default settings; their pages are embedded for
`benchmarks.classify`, which this classifier pays no heed to. Those of the four kinds are counted right
where their kind is named; an `unknown` counts as wrong. Other kinds are right where they come out as `unknown`.
Invoices in languages that are not generated are recognised too, for `benchmarks.classify`, and counted by themselves.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from benchmarks.corpus import RealDocument, documents
from benchmarks.machine import describe
from benchmarks.model import generated_classifier
from benchmarks.pipeline import outcome_of
from benchmarks.real_texts import GENERATED_LANGUAGES
from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.types import UNKNOWN, Prediction


def main() -> None:
    """Print how many of each kind come out right, in the asked half; with `--seeds`, of so many classifiers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="of the generator, one classifier each")
    parser.add_argument("--half", choices=("report", "tune"), default="report")
    parser.add_argument("--var", type=Path, default=Path("var/bench"), help="where recognised text is kept")
    arguments = parser.parse_args()
    console = Console(width=130)
    console.print(describe())
    told = [judged(seed, arguments, console) for seed in range(arguments.seeds)]
    for name, shares in zip(("macro accuracy", "other kinds as unknown"), zip(*told, strict=True), strict=True):
        console.print(f"{name}: {mean(shares):.3f} ({min(shares):.3f} to {max(shares):.3f}) over {len(shares)} seeds")


def judged(seed: int, arguments: argparse.Namespace, console: Console) -> tuple[float, float]:
    """The macro accuracy of the classifier of this seed, and the share of other kinds that it calls unknown."""
    started = time.perf_counter()
    classifier = generated_classifier(seed=seed)
    took = time.perf_counter() - started
    console.print(f"seed {seed}, trained in {took:.1f} s, generation included; threshold {classifier.threshold:.2f}")
    kinds, abroad = defaultdict(Counter[str]), Counter[bool]()
    # Stored predictions of another seed's classifier are told apart by its digest.
    settings = load_settings(var_dir=arguments.var, ocr={"page_embedding": True})
    with Pipeline.open(settings, classifier=classifier) as pipeline, ThreadPoolExecutor(2) as workers:
        chosen = [d for d in documents(half=arguments.half) if d.kind != "hard"]
        for document, label in zip(chosen, workers.map(lambda d: label_of(pipeline, d), chosen), strict=True):
            if document.language in GENERATED_LANGUAGES:
                kinds[document.kind][label] += 1
            else:
                abroad[label == document.kind] += 1
    shares = show(console, kinds, labels=classifier.labels)
    console.print(f"invoices in other languages: {abroad[True]} of {abroad.total()} named")
    return shares


def label_of(pipeline: Pipeline, document: RealDocument) -> str:
    """The label that the pipeline gives the document, or `failed`."""
    outcome = outcome_of(pipeline, document)
    prediction: Prediction | None = outcome and outcome.prediction
    return prediction.label if prediction else "failed"


def show(console: Console, kinds: dict[str, Counter[str]], *, labels: tuple[str, ...]) -> tuple[float, float]:
    """The macro accuracy over the model's own labels, and the share of others that are unknown; prints the table."""
    columns = (*(label for label in labels if label != UNKNOWN), UNKNOWN, "failed")
    table = Table("kind", "documents", "right", *columns, box=None)
    right = {}
    for kind, counts in sorted(kinds.items(), key=lambda item: (item[0] not in labels, item[0])):
        total = counts.total()
        right[kind] = counts[kind if kind in labels else UNKNOWN] / total
        table.add_row(kind, str(total), f"{right[kind]:.3f}", *(str(counts[c] or "·") for c in columns))
    console.print(table)
    known = [share for kind, share in right.items() if kind in labels]
    others = [(counts[UNKNOWN], counts.total()) for kind, counts in kinds.items() if kind not in labels]
    macro, unknown = mean(known), sum(u for u, _ in others) / sum(t for _, t in others)
    console.print(f"macro accuracy over {len(known)} kinds: {macro:.3f}")
    console.print(f"other kinds that come out as unknown: {unknown:.3f}")
    return macro, unknown


if __name__ == "__main__":
    main()
