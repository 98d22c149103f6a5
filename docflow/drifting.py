"""Drift, composed with the store and the registry: documents of late beside those that a model began with.

What comes just after a model's training is what it was made for. So the reference are the first documents that came
since the newest version was registered, and both windows start anew with each version. Both are judged by one version,
the champion, under one threshold: that it was replaced is no drift of the documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from docflow.errors import OutputUnwritable
from docflow.monitor.columns import Observation
from docflow.monitor.drift import ColumnDrift, compare
from docflow.ocr import language_of
from docflow.pipeline import PREDICTION_SETTINGS
from docflow.registry import CHAMPION, Registry
from docflow.retraining import newest_version
from docflow.settings import Settings
from docflow.store import AskedDocument, Store, WindowKey


@dataclass(frozen=True, slots=True)
class Window:
    """How many documents a window has, and when the first and the last of them came; None where it has none."""

    documents: int = 0
    begin: datetime | None = None
    end: datetime | None = None

    @classmethod
    def of(cls, asked: Sequence[AskedDocument]) -> Window:
        """The window that these documents make, which are in their order."""
        return cls(len(asked), asked[0].asked_at, asked[-1].asked_at) if asked else cls()

    def to_dict(self) -> dict[str, Any]:
        """The window as plain JSON."""
        moments = {name: getattr(self, name) for name in ("begin", "end")}
        return {"documents": self.documents} | {name: at and at.isoformat() for name, at in moments.items()}


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether the documents have drifted, why or why not as a sentence, and what that rests on.

    `since` is the version whose registration began the windows, `judged_by` the one that judges both; each is None
    where there is none, and `columns` is empty where nothing was compared.
    """

    drifted: bool
    why: str
    since: str | None = None
    judged_by: str | None = None
    reference: Window = Window()
    current: Window = Window()
    columns: tuple[ColumnDrift, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain JSON."""
        return {
            "drifted": self.drifted,
            "why": self.why,
            "since": self.since,
            "judged_by": self.judged_by,
            "reference": self.reference.to_dict(),
            "current": self.current.to_dict(),
            "columns": [
                {
                    "name": one.name.value,
                    "psi": round(one.psi, 4),
                    "threshold": one.threshold,
                    "by_chance": one.by_chance,
                    "drifted": one.drifted,
                }
                for one in self.columns
            ],
        }


def look_for_drift(settings: Settings, *, store: Store, registry: Registry, report: Path | None = None) -> Drift:
    """What comes of comparing the last documents with the first ones since the newest version was registered.

    Nothing has drifted where there are too few of either, and it says so. Where they are compared, a page that shows
    the columns is written to `report`. Raises `SettingsError` where the extra `drift` is not installed,
    `OutputUnwritable`, and what the store and the registry raise.
    """
    rules = settings.drift
    newest = newest_version(settings, registry=registry)
    champion = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    if newest is None or champion is None:
        return Drift(False, "no version is registered and promoted yet")
    key = WindowKey(
        model_name=champion.model_name,
        model_version=champion.model_version,
        settings_digest=settings.digest(*PREDICTION_SETTINGS),
        since=newest.created_at,
    )
    reference = store.windows.first(rules.reference, key=key)
    is_full = len(reference) == rules.reference
    current = store.windows.last(rules.current, key=key, after=reference[-1].prediction_id) if is_full else []
    seen = Drift(
        False,
        f"too few documents since version {newest.version} was registered, by what version {champion.model_version} "
        f"said of them: {len(reference)} of {rules.reference} to compare with, {len(current)} of {rules.current} after",
        since=newest.version,
        judged_by=champion.model_version,
        reference=Window.of(reference),
        current=Window.of(current),
    )
    if len(current) < rules.current:
        return seen
    compared = compare(observed(reference), observed(current), rules=rules)
    if report is not None:
        try:
            report.write_text(compared.html(), encoding="utf-8")
        except OSError as error:
            raise OutputUnwritable(f"the report could not be written: {error.strerror}") from error
    return replace(seen, drifted=compared.drifted, why=compared.why, columns=compared.columns)


def observed(asked: Sequence[AskedDocument]) -> list[Observation]:
    """What drift looks at of each of these documents."""
    return [
        Observation(
            label=one.label,
            confidence=one.confidence,
            ocr_confidence=one.ocr_confidence,
            length=one.length,
            language=language_of(one.beginning, languages=one.languages),
            grade=one.grade,
            pages=one.pages,
        )
        for one in asked
    ]
