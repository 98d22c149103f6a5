"""What was refused stays on record, with who asked for it and why it was, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from docflow.errors import PromotionRefused
from docflow.store import Refusal, Store
from docflow.types import ModelRef


def refuse(store: Store, version: str, *, name: str = "docflow", **detail: object) -> Refusal:
    """A refusal of making this version the champion."""
    return store.refusals.add(
        PromotionRefused(f"version {version} is not better", detail=detail),
        model=ModelRef(name, version, f"digest of {version}"),
        alias="champion",
        asked_by="ann\x00",
        reason="a try\ud800",
    )


def test_a_refusal_is_kept_with_its_reasons_and_its_evidence(store: Store) -> None:
    refuse(store, "2", reasons=("it is slow", "it is large"), costs={"bytes": 3}, slices={"label счёт": [1, 0.5]})
    (kept,) = store.refusals.newest("docflow")
    assert (kept.model_version, kept.digest, kept.alias) == ("2", "digest of 2", "champion")
    assert (kept.asked_by, kept.reason) == ("ann\ufffd", "a try\ufffd")
    assert kept.refused_because == ["it is slow", "it is large"]
    assert kept.evidence == {
        "reasons": ["it is slow", "it is large"],
        "costs": {"bytes": 3},
        "slices": {"label счёт": [1, 0.5]},
    }
    assert kept.refused_at.tzinfo is not None


def test_a_refusal_without_reasons_of_its_own_has_its_message_for_one(store: Store) -> None:
    refuse(store, "2")
    (kept,) = store.refusals.newest("docflow")
    assert (kept.refused_because, kept.evidence) == (["version 2 is not better"], {})


def test_the_newest_refusals_of_a_model_come_first(store: Store) -> None:
    for version in "123":
        refuse(store, version)
    refuse(store, "9", name="another")
    assert [one.model_version for one in store.refusals.newest("docflow")] == ["3", "2", "1"]
    assert [one.model_version for one in store.refusals.newest("docflow", limit=2)] == ["3", "2"]
