"""What models said about texts that belong to no document. The texts themselves are not kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.dialects import postgresql, sqlite

from docflow import types
from docflow.store.database import Database
from docflow.store.tables import TextPredictionRow, now


class TextStore:
    """Predictions of texts in the database. All methods raise `DatabaseUnavailable` where it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_predictions(self, text_sha256: str, predictions: Sequence[types.Prediction]) -> None:
        """Keep what was said about the text with this hash; what is there already, said by the same model, stays.

        It is one transaction that reads nothing first: any number of threads and processes may do so at once.
        """
        rows = [
            {
                "text_sha256": text_sha256,
                "label": said.label,
                "confidence": said.confidence,
                "model_name": said.model.name,
                "model_version": said.model.version,
                "model_digest": said.model.digest,
                "variant": said.variant,
                "seconds": said.seconds,
                "predicted_at": now(),
            }
            for said in predictions
        ]
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        with self._database.session() as session:
            session.connection().execute(insert(TextPredictionRow).on_conflict_do_nothing(), rows)
