"""What documents are: labels that people and machines gave them, added and never changed.

The label in force is the newest that a person gave, or where there is none, the newest that a machine gave. A machine
takes its label back by adding one that says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Case, or_
from sqlmodel import Session, case, col, func, select

from docflow.errors import DocumentNotFound
from docflow.store.answers import answers
from docflow.store.database import Database
from docflow.store.tables import Document, Label, LabelOrigin, Page, PredictionRow, Recognition
from docflow.store.text import storable

LARGEST_ID = 2**31 - 1

WITHDRAWN = ""
"""The label of a machine that took its label back; nobody can give it."""

BLANK = " \n\f"
"""What the text of a document without words is made of."""


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
        """The document's label, and whether it is new, with what it replaces and what the model had said by then.

        A person's label that says what is in force by a person already is not added again, unless it names another
        source; one that names none keeps the document's. With `once`, neither is what the same person said before: what
        was said since stands. A machine's label is added only where no person has given one, and where it says
        something new. Where none is added, the one in force is the answer. Raises `DocumentNotFound`.
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
            if current is not None and (
                says_nothing_new(given, current) or (once and _was_said(session, given, current=current))
            ):
                return current, False
            return _put(session, given, over=current), True

    def withdraw(self, document_id: int, *, who: str, comment: str = "") -> bool:
        """Whether a machine's label was in force and is taken back; a person's stands. Raises `DocumentNotFound`."""
        with self._database.locking() as session:
            _lock(session, document_id)
            current = in_force(session, document_id)
            if current is None or current.origin is not LabelOrigin.AUTO:
                return False
            taken = Label(
                document_id=document_id,
                label=WITHDRAWN,
                origin=LabelOrigin.AUTO,
                who=storable(who),
                comment=storable(comment),
            )
            _put(session, taken, over=current)
            return True

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

    def firsts(self) -> dict[int, Label]:
        """Each labelled document's first label, whoever gave it, by the document's id."""
        firsts = select(func.min(Label.id)).group_by(col(Label.document_id))
        with self._database.session() as session:
            return {label.document_id: label for label in session.exec(select(Label).where(col(Label.id).in_(firsts)))}

    def names(self) -> set[str]:
        """Every label that a person ever gave."""
        with self._database.session() as session:
            return set(session.exec(select(Label.label).where(Label.origin == LabelOrigin.HUMAN).distinct()))

    def labelled(
        self, *, origins: Sequence[LabelOrigin] = (LabelOrigin.HUMAN,), until: datetime | None = None
    ) -> list[LabelledDocument]:
        """The documents whose label in force is of these origins, by their ids; with `until`, as of that moment."""
        moment = until or datetime.max.replace(tzinfo=UTC)
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
            .where(col(Label.created_at) <= moment)
            .order_by(col(Document.id), human_first(), col(Label.id).desc())
        )
        found: dict[int, LabelledDocument] = {}
        with self._database.session() as session:
            for document, label, recognition, thumbnail in session.exec(query):
                found.setdefault(document.id, LabelledDocument(document, label, recognition, thumbnail or b""))
        return [one for one in found.values() if one.label.origin in origins and one.label.label != WITHDRAWN]

    def count_since(self, moment: datetime | None, *, origin: LabelOrigin = LabelOrigin.HUMAN) -> int:
        """How many documents with a text to learn from were labelled from this origin after the moment, or ever.

        One that was labelled before and read for the first time since is among them; each counts once.
        """
        query = (
            select(Label.document_id)
            .join(Recognition, col(Recognition.document_id) == col(Label.document_id))
            .where(Label.origin == origin, Label.label != WITHDRAWN, func.trim(Recognition.text, BLANK) != "")
            .group_by(col(Label.document_id))
        )
        if moment is not None:
            query = query.having(or_(func.max(Label.created_at) > moment, func.min(Recognition.created_at) > moment))
        with self._database.session() as session:
            return int(session.exec(select(func.count()).select_from(query.subquery())).one())


def in_force(session: Session, document_id: int) -> Label | None:
    """The document's label in force, as this transaction sees it."""
    query = select(Label).where(Label.document_id == document_id).order_by(human_first(), col(Label.id).desc())
    newest = session.exec(query.limit(1)).first()
    return None if newest is None or newest.label == WITHDRAWN else newest


def _put(session: Session, given: Label, *, over: Label | None) -> Label:
    """The label, added with what it replaces, whose source it keeps, and with what the model had said by then."""
    if over is not None:
        given.source = given.source or over.source
        given.replaced = over.label
    said = session.exec(answers().where(PredictionRow.document_id == given.document_id).limit(1)).first()
    if said is not None:
        given.model_name, given.model_version = said.model_name, said.model_version
        given.predicted, given.confidence = said.label, said.confidence
    session.add(given)
    return given


def says_nothing_new(given: Label, current: Label) -> bool:
    """Whether the label in force settles what is given, or says the same of the document and its source."""
    if given.origin is LabelOrigin.AUTO and current.origin is LabelOrigin.HUMAN:
        return True
    is_same = (given.origin, given.label) == (current.origin, current.label)
    return is_same and given.source in ("", current.source)


def _was_said(session: Session, given: Label, *, current: Label) -> bool:
    """Whether the same person said this before; that another source is named counts until the label is corrected."""
    query = select(Label.source).where(
        Label.document_id == given.document_id,
        Label.origin == given.origin,
        Label.label == given.label,
        Label.who == given.who,
    )
    return any(given.label != current.label or given.source in ("", source) for source in session.exec(query))


def _lock(session: Session, document_id: int) -> None:
    """Have nobody else label the document until the transaction ends; raises `DocumentNotFound`."""
    # The key stays free: predictions that refer to the document are stored meanwhile.
    query = select(Document.id).where(Document.id == document_id).with_for_update(key_share=True)
    if not 0 < document_id <= LARGEST_ID or session.exec(query).first() is None:
        raise DocumentNotFound(f"there is no document {document_id}")


def human_first() -> Case[int]:
    """What to order labels by so that those of people come first."""
    return case((col(Label.origin) == LabelOrigin.HUMAN, 0), else_=1)
