"""Automatic labels: documents that nobody labelled get what labelling functions and the model say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from docflow.labels.combining import Agreement, Combined, agreements, combine, least_certainty
from docflow.labels.functions import Evidence, LabellingFunction, ModelVote, SameSender, read_rules
from docflow.settings import Settings
from docflow.store import Label, LabelOrigin, Reading, Store

WHO = "labelling functions"


@dataclass(frozen=True)
class AutoLabelled:
    """What came of it: how each function agrees with people, how sure votes have to be, and how many labels were given.

    `certainty` is None where no certainty was right often enough; no label is given then.
    """

    judged_on: int
    agreements: dict[str, Agreement]
    certainty: float | None
    given: dict[str, int]
    undecided: int


def label_automatically(settings: Settings, *, store: Store, dry_run: bool = False) -> AutoLabelled:
    """The outcome of having the functions vote on every document that was read and that no person labelled.

    Each label is marked as a machine's, with the functions that it rests on and how sure they were; it never stands
    over a person's and is never judged by. Raises `SettingsError` for rules that do not fit.
    """
    by_hand = {one.document.id: one.label for one in store.labels.labelled()}
    least = settings.labelling.model_confidence
    seen = [
        (one.document_id, evidence_of(one, by_hand.get(one.document_id), least=least))
        for one in store.readings.newest()
    ]
    labelled = [(evidence, by_hand[number].label) for number, evidence in seen if number in by_hand]
    functions = [*(read_rules(settings.labelling.rules) if settings.labelling.rules else ()), ModelVote()]
    senders = SameSender.learnt(labelled)
    voted = [
        vote(functions, evidence) | said_by(senders.name, senders.vote_on_learnt(evidence, label))
        for evidence, label in labelled
    ]
    unknown = [(number, vote([*functions, senders], evidence)) for number, evidence in seen if number not in by_hand]
    truth = [label for _, label in labelled]
    measured = agreements(voted, truth)
    certainty = least_certainty(voted, truth, precision=settings.labelling.precision)
    given: Counter[str] = Counter()
    for document_id, votes in unknown:
        combined = combine(votes, measured, labels=len(set(truth)))
        if combined is None or certainty is None or combined.certainty < certainty:
            continue
        given[combined.label] += 1
        if not dry_run:
            write(store, document_id, combined)
    return AutoLabelled(len(truth), measured, certainty, dict(given), len(unknown) - given.total())


def write(store: Store, document_id: int, combined: Combined) -> None:
    """Give the document its automatic label."""
    store.labels.add(
        document_id,
        label=combined.label,
        who=WHO,
        origin=LabelOrigin.AUTO,
        comment=f"{combined.certainty:.3f} sure by {', '.join(combined.by)}",
    )


def vote(functions: Sequence[LabellingFunction], evidence: Evidence) -> dict[str, str]:
    """What each function says of the document."""
    said: dict[str, str] = {}
    for function in functions:
        said |= said_by(function.name, function.vote(evidence))
    return said


def said_by(name: str, label: str | None) -> dict[str, str]:
    """The vote, if it is one."""
    return {} if label is None else {name: label}


def evidence_of(reading: Reading, label: Label | None, *, least: float) -> Evidence:
    """What the functions may know. Of a labelled document, what the model had said before: it may have learnt since."""
    said, confidence = (reading.said, reading.confidence) if label is None else (label.predicted, label.confidence)
    is_sure = said is not None and confidence is not None and confidence >= least
    return Evidence(
        text=reading.text,
        filename=reading.filename,
        pages=reading.pages,
        width=reading.width,
        height=reading.height,
        said=said if is_sure else None,
    )
