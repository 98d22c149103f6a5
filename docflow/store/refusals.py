"""What was refused: promotions and trials that somebody asked for, added and never changed."""

from __future__ import annotations

from sqlmodel import col, select

from docflow.errors import PromotionRefused
from docflow.store.database import Database
from docflow.store.tables import Refusal
from docflow.store.text import storable, storable_lists
from docflow.types import ModelRef


class RefusalStore:
    """The refusals in the database. All methods raise `DatabaseUnavailable` where it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, refused: PromotionRefused, *, model: ModelRef, alias: str, asked_by: str, reason: str = ""
    ) -> Refusal:
        """The refusal of making this model `alias`, with its reasons and its detail, which is plain JSON.

        One that has no reasons in its detail has its message for one.
        """
        refusal = Refusal(
            model_name=model.name,
            model_version=model.version,
            digest=model.digest,
            alias=alias,
            asked_by=storable(asked_by),
            reason=storable(reason),
            refused_because=storable_lists(list(refused.detail.get("reasons") or [refused.message])),
            evidence=refused.detail,
        )
        with self._database.session() as session:
            session.add(refusal)
        return refusal

    def newest(self, model_name: str, *, limit: int = 50) -> list[Refusal]:
        """What was refused of this model, newest first, `limit` at most."""
        query = select(Refusal).where(Refusal.model_name == model_name).order_by(col(Refusal.id).desc())
        with self._database.session() as session:
            return list(session.exec(query.limit(limit)))
