"""What two versions of a model said about the same documents, and what people said afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlmodel import col, select

from docflow.store.database import Database
from docflow.store.tables import Label, LabelOrigin, PredictionRow
from docflow.types import UNKNOWN, Variant

MOST_ROWS = 50_000
"""The newest predictions that are looked at: months of most services, and a second's work."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A document that a person labelled after both had said what it is; who was right."""

    document_id: int
    champion: bool
    challenger: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """How one version did beside the other: documents asked about, those not answered, and those called unknown.

    `milliseconds` is the median time of a prediction, None where nobody measured.
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
        """The documents with both versions' predictions and a person's label since then, in the order of the labels.

        One of the predictions may be older, where it is of the same recognition.

        A label that neither version knows is right where the answer is unknown.
        """
        said = self._newest(model_name, versions=(champion, challenger), since=since)
        both = {number: one for number, one in said.items() if len(one) == 2}
        query = select(Label).where(Label.origin == LabelOrigin.HUMAN, col(Label.created_at) >= since)
        with self._database.session() as session:
            labels = session.exec(query.order_by(col(Label.id))).all()
        newest = {label.document_id: label for label in labels if label.document_id in both}
        return [
            Outcome(number, *(is_right(both[number][version], label.label) for version in (champion, challenger)))
            for number, label in sorted(newest.items(), key=lambda item: item[1].id)
        ]

    def operations(
        self, champion: str, challenger: str, *, model_name: str, since: datetime
    ) -> tuple[Operation, Operation]:
        """How the champion and the challenger did on the documents that either was asked about since then.

        What the challenger answered as champion came from a service that had not yet taken the new one: nobody asked
        that, so it did not fail.
        """
        said = self._newest(model_name, versions=(champion, challenger), since=since)
        said = {number: one for number, one in said.items() if not answered_as_champion(one.get(challenger))}
        return operation(said, champion), operation(said, challenger)

    def _newest(
        self, model_name: str, *, versions: tuple[str, str], since: datetime
    ) -> dict[int, dict[str, PredictionRow]]:
        """Each version's newest prediction for what either was asked about since then, by document and version.

        The other one's may be older: who is asked again about what it has read already says what it said, and the row
        stays as it is.
        """
        is_of_them = (PredictionRow.model_name == model_name, col(PredictionRow.model_version).in_(versions))
        asked = (
            select(PredictionRow.recognition_id)
            .where(*is_of_them, col(PredictionRow.predicted_at) >= since)
            .order_by(col(PredictionRow.id).desc())
            .limit(MOST_ROWS)
        )
        query = (
            select(PredictionRow)
            .where(*is_of_them, col(PredictionRow.recognition_id).in_(asked))
            .order_by(col(PredictionRow.id).desc())
        )
        found: dict[int, dict[str, PredictionRow]] = {}
        with self._database.session() as session:
            for row in session.exec(query):
                found.setdefault(row.document_id, {}).setdefault(row.model_version, row)
        return found


def is_right(row: PredictionRow, label: str) -> bool:
    """Whether the prediction says what the person said, as far as its model could."""
    return row.label == (label if label in row.scores else UNKNOWN)


def answered_as_champion(row: PredictionRow | None) -> bool:
    """Whether there is a prediction, and it was the champion's answer."""
    return row is not None and row.variant is Variant.CHAMPION


def operation(said: dict[int, dict[str, PredictionRow]], version: str) -> Operation:
    """How this version did."""
    rows = [one[version] for one in said.values() if version in one]
    times = [1000 * row.seconds for row in rows if row.seconds is not None]
    return Operation(
        documents=len(said),
        failed=len(said) - len(rows),
        unknown=sum(row.label == UNKNOWN for row in rows),
        milliseconds=median(times) if times else None,
    )
