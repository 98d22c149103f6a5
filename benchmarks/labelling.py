"""`python -m benchmarks.labelling`: how many real documents get an automatic label, and how many of these are right.

People are taken to have labelled the tuning half, on which the functions' agreement is measured; the functions then
label the reporting half. The rules are those that come along, the model is trained on generated documents alone.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe
from benchmarks.model import generated_classifier
from benchmarks.real_texts import real_texts
from docflow.autolabelling import vote
from docflow.classify import fair_groups
from docflow.labels.combining import agreements, combine, cutoff, labels_of
from docflow.labels.functions import Evidence, LabellingFunction, ModelVote, SameSender, read_rules
from docflow.settings import LabellingSettings
from docflow.types import Classifier, LabelledText

RULES = Path("config/labelling.toml")


def main() -> None:
    """Print each function's agreement, and what comes out of all together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/bench"), help="where recognised text is kept")
    arguments = parser.parse_args()
    console, rules = Console(width=130), LabellingSettings()
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
    enough = cutoff(voted, truth, groups=fair_groups(known), precision=rules.precision)
    if enough is None:
        console.print(f"on {len(known)} documents that people labelled, no certainty was enough")
        return
    given: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for evidence, one in zip(evidences(fresh, model), fresh, strict=True):
        combined = combine(vote(functions, evidence), measured, labels=labels_of(voted, truth))
        if combined is not None and combined.certainty >= enough.certainty:
            given[combined.label] += 1
            right[combined.label] += combined.label == one.label
    for label, count in sorted(given.items()):
        console.print(f"{label}: {count} labelled, {right[label]} of them right")
    console.print(
        f"from a certainty of {enough.certainty:.3f} on ({enough.right} of {enough.documents} right), "
        f"{given.total()} of {len(fresh)} documents are labelled, "
        f"{right.total() / max(given.total(), 1):.3f} of them right"
    )


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
