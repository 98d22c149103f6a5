"""What models said about texts that belong to no document. The texts themselves are not kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.dialects import postgresql, sqlite

from docflow import types
from docflow.store.database import Database
from docflow.store.tables import TextPredictionRow, now

Said = tuple[str, types.Prediction]
"""A text's SHA-256, and what one model said about it."""


class TextStore:
    """Predictions of texts in the database. All methods raise `DatabaseUnavailable` where it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_predictions(self, said: Sequence[Said]) -> None:
        """Keep what was said about texts; what is there already, said by the same model, stays.

        It is one transaction that reads nothing first, and writes in the order of the keys: any number of threads and
        processes may do so at once, and none waits for another that waits for it.
        """
        rows = [
            {
                "text_sha256": text_sha256,
                "label": one.label,
                "confidence": one.confidence,
                "model_name": one.model.name,
                "model_version": one.model.version,
                "model_digest": one.model.digest,
                "variant": one.variant,
                "seconds": one.seconds,
                "predicted_at": now(),
            }
            for text_sha256, one in sorted(said, key=_key)
        ]
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        with self._database.session() as session:
            session.connection().execute(insert(TextPredictionRow).on_conflict_do_nothing(), rows)


def _key(said: Said) -> tuple[str, ...]:
    text_sha256, one = said
    return (text_sha256, one.model.name, one.model.version, one.model.digest, one.variant, one.label)
