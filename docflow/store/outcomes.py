"""What two versions of a model said about the same documents and texts, and what people said afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any, TypeVar

from sqlmodel import col, func, or_, select

from docflow.store.database import Database
from docflow.store.tables import Document, Label, LabelOrigin, PredictionRow, Recognition, TextPredictionRow
from docflow.types import FAILED, UNKNOWN, Variant

Said = TypeVar("Said", PredictionRow, TextPredictionRow)
Key = TypeVar("Key", int, str)

MOST_ROWS = 50_000
"""The newest predictions that are looked at: months of most services, and a second's work."""


class Answerer(StrEnum):
    """Whose answer people had when they labelled a document for the first time in a trial.

    `OTHER` is whoever did not answer by the share: a third version, one that stood in for a champion that failed, any
    of them about a document on which one of the two ever failed, or that came in before the trial began.
    """

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    NOBODY = "nobody"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A document that a person labelled after both had said what it is; who was right.

    `label` is what the person said, `source` where it came from, empty where nobody said. `confirmed` is false where
    the label corrects what was answered by then. `key` is the hash by which it was settled who answers. `text` is what
    the document says in its newest recognition, with the `languages` that this was read in, and its `grade`, empty
    where it has none.
    """

    document_id: int
    label: str
    champion: bool
    challenger: bool
    source: str
    confirmed: bool
    answerer: Answerer
    key: str = field(repr=False)
    text: str = field(default="", repr=False)
    languages: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """How one version did beside the other: documents asked about, those it failed on, and those it called unknown.

    A text that belongs to no document counts as one. `milliseconds` is the median time of a prediction, None where
    nobody measured.
    """

    documents: int
    failed: int
    unknown: int
    milliseconds: float | None


class OutcomeStore:
    """Comparisons in the database. All methods raise `DatabaseUnavailable` where it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def paired(self, champion: str, challenger: str, *, model_name: str, since: datetime) -> list[Outcome]:
        """The documents that both versions answered and people labelled since then, in the order of their first labels.

        One of the predictions may be older, where it is of the same recognition.

        Where neither version knows the label, `unknown` is right; where one does, it is wrong of both.
        """
        versions = (champion, challenger)
        said = self._newest(model_name, versions=versions, since=since)
        both = {number: one for number, one in said.items() if not any(map(has_failed, one.values()))}
        query = select(Label, Document).join(Document).where(*labelled_since(since)).order_by(col(Label.id))
        with self._database.session() as session:
            labels = [(label, document) for label, document in session.exec(query) if document.id in both]
        # Where a label was taken back nobody is right, and to take one back is not to give the first.
        last = {document.id: label for label, document in labels}
        labels = [(label, document) for label, document in labels if label.label and last[document.id].label]
        # A document that is labelled again keeps its place: what a sequential test has looked at stays in its order.
        newest = {document.id: label for label, document in labels}
        firsts = {document.id: (label, document) for label, document in reversed(labels)}
        disturbed = self._disturbed(model_name, versions=versions, since=since)
        found = []
        for number, label in newest.items():
            first, document = firsts[number]
            is_by_share = document.created_at >= since and number not in disturbed
            by = answerer(first, model_name=model_name, versions=versions, is_by_share=is_by_share)
            found.append(outcome(label, both[number], versions=versions, answerer=by, key=document.sha256))
        read = self._read(challenger, model_name=model_name, since=since)
        return [replace(one, **read.get(one.document_id, {})) for one in found]

    def operations(
        self, champion: str, challenger: str, *, model_name: str, since: datetime
    ) -> tuple[Operation, Operation]:
        """How the champion and the challenger did on the documents that both were asked about, one of them since then.

        Texts that belong to no document count among them.

        Nobody asked a version of which there is neither an answer nor a failure: a process that began before the trial
        did, or a service has not yet taken the models in force.
        """
        versions = (champion, challenger)
        documents = self._newest(model_name, versions=versions, since=since)
        texts = self._newest_of_texts(model_name, versions=versions, since=since)
        said: list[Mapping[str, PredictionRow | TextPredictionRow]] = [*documents.values(), *texts.values()]
        first, second = (operation([one[version] for one in said]) for version in versions)
        return first, second

    def _newest(
        self, model_name: str, *, versions: tuple[str, str], since: datetime
    ) -> dict[int, dict[str, PredictionRow]]:
        """Each version's newest answer to what both were asked about, by document and version; a failure without any.

        One of them is from since then. The other one's may be older: who is asked again about what it has read already
        says what it said, and `predicted_at` stays as it is.
        """
        rows = self._said(
            PredictionRow, of=PredictionRow.recognition_id, model_name=model_name, versions=versions, since=since
        )
        return by_version(rows, key=lambda row: row.document_id, versions=versions)

    def _newest_of_texts(
        self, model_name: str, *, versions: tuple[str, str], since: datetime
    ) -> dict[str, dict[str, TextPredictionRow]]:
        """The same of texts that belong to no document, by their hashes."""
        rows = self._said(
            TextPredictionRow, of=TextPredictionRow.text_sha256, model_name=model_name, versions=versions, since=since
        )
        return by_version(rows, key=lambda row: row.text_sha256, versions=versions)

    def _said(
        self, table: type[Said], *, of: int | str, model_name: str, versions: tuple[str, str], since: datetime
    ) -> list[Said]:
        """What the versions ever said about what one of them was asked since then, the newest first, failures last."""
        is_of_them = (table.model_name == model_name, col(table.model_version).in_(versions))
        asked = (
            select(col(of))
            .where(*is_of_them, col(table.predicted_at) >= since)
            .order_by(col(table.id).desc())
            .limit(MOST_ROWS)
        )
        query = (
            select(table)
            .where(*is_of_them, col(of).in_(asked))
            .order_by(col(table.label) == FAILED, col(table.id).desc())
        )
        with self._database.session() as session:
            return list(session.exec(query))

    def _disturbed(self, model_name: str, *, versions: tuple[str, str], since: datetime) -> set[int]:
        """The documents labelled since then on which a version ever failed, or stood in for one that did."""
        query = select(PredictionRow.document_id).where(
            PredictionRow.model_name == model_name,
            col(PredictionRow.model_version).in_(versions),
            or_(col(PredictionRow.label) == FAILED, col(PredictionRow.variant) == Variant.STAND_IN),
            col(PredictionRow.document_id).in_(select(Label.document_id).where(*labelled_since(since))),
        )
        with self._database.session() as session:
            return set(session.exec(query))

    def _read(self, version: str, *, model_name: str, since: datetime) -> dict[int, dict[str, Any]]:
        """What an `Outcome` has of the newest recognition of each document labelled since then, by the document.

        Of those only that the version was asked about: labels come in by the thousand with documents that nobody was.
        """
        labelled = select(Label.document_id).where(*labelled_since(since))
        asked = select(PredictionRow.document_id).where(
            PredictionRow.model_name == model_name,
            PredictionRow.model_version == version,
            col(PredictionRow.document_id).in_(labelled),
        )
        newest = (
            select(func.max(Recognition.id))
            .where(col(Recognition.document_id).in_(asked))
            .group_by(col(Recognition.document_id))
        )
        query = select(Recognition.document_id, Recognition.text, Recognition.languages, Recognition.grade)
        with self._database.session() as session:
            rows = session.exec(query.where(col(Recognition.id).in_(newest))).all()
        return {
            document: {"text": text, "languages": languages, "grade": grade or ""}
            for document, text, languages, grade in rows
        }


def by_version(
    rows: Sequence[Said], *, key: Callable[[Said], Key], versions: tuple[str, str]
) -> dict[Key, dict[str, Said]]:
    """The first row of each version, by what it is about, of what both said something about."""
    found: dict[Key, dict[str, Said]] = {}
    for row in rows:
        found.setdefault(key(row), {}).setdefault(row.model_version, row)
    return {subject: one for subject, one in found.items() if len(one) == len(versions)}


def labelled_since(since: datetime) -> tuple[Any, ...]:
    """The conditions on labels that a person gave or took back since then; who confirms one gives none."""
    is_persons = (Label.origin == LabelOrigin.HUMAN, col(Label.is_confirmation).is_(False))
    return (*is_persons, col(Label.created_at) >= since)


def answerer(first: Label, *, model_name: str, versions: tuple[str, str], is_by_share: bool) -> Answerer:
    """Whose answer was known when this label was given, the document's first one in the trial.

    `is_by_share` says whether the share alone settled who of the versions, the champion first, was to answer.
    """
    if first.predicted is None:
        return Answerer.NOBODY
    if not is_by_share or first.model_name != model_name or first.model_version not in versions:
        return Answerer.OTHER
    return Answerer.CHAMPION if first.model_version == versions[0] else Answerer.CHALLENGER


def outcome(
    label: Label, said: dict[str, PredictionRow], *, versions: tuple[str, str], answerer: Answerer, key: str
) -> Outcome:
    """Who of the versions was right, the champion first, and whether what had been answered was.

    Without an answer by then the label corrects none.
    """
    is_known = any(label.label in said[version].scores for version in versions)
    target = label.label if is_known else UNKNOWN
    champion, challenger = (said[version].label == target for version in versions)
    return Outcome(
        label.document_id,
        label.label,
        champion,
        challenger,
        source=label.source,
        confirmed=label.predicted in (None, label.label, target),
        answerer=answerer,
        key=key,
    )


def has_failed(row: PredictionRow | TextPredictionRow) -> bool:
    """Whether the model was asked and did not answer."""
    return row.label == FAILED


def operation(rows: Sequence[PredictionRow | TextPredictionRow]) -> Operation:
    """How the version did whose rows these are, one for each document that it was asked about."""
    times = [1000 * row.seconds for row in rows if row.seconds is not None]
    return Operation(
        documents=len(rows),
        failed=sum(map(has_failed, rows)),
        unknown=sum(row.label == UNKNOWN for row in rows),
        milliseconds=median(times) if times else None,
    )
