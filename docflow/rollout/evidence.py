"""What a promotion rests on: in its row in the database, and beside the version in the registry."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from docflow.classify import describe
from docflow.registry import ModelVersion, Registry
from docflow.rollout.bill import bill_of_materials
from docflow.rollout.card import model_card
from docflow.rollout.reports import reported_slices
from docflow.store import Promotion
from docflow.store.text import storable

EVIDENCE_FOLDER = "evidence"
"""Beside a version's files in the registry; each promotion has a folder of its own in it."""

JUDGED = "judged"
PROMOTION_FILE, CARD_FILE, BILL_FILE = "promotion.json", "model-card.md", "sbom.cdx.json"


@dataclass(frozen=True)
class Evidence:
    """Who promoted what, when, why and on what grounds.

    `metrics` are the version's figures, None where one is not defined; `slices` has the documents and the accuracy of
    each label, language, source and grade that is large enough to speak, and `sliced` says of what: `judged` are the
    documents of the comparison, `held_out` and `held_out_generated` those that training kept apart. `verdict` is None
    where nothing was judged, and `forced` says that somebody wanted it so. `sbom` is the SHA-256 of the bill of
    materials beside it, None where there is none.
    """

    model: str
    version: str
    digest: str
    alias: str
    promoted_by: str
    promoted_at: datetime
    reason: str
    data_digest: str | None = None
    metrics: dict[str, float | None] = field(default_factory=dict)
    slices: dict[str, dict[str, float]] = field(default_factory=dict)
    sliced: str | None = None
    verdict: dict[str, Any] | None = None
    sbom: str | None = None
    forced: bool = False

    @classmethod
    def gather(
        cls,
        registered: ModelVersion,
        folder: Path,
        *,
        registry: Registry,
        least_slice: int,
        alias: str,
        promoted_by: str,
        reason: str,
        verdict: Mapping[str, Any] | None = None,
        measured: Mapping[str, float] | None = None,
        forced: bool = False,
    ) -> Self:
        """The evidence of promoting a version, whose files lie in the folder, at this moment.

        `measured` are figures that come on top of the version's own. Where nothing was judged, the slices are those of
        so many documents at least in the report that the registry has.
        """
        sliced: str | None = JUDGED
        slices = compared_slices(verdict)
        if not slices:
            sliced, slices = reported_slices(registered, registry=registry, least=least_slice)
        return cls(
            model=registered.name,
            version=registered.version,
            digest=registered.digest,
            alias=alias,
            promoted_by=storable(promoted_by),
            promoted_at=datetime.now(UTC),
            reason=storable(reason),
            data_digest=describe(folder).training.get("data_digest"),
            metrics=defined({**registered.metrics, **(measured or {})}),
            slices=slices,
            sliced=sliced,
            verdict=None if verdict is None else dict(verdict),
            sbom=sbom_of(registered.name, version=registered.version, digest=registered.digest),
            forced=forced,
        )

    @classmethod
    def of(cls, promotion: Promotion) -> Self:
        """The evidence in a promotion's row; of older rows, which have a verdict alone or nothing, what they tell."""
        told = promotion.evidence
        stored: dict[str, Any] = told if told is not None and "verdict" in told else {"verdict": told}
        kept = ("data_digest", "metrics", "slices", "sliced", "verdict", "sbom", "forced")
        known: dict[str, Any] = {key: stored[key] for key in kept if key in stored}
        return cls(
            model=promotion.model_name,
            version=str(stored.get("version", promotion.model_version)),
            digest=str(stored.get("digest", promotion.digest)),
            alias=promotion.alias,
            promoted_by=promotion.promoted_by,
            promoted_at=promotion.promoted_at,
            reason=promotion.reason,
            **known,
        )

    def completed(self, folder: Path, *, metrics: Mapping[str, float]) -> Self:
        """The same with what older rows do not tell: the data's digest by the version's files, and its figures."""
        digest = describe(folder).training.get("data_digest")
        return replace(self, data_digest=digest, metrics=self.metrics or defined(metrics))

    def again(self, *, alias: str, promoted_by: str, reason: str, verdict: Mapping[str, Any] | None = None) -> Self:
        """The evidence of doing something else with the same version, at this moment: its figures stay."""
        return replace(
            self,
            alias=alias,
            promoted_by=storable(promoted_by),
            promoted_at=datetime.now(UTC),
            reason=storable(reason),
            verdict=None if verdict is None else dict(verdict),
            sbom=sbom_of(self.model, version=self.version, digest=self.digest),
            forced=False,
        )

    def to_dict(self) -> dict[str, Any]:
        """The evidence as plain JSON."""
        told = asdict(self) | {"promoted_at": self.promoted_at.isoformat()}
        # Tuples and numbers as the database gives them back.
        plain: dict[str, Any] = json.loads(json.dumps(told))
        return plain


def evidence_pack(promotion: Promotion, registered: ModelVersion, folder: Path) -> dict[str, bytes]:
    """The files of the pack by their names: a card for a reader, and for programs what is on record and the bill."""
    evidence = Evidence.of(promotion)
    bill = bill_of_materials(evidence.model, version=evidence.version, digest=evidence.digest)
    told = json.dumps(evidence.to_dict(), ensure_ascii=False, indent=2, sort_keys=True)
    return {
        PROMOTION_FILE: told.encode(),
        CARD_FILE: model_card(registered, describe(folder), told=evidence.to_dict()).encode(),
        **({} if bill is None else {BILL_FILE: bill}),
    }


def pack_folder(promotion: Promotion) -> str:
    """The folder of a promotion's pack beside the version, named after its moment and its row."""
    return f"{EVIDENCE_FOLDER}/{promotion.promoted_at:%Y%m%dT%H%M%S}-{promotion.id}"


def sbom_of(name: str, *, version: str, digest: str) -> str | None:
    """The SHA-256 of the bill of materials as of this moment, None where there is none."""
    bill = bill_of_materials(name, version=version, digest=digest)
    return None if bill is None else hashlib.sha256(bill).hexdigest()


def defined(metrics: Mapping[str, float]) -> dict[str, float | None]:
    """The figures as JSON can say them: None for one that is not a number."""
    return {name: value if math.isfinite(value) else None for name, value in metrics.items()}


def compared_slices(verdict: Mapping[str, Any] | None) -> dict[str, dict[str, float]]:
    """How the promoted version did on the slices of a `gate.Verdict` in JSON; empty for any other verdict."""
    slices = (verdict or {}).get("slices", {})
    return {name: {"documents": one["documents"], "accuracy": one["challenger"]} for name, one in slices.items()}
