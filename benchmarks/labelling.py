"""`python -m benchmarks.labelling`: how many real documents get an automatic label, and how many of these are right.

People are taken to have labelled the tuning half, on which the functions' agreement is measured; the functions then
label the reporting half. The rules are those that come along, the model is trained on generated documents alone.
`--bound` says how often the best of several certainties is taken for sure enough where none is, without any documents.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe
from benchmarks.model import generated_classifier
from benchmarks.real_texts import real_texts
from docflow.autolabelling import vote
from docflow.classify import fair_groups
from docflow.labels.combining import Combined, Cutoff, agreements, combine, cutoff, labels_of, lower_bound
from docflow.labels.functions import Evidence, LabellingFunction, ModelVote, SameSender, read_rules
from docflow.settings import LabellingSettings
from docflow.types import Classifier, LabelledText

RULES = Path("config/labelling.toml")

DRAWS = 2000
"""Of sources that are right or wrong, for each of the bound's figures."""


def main() -> None:
    """Print each function's agreement, and what comes out of all together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/bench"), help="where recognised text is kept")
    parser.add_argument("--bound", action="store_true", help="how often a bound over several certainties fails")
    parser.add_argument("--precision", type=float, default=LabellingSettings().precision, help="what is asked for")
    arguments = parser.parse_args()
    console, precision = Console(width=130), arguments.precision
    if arguments.bound:
        for sources in (60, 100, 300, 1000):
            each = ", ".join(f"{missed(sources, count, precision):.3f} of {count}" for count in (1, 8, sources))
            console.print(f"{sources} sources: passed by the best certainty {each}")
        return
    console.print(describe())
    model = generated_classifier()
    known, fresh = (real_texts(arguments.var, half=half) for half in ("tune", "report"))
    learnt = [(evidence, one.label) for evidence, one in zip(evidences(known, model), known, strict=True)]
    functions: list[LabellingFunction] = [*read_rules(RULES), ModelVote()]
    voted = [vote(functions, evidence) for evidence, _ in learnt]
    truth = [label for _, label in learnt]
    measured = agreements(voted, truth)
    table = Table("function", "votes", "agreed", box=None)
    for name, agreement in sorted(measured.items()):
        table.add_row(name, str(agreement.votes), str(agreement.agreed))
    console.print(table)
    functions.append(SameSender.learnt(learnt))
    said = [
        (combine(vote(functions, evidence), measured, labels=labels_of(voted, truth)), one.label)
        for evidence, one in zip(evidences(fresh, model), fresh, strict=True)
    ]
    for told, documents in (("sources named", known), ("none named", [replace(one, source="") for one in known])):
        groups = fair_groups(documents)
        console.print(f"{told}: {len(known)} documents that people labelled, of {len(set(groups))} sources")
        console.print(outcome(said, cutoff(voted, truth, groups=groups, precision=precision)))


def outcome(said: Sequence[tuple[Combined | None, str]], enough: Cutoff | None) -> str:
    """How many of these documents, whose right labels stand beside, are labelled, and how many of these rightly."""
    if enough is None:
        return "no certainty is enough, and none is labelled"
    given = [(one.label, truth) for one, truth in said if one is not None and one.certainty >= enough.certainty]
    right = sum(label == truth for label, truth in given)
    by_label = ", ".join(f"{label} {count}" for label, count in sorted(Counter(label for label, _ in given).items()))
    return (
        f"from a certainty of {enough.certainty:.3f} on ({enough.right} of {enough.documents} right, {enough.sources} "
        f"sources), {len(given)} of {len(said)} are labelled, {right} of them right ({by_label})"
    )


def missed(sources: int, certainties: int, precision: float) -> float:
    """How often the best of so many certainties passes where each is right in just `precision` of the sources."""
    chance = np.random.default_rng(0)
    counts = [round(sources * step / certainties) for step in range(1, certainties + 1)]
    passed = 0
    for _ in range(DRAWS):
        right = np.cumsum(chance.random(sources) < precision)
        passed += any(lower_bound(float(right[count - 1]), count) >= precision for count in counts)
    return passed / DRAWS


def evidences(samples: Sequence[LabelledText], model: Classifier) -> list[Evidence]:
    """What the functions may know of each document."""
    least = LabellingSettings().model_confidence
    said = model.predict([sample.text for sample in samples])
    return [
        Evidence(
            sample.text,
            filename=sample.document_id.rpartition("/")[2],
            said=one.label if one.is_confident and one.confidence >= least else None,
        )
        for sample, one in zip(samples, said, strict=True)
    ]


if __name__ == "__main__":
    main()
