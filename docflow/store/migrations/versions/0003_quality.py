"""How far a document's text can be trusted, and how much of each page's writing was not read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the columns; what was read before has no grade, and nobody looked for unread marks."""
    op.add_column("pages", sa.Column("unread", sa.Float(), nullable=True))
    op.add_column("recognitions", sa.Column("grade", sa.String(), nullable=True))
    op.add_column("recognitions", sa.Column("quality", JSON, nullable=True))
    op.create_index(op.f("ix_recognitions_grade"), "recognitions", ["grade"])


def downgrade() -> None:
    """Drop the columns."""
    op.drop_index(op.f("ix_recognitions_grade"), "recognitions")
    with op.batch_alter_table("recognitions") as recognitions:
        recognitions.drop_column("quality")
        recognitions.drop_column("grade")
    with op.batch_alter_table("pages") as pages:
        pages.drop_column("unread")
