"""By how much a page has to be turned to be upright."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; pages that were read before were read as they came."""
    op.add_column("pages", sa.Column("rotation", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("pages") as pages:
        pages.drop_column("rotation")
