"""The verdict that a promotion rests on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the column; what was promoted before rests on nothing that was kept."""
    op.add_column("promotions", sa.Column("evidence", JSON, nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("promotions") as promotions:
        promotions.drop_column("evidence")
