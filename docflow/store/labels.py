"""What documents are: labels that people and machines gave them, added and never changed.

The label in force is the newest that a person gave, or where there is none, the newest that a machine gave. People take
theirs back, and a machine its own, by adding one that says nothing. Who says what another person's label says already
confirms it: that is kept, and the label that it confirms stays in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Case, ColumnElement, Select, SelectBase, except_
from sqlmodel import Session, case, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from docflow.errors import DocumentNotFound
from docflow.store.answers import answers
from docflow.store.database import Database
from docflow.store.tables import Document, Label, LabelOrigin, Page, PredictionRow, Recognition
from docflow.store.text import storable

LARGEST_ID = 2**31 - 1

WITHDRAWN = ""
"""The label of whoever takes back what was said; nobody can give it."""

BLANK = " \n\f"
"""What the text of a document without words is made of."""

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """A document with the label in force, and its newest recognition; None where it was not read yet.

    `thumbnail` is a PNG of that recognition's first page, empty where there is none.
    """

    document: Document
    label: Label
    recognition: Recognition | None
    thumbnail: bytes = b""


class LabelStore:
    """The labels in the database. All methods raise `DatabaseUnavailable` where it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        document_id: int,
        *,
        label: str,
        who: str,
        origin: LabelOrigin = LabelOrigin.HUMAN,
        comment: str = "",
        source: str = "",
        once: bool = False,
    ) -> tuple[Label, bool]:
        """The document's label, and whether it was added, with what it replaces and what the model had said by then.

        One that names no source keeps the document's. A person's label that says what another one's in force says
        already confirms it (`is_confirmation`), and is not added again where the same person has said so since it is in
        force. With `once`, neither is what the same person said before: what was said since stands, that a label was
        taken back too. A machine's label is added only where no person's is in force, and where it says something new.
        Where none is added, what stands is the answer: the label in force, or the row that took it back. Raises
        `DocumentNotFound`.
        """
        with self._database.locking() as session:
            _lock(session, document_id)
            current = in_force(session, document_id)
            given = Label(
                document_id=document_id,
                label=storable(label),
                origin=origin,
                who=storable(who),
                comment=storable(comment),
                source=storable(source),
            )
            last = _last_of(session, document_id, origin=origin)
            if once and last is not None and _was_said(session, given, last=last):
                return last, False
            if current is None or not says_nothing_new(given, current):
                return _put(session, given, over=current), True
            if origin is LabelOrigin.AUTO or _has_said_so(session, given, current=current):
                return current, False
            given.is_confirmation = True
            return _put(session, given, over=None), True

    def withdraw(
        self, document_id: int, *, who: str, origin: LabelOrigin = LabelOrigin.HUMAN, comment: str = ""
    ) -> tuple[Label, bool]:
        """The row that takes the label of this origin back, and whether it was added: only over one in force.

        After a person's, a machine's label may stand again; a machine takes back none of a person's. Raises
        `DocumentNotFound`.
        """
        with self._database.locking() as session:
            _lock(session, document_id)
            current = in_force(session, document_id)
            taken = Label(
                document_id=document_id,
                label=WITHDRAWN,
                origin=origin,
                who=storable(who),
                comment=storable(comment),
            )
            if current is None or current.origin is not origin:
                return taken, False
            return _put(session, taken, over=current), True

    def current(self, document_id: int) -> Label | None:
        """The document's label in force, if it has one."""
        with self._database.session() as session:
            return in_force(session, document_id)

    def history(self, document_id: int) -> list[Label]:
        """All labels that the document ever had, newest first; raises `DocumentNotFound`."""
        with self._database.session() as session:
            if not 0 < document_id <= LARGEST_ID or session.get(Document, document_id) is None:
                raise DocumentNotFound(f"there is no document {document_id}")
            query = select(Label).where(Label.document_id == document_id).order_by(col(Label.id).desc())
            return list(session.exec(query))

    def firsts(self, *, origins: Sequence[LabelOrigin] = tuple(LabelOrigin)) -> dict[int, Label]:
        """Each labelled document's first label of these origins, by the document's id."""
        firsts = select(func.min(Label.id)).where(col(Label.origin).in_(origins)).group_by(col(Label.document_id))
        with self._database.session() as session:
            return {label.document_id: label for label in session.exec(select(Label).where(col(Label.id).in_(firsts)))}

    def names(self) -> set[str]:
        """Every label that a person ever gave."""
        query = select(Label.label).where(Label.origin == LabelOrigin.HUMAN, Label.label != WITHDRAWN).distinct()
        with self._database.session() as session:
            return set(session.exec(query))

    def ever_labelled(self, *, came_until: datetime) -> set[int]:
        """The ids of the documents that came in until the moment and that a person ever labelled."""
        query = (
            select(Label.document_id)
            .join(Document)
            .where(Label.origin == LabelOrigin.HUMAN, col(Document.created_at) <= came_until)
            .distinct()
        )
        with self._database.session() as session:
            return set(session.exec(query))

    def labelled(
        self, *, origins: Sequence[LabelOrigin] = (LabelOrigin.HUMAN,), until: datetime | None = None
    ) -> list[LabelledDocument]:
        """The documents whose label in force is of these origins, by their ids; with `until`, as of that moment."""
        moment = until or FOREVER
        newest = (
            select(func.max(Recognition.id).label("id"))
            .where(col(Recognition.created_at) <= moment)
            .group_by(col(Recognition.document_id))
            .subquery("newest")
        )
        query = (
            select(Document, Label, Recognition, Page.thumbnail)
            .join(Label, col(Label.document_id) == col(Document.id))
            .outerjoin(
                Recognition,
                (col(Recognition.document_id) == col(Document.id)) & col(Recognition.id).in_(select(newest.c.id)),
            )
            .outerjoin(Page, (col(Page.recognition_id) == col(Recognition.id)) & (col(Page.number) == 1))
            .where(col(Label.id).in_(last_ones(col(Label.created_at) <= moment)), Label.label != WITHDRAWN)
            .order_by(col(Document.id), human_first())
        )
        found: dict[int, LabelledDocument] = {}
        with self._database.session() as session:
            for document, label, recognition, thumbnail in session.exec(query):
                found.setdefault(document.id, LabelledDocument(document, label, recognition, thumbnail or b""))
        return [one for one in found.values() if one.label.origin in origins]

    def count_since(self, moment: datetime | None, *, origin: LabelOrigin = LabelOrigin.HUMAN) -> int:
        """How many documents have a label of this origin, and a text to learn from, that they had not at the moment.

        So neither what was confirmed or taken back since counts, nor what was corrected back; what was labelled before
        and read for the first time since does. Without a moment, all that have both.
        """
        query: SelectBase = learnable(origin, until=FOREVER)
        if moment is not None:
            query = except_(learnable(origin, until=FOREVER), learnable(origin, until=moment))
        with self._database.session() as session:
            return int(session.exec(select(func.count()).select_from(query.subquery())).one())


def last_ones(*conditions: ColumnElement[bool] | bool) -> SelectOfScalar[int]:
    """The query for the ids of each document's last label of each origin, of those that meet the conditions.

    It may take back what was said; what confirms another is left out.
    """
    query = select(func.max(Label.id)).where(col(Label.is_confirmation).is_(False), *conditions)
    return query.group_by(col(Label.document_id), col(Label.origin))


def learnable(origin: LabelOrigin, *, until: datetime) -> Select[tuple[int, str, str]]:
    """The query for the documents that had a label of this origin and a text by then, with label and source."""
    last = last_ones(Label.origin == origin, col(Label.created_at) <= until)
    return (
        select(Label.document_id, Label.label, Label.source)
        .join(Recognition, col(Recognition.document_id) == col(Label.document_id))
        .where(col(Label.id).in_(last), Label.label != WITHDRAWN)
        .where(col(Recognition.created_at) <= until, func.trim(Recognition.text, BLANK) != "")
        .distinct()
    )


def in_force(session: Session, document_id: int) -> Label | None:
    """The document's label in force, as this transaction sees it."""
    last = last_ones(Label.document_id == document_id)
    query = select(Label).where(col(Label.id).in_(last), Label.label != WITHDRAWN).order_by(human_first())
    return session.exec(query.limit(1)).first()


def _last_of(session: Session, document_id: int, *, origin: LabelOrigin) -> Label | None:
    """The document's last label of this origin, which may take back what was said."""
    last = last_ones(Label.document_id == document_id, Label.origin == origin)
    return session.exec(select(Label).where(col(Label.id).in_(last))).first()


def _put(session: Session, given: Label, *, over: Label | None) -> Label:
    """The label, added with what it replaces, the document's source, and what the model had said by then."""
    given.replaced = over.label if over is not None else None
    given.source = given.source or _source(session, given.document_id)
    said = session.exec(answers().where(PredictionRow.document_id == given.document_id).limit(1)).first()
    if said is not None:
        given.model_name, given.model_version = said.model_name, said.model_version
        given.predicted, given.confidence = said.label, said.confidence
    session.add(given)
    return given


def _source(session: Session, document_id: int) -> str:
    """Where the document came from, as its newest label has it; empty where nobody said."""
    query = select(Label.source).where(Label.document_id == document_id).order_by(col(Label.id).desc())
    return session.exec(query.limit(1)).first() or ""


def says_nothing_new(given: Label, current: Label) -> bool:
    """Whether the label in force settles what is given, or says the same of the document and its source."""
    if given.origin is LabelOrigin.AUTO and current.origin is LabelOrigin.HUMAN:
        return True
    is_same = (given.origin, given.label) == (current.origin, current.label)
    return is_same and given.source in ("", current.source)


def _was_said(session: Session, given: Label, *, last: Label) -> bool:
    """Whether the same person said this before; that another source is named counts until the label is corrected."""
    query = select(Label.source).where(
        Label.document_id == given.document_id,
        Label.origin == given.origin,
        Label.label == given.label,
        Label.who == given.who,
    )
    return any(given.label != last.label or given.source in ("", source) for source in session.exec(query))


def _has_said_so(session: Session, given: Label, *, current: Label) -> bool:
    """Whether the same person gave the label in force, or has confirmed it."""
    query = select(Label.id).where(
        Label.document_id == given.document_id,
        Label.origin == given.origin,
        Label.who == given.who,
        col(Label.id) >= current.id,
    )
    return session.exec(query.limit(1)).first() is not None


def _lock(session: Session, document_id: int) -> None:
    """Have nobody else label the document until the transaction ends; raises `DocumentNotFound`."""
    # The key stays free: predictions that refer to the document are stored meanwhile.
    query = select(Document.id).where(Document.id == document_id).with_for_update(key_share=True)
    if not 0 < document_id <= LARGEST_ID or session.exec(query).first() is None:
        raise DocumentNotFound(f"there is no document {document_id}")


def human_first() -> Case[int]:
    """What to order labels by so that those of people come first."""
    return case((col(Label.origin) == LabelOrigin.HUMAN, 0), else_=1)
