"""What a promotion's row tells of its grounds, older rows too."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from docflow.rollout import Evidence
from docflow.rollout.card import judged
from docflow.rollout.evidence import compared_slices, defined
from docflow.rollout.reports import slices_of
from docflow.store import Promotion

MOMENT = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
KNOWN = Evidence(
    model="docflow",
    version="2",
    digest="d2",
    alias="champion",
    promoted_by="ann",
    promoted_at=MOMENT,
    reason="better",
    data_digest="data",
    metrics={"accuracy": 0.9, "f1": None},
    slices={"label invoice": {"documents": 30, "accuracy": 0.9}},
    sliced="judged",
    verdict={"is_better": True, "reasons": ()},
    sbom="bill",
    forced=True,
)


def row(evidence: dict[str, Any] | None) -> Promotion:
    return Promotion(
        model_name="docflow", model_version="2", digest="d2", alias="champion", promoted_by="ann", reason="better",
        evidence=evidence, promoted_at=MOMENT,
    )  # fmt: skip


def test_what_was_put_on_record_is_read_back_whole() -> None:
    told = KNOWN.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert Evidence.of(row(told)).to_dict() == told
    assert told["promoted_at"] == "2026-05-04T03:02:01+00:00"


@pytest.mark.parametrize("evidence", [None, {"is_better": True, "gain": 0.1}])
def test_an_older_row_has_a_verdict_alone_or_nothing(evidence: dict[str, Any] | None) -> None:
    found = Evidence.of(row(evidence))
    assert found.verdict == evidence
    assert (found.version, found.digest, found.promoted_by, found.promoted_at) == ("2", "d2", "ann", MOMENT)
    assert (found.data_digest, found.metrics, found.slices, found.sbom) == (None, {}, {}, None)
    assert found.forced is False


def test_doing_something_else_with_the_version_keeps_its_figures_and_not_what_was_done() -> None:
    again = KNOWN.again(alias="challenger", promoted_by="bo\x00", reason="withdrawn\ud800", verdict={"ruling": "wait"})
    assert (again.alias, again.promoted_by, again.reason) == ("challenger", "bo\ufffd", "withdrawn\ufffd")
    assert again.verdict == {"ruling": "wait"}
    assert again.promoted_at - MOMENT > timedelta(days=1)
    assert (again.metrics, again.slices, again.data_digest) == (KNOWN.metrics, KNOWN.slices, "data")
    assert again.sbom != "bill"
    assert again.forced is False


def test_a_row_of_before_promotions_said_that_they_were_forced_reads_as_one_that_was_not() -> None:
    told = KNOWN.to_dict()
    del told["forced"]
    assert Evidence.of(row(told)) == replace(Evidence.of(row(KNOWN.to_dict())), forced=False)


def test_the_card_says_whom_a_version_was_compared_with_and_what_was_forced() -> None:
    verdict = {"gain": 0.1, "champion_version": "7", "document_ids": [1, 2], "documents_digest": "dd"}
    told = judged(verdict, is_forced=False)
    assert told.startswith("Compared with the champion of then, version 7.")
    assert "document_ids" not in told
    assert '"documents_digest": "dd"' in told
    assert judged({"ruling": "promote"}, is_forced=False).startswith("```json")
    assert judged(None, is_forced=False) == "Nothing was judged."
    assert judged(None, is_forced=True) == "Nothing was judged: it was forced."


def test_figures_that_are_no_numbers_are_told_as_missing() -> None:
    assert defined({"a": 0.5, "b": float("nan"), "c": float("inf")}) == {"a": 0.5, "b": None, "c": None}


def test_the_slices_of_a_comparison_are_how_the_promoted_one_did() -> None:
    verdict = {"slices": {"language rus": {"documents": 12, "champion": 0.5, "challenger": 0.75}}}
    assert compared_slices(verdict) == {"language rus": {"documents": 12, "accuracy": 0.75}}
    assert compared_slices({"ruling": "promote"}) == compared_slices(None) == {}


def test_the_slices_of_a_report_are_those_that_are_large_enough_to_speak() -> None:
    large, small = ({"count": count, "value": 0.75, "low": 0.5, "high": 1.0} for count in (12, 9))
    report = {
        "recall": {"invoice": large, "letter": small},
        "slices": [
            {"by": "language", "value": "rus", "accuracy": large},
            {"by": "source", "value": "sender", "accuracy": small},
        ],
    }
    assert slices_of(report, least=10) == {
        "label invoice": {"documents": 12, "accuracy": 0.75},
        "language rus": {"documents": 12, "accuracy": 0.75},
    }
