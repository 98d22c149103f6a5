"""Automatic labels: documents that nobody labelled get what labelling functions and the model say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from docflow.classify import fair_groups
from docflow.labels.combining import Agreement, Combined, Cutoff, agreements, combine, cutoff, labels_of
from docflow.labels.functions import Evidence, LabellingFunction, ModelVote, SameSender, read_rules
from docflow.settings import Settings
from docflow.store import Label, LabelOrigin, Reading, Store
from docflow.types import UNKNOWN, LabelledText

WHO = "labelling functions"


@dataclass(frozen=True)
class AutoLabelled:
    """What came of it: how each function agrees with people, how sure votes have to be, and what became of labels.

    `cutoff` is None where no certainty was right often enough; no label stands then. `given` and `withdrawn` count
    labels that are new, and those that nothing supports any more; what another replaces is among the former. `kept` are
    documents whose automatic label is as it was, `undecided` those without one. It was judged on so many documents that
    people labelled, of so many `sources`.
    """

    judged_on: int
    sources: int
    agreements: dict[str, Agreement]
    cutoff: Cutoff | None
    given: dict[str, int]
    withdrawn: dict[str, int]
    kept: int
    undecided: int


def label_automatically(settings: Settings, *, store: Store, dry_run: bool = False) -> AutoLabelled:
    """The outcome of having the functions vote on every document that was read and that no person labelled.

    Each label is marked as a machine's, with the functions that it rests on and how sure they were; it never stands
    over a person's and is never judged by, and it is withdrawn where the votes are not sure enough any more. Raises
    `SettingsError` for rules that do not fit.
    """
    in_force = {one.document.id: one.label for one in store.labels.labelled(origins=list(LabelOrigin))}
    by_hand = {number: label for number, label in in_force.items() if label.origin is LabelOrigin.HUMAN}
    firsts, least = store.labels.firsts(), settings.labelling.model_confidence
    seen = {
        one.document_id: evidence_of(one, firsts.get(one.document_id), least=least) for one in store.readings.newest()
    }
    labelled = [(evidence, by_hand[number]) for number, evidence in seen.items() if number in by_hand]
    truth = [label.label for _, label in labelled]
    rules = settings.labelling.effective_rules
    functions = [*(read_rules(rules) if rules else ()), ModelVote()]
    senders = SameSender.learnt([(evidence, label.label) for evidence, label in labelled])
    voted = [
        vote(functions, evidence) | said_by(senders.name, senders.vote_on_learnt(evidence, label.label))
        for evidence, label in labelled
    ]
    measured, labels = agreements(voted, truth), labels_of(voted, truth)
    groups = groups_of(labelled)
    enough = cutoff(voted, truth, groups=groups, precision=settings.labelling.precision)
    given: Counter[str] = Counter()
    withdrawn: Counter[str] = Counter()
    kept = undecided = 0
    for number, evidence in seen.items():
        if number in by_hand:
            continue
        combined = combine(vote([*functions, senders], evidence), measured, labels=labels)
        stands = in_force.get(number)
        if combined is None or enough is None or combined.certainty < enough.certainty:
            undecided += 1
            if stands is not None:
                withdrawn[stands.label] += 1
                if not dry_run:
                    store.labels.withdraw(
                        number, who=WHO, origin=LabelOrigin.AUTO, comment="nothing supports it any more"
                    )
        elif stands is not None and stands.label == combined.label:
            kept += 1
        else:
            given[combined.label] += 1
            if not dry_run:
                write(store, number, combined)
    return AutoLabelled(
        len(truth), len(set(groups)), measured, enough, dict(given), dict(withdrawn), kept=kept, undecided=undecided
    )


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


def groups_of(labelled: Sequence[tuple[Evidence, Label]]) -> list[int]:
    """What each document's source is numbered: those of one source, or nearly the same, say little of each other."""
    return fair_groups([LabelledText(one.text, label.label, "", source=label.source) for one, label in labelled])


def evidence_of(reading: Reading, first: Label | None, *, least: float) -> Evidence:
    """What the functions may know. The model has a vote where it was sure and knew the kind.

    Of a document that was ever labelled, this is what had been answered before its `first` label: the model may have
    learnt it since, a machine's label too, which would then confirm itself.
    """
    said, confidence = (reading.said, reading.confidence) if first is None else (first.predicted, first.confidence)
    is_sure = said not in (None, UNKNOWN) and confidence is not None and confidence >= least
    return Evidence(
        text=reading.text,
        filename=reading.filename,
        pages=reading.pages,
        width=reading.width,
        height=reading.height,
        said=said if is_sure else None,
    )
