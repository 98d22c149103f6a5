"""What documents were answered: the predictions that somebody was told, in the order in which they were."""

from __future__ import annotations

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from docflow.store.tables import PredictionRow
from docflow.types import Variant


def answers() -> SelectOfScalar[PredictionRow]:
    """The query for what was answered, the newest answer first; what a shadow said is none.

    A model that is asked again, as after a rollback, answers with its row from before, so that ids are in another
    order. What was stored before `answered_at` was kept counts from when it was predicted.
    """
    last = func.coalesce(PredictionRow.answered_at, PredictionRow.predicted_at)
    query = select(PredictionRow).where(PredictionRow.variant != Variant.SHADOW)
    return query.order_by(last.desc(), col(PredictionRow.id).desc())
