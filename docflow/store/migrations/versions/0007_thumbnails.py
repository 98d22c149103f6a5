"""A small picture of a recognition's first page, for models that look at pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was read before has no picture until it is read again."""
    op.add_column("pages", sa.Column("thumbnail", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("pages") as pages:
        pages.drop_column("thumbnail")
