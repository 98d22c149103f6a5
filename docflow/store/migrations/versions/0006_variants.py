"""Which part a model had in a prediction, how long it took, and where a promoted version's files were published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = ["recognition_id", "model_name", "model_version", "model_digest", "settings_digest"]
NAME = "uq_predictions_key"


def upgrade() -> None:
    """Add the columns; what was predicted before was said by the champion."""
    with op.batch_alter_table("predictions") as predictions:
        predictions.add_column(sa.Column("variant", sa.String(16), nullable=False, server_default="champion"))
        predictions.add_column(sa.Column("seconds", sa.Float(), nullable=True))
        predictions.drop_constraint(NAME, type_="unique")
        predictions.create_unique_constraint(NAME, [*KEY, "variant"])
    op.add_column("promotions", sa.Column("files", sa.String(), nullable=True))


def downgrade() -> None:
    """Drop the columns, and what was said in the shadow or by a challenger with them."""
    op.execute("DELETE FROM predictions WHERE variant <> 'champion'")
    with op.batch_alter_table("promotions") as promotions:
        promotions.drop_column("files")
    with op.batch_alter_table("predictions") as predictions:
        predictions.drop_constraint(NAME, type_="unique")
        predictions.create_unique_constraint(NAME, KEY)
        predictions.drop_column("seconds")
        predictions.drop_column("variant")
