"""The card of a promoted model, for a reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from docflow.classify import Description
from docflow.registry import JudgedOn, ModelVersion

FIGURES = ("macro_accuracy", "accuracy", "unknown_rate", "ece", "coverage_at_99")


def model_card(registered: ModelVersion, described: Description, *, told: Mapping[str, Any]) -> str:
    """The card in Markdown: what it is, what it learnt from, how well it does, and what it is not for.

    `told` is an `Evidence` as plain JSON. The sections follow Mitchell et al., Model Cards for Model Reporting (2019).
    """
    counts = described.training.get("counts", {})
    lines = [
        f"# {registered.name}, version {registered.version}",
        "",
        f"A document classifier of the kind `{described.candidate}`. Digest `{registered.digest}`. Registered "
        f"{registered.created_at:%Y-%m-%d %H:%M} UTC; made {told['alias']} at {told['promoted_at']} by "
        f"{told['promoted_by']}: {told['reason'] or 'no reason was given'}.",
        "",
        "## What it is for",
        "",
        f"It tells from a document's recognised text which of these it is: {', '.join(described.labels)}. Below a "
        f"calibrated probability of {described.threshold:.2f} it says `unknown`. It is not for texts in languages "
        "other than those below, nor for decisions about people that nobody checks.",
        "",
        "## What it learnt from",
        "",
        f"Data digest `{told['data_digest']}`.",
        "",
        "| label | language | documents |",
        "|---|---|---|",
        *(
            f"| {label} | {language} | {count} |"
            for label, languages in counts.items()
            for language, count in languages.items()
        ),
        "",
        "## How well it does",
        "",
        "| figure | held out | generated, held out | out of fold |",
        "|---|---|---|---|",
        *(f"| {name} | {' | '.join(figure(registered, kind, name) for kind in JudgedOn)} |" for name in FIGURES),
        "",
        *sliced(told["slices"], of=told["sliced"]),
        "Figures for each label, language, source and grade, with intervals: `reports/` beside the files.",
        "",
        "## The verdict that it rests on",
        "",
        judged(told["verdict"], is_forced=told["forced"]),
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def judged(verdict: Mapping[str, Any] | None, *, is_forced: bool) -> str:
    """The verdict, with the champion that was compared with; the ids of the documents are for programs to read."""
    if verdict is None:
        return "Nothing was judged: it was forced." if is_forced else "Nothing was judged."
    shown = {key: value for key, value in verdict.items() if key != "document_ids"}
    champion = verdict.get("champion_version")
    against = "" if champion is None else f"Compared with the champion of then, version {champion}.\n\n"
    return f"{against}```json\n{json.dumps(shown, ensure_ascii=False, indent=2)}\n```"


def sliced(slices: Mapping[str, Mapping[str, float]], *, of: str) -> list[str]:
    """The table of the slices; no lines where there are none."""
    if not slices:
        return []
    rows = [f"| {name} | {one['documents']} | {one['accuracy']:.3f} |" for name, one in slices.items()]
    return [f"| slice of {of.replace('_', ' ')} | documents | accuracy |", "|---|---|---|", *rows, ""]


def figure(registered: ModelVersion, kind: JudgedOn, name: str) -> str:
    """A figure of the version's run, or a dash."""
    value = registered.metrics.get(f"{kind}_{name}")
    return "–" if value is None else f"{value:.3f}"
