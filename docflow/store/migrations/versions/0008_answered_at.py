"""When a prediction was last what somebody was told: a model that is asked again gives the row from before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was answered before counts from when it was predicted."""
    op.add_column("predictions", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("predictions") as predictions:
        predictions.drop_column("answered_at")
