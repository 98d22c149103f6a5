"""What is put beside a version in the registry when it is promoted: who did it, why, on what, and the model's card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docflow.classify import describe
from docflow.registry import ModelVersion

FIGURES = ("macro_accuracy", "accuracy", "unknown_rate", "ece", "coverage_at_99")


def evidence_pack(
    registered: ModelVersion,
    folder: Path,
    *,
    alias: str,
    promoted_by: str,
    reason: str,
    verdict: Mapping[str, Any] | None,
) -> dict[str, bytes]:
    """The files of the pack by their names: `model-card.md` for a reader, `promotion.json` for a program."""
    told = {
        "model": registered.name,
        "version": registered.version,
        "digest": registered.digest,
        "data_digest": describe(folder).training.get("data_digest"),
        "alias": alias,
        "promoted_by": promoted_by,
        "reason": reason,
        "verdict": None if verdict is None else dict(verdict),
    }
    return {
        "promotion.json": json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True).encode(),
        "model-card.md": model_card(registered, folder, told=told).encode(),
    }


def model_card(registered: ModelVersion, folder: Path, *, told: Mapping[str, Any]) -> str:
    """The card in Markdown: what it is, what it learnt from, how well it does, and what it is not for.

    Its sections follow Mitchell et al., Model Cards for Model Reporting (2019).
    """
    described = describe(folder)
    counts = described.training.get("counts", {})
    lines = [
        f"# {registered.name}, version {registered.version}",
        "",
        f"A document classifier of the kind `{described.candidate}`. Digest `{registered.digest}`. Registered "
        f"{registered.created_at:%Y-%m-%d %H:%M} UTC; made {told['alias']} by {told['promoted_by']}: "
        f"{told['reason'] or 'no reason was given'}.",
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
        "| figure | held out | out of fold |",
        "|---|---|---|",
        *(f"| {name} | {figure(registered, 'held_out', name)} | {figure(registered, 'out_of_fold', name)} |"
          for name in FIGURES),
        "",
        "Figures for each label, language, source and grade, with intervals: `reports/held_out.md` beside the files.",
        "",
        "## The verdict that it rests on",
        "",
        "Nothing was judged." if told["verdict"] is None else "```json\n"
        + json.dumps(told["verdict"], ensure_ascii=False, indent=2) + "\n```",
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def figure(registered: ModelVersion, kind: str, name: str) -> str:
    """A figure of the version's run, or a dash."""
    value = registered.metrics.get(f"{kind}_{name}")
    return "–" if value is None else f"{value:.3f}"
