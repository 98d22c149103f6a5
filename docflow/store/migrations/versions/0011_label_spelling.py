"""Labels and sources in the spelling that new ones are kept in, and which labels confirm what somebody else said."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

AT_ONCE = 1000
UNKNOWN = "unknown"

labels = sa.table(
    "labels",
    sa.column("id", sa.Integer),
    sa.column("label", sa.String),
    sa.column("replaced", sa.String),
    sa.column("source", sa.String),
)


def upgrade() -> None:
    """Add the column, since confirmations were not kept before; spell what is there anew, so many rows at a time."""
    op.add_column("labels", sa.Column("is_confirmation", sa.Boolean(), nullable=False, server_default=sa.false()))
    connection = op.get_bind()
    batch = sa.select(labels).order_by(labels.c.id).limit(AT_ONCE)
    change = (
        sa.update(labels)
        .where(labels.c.id == sa.bindparam("row"))
        .values({name: sa.bindparam(f"new_{name}") for name in ("label", "replaced", "source")})
    )
    after = 0
    while rows := connection.execute(batch.where(labels.c.id > after)).all():
        after = rows[-1].id
        changed = [
            {"row": row.id, "new_label": label, "new_replaced": replaced, "new_source": source}
            for row in rows
            for label, replaced, source in [(spelt_label(row.label), spelt_label(row.replaced), spelt(row.source))]
            if (label, replaced, source) != (row.label, row.replaced, row.source)
        ]
        if changed:
            connection.execute(change, changed)


def downgrade() -> None:
    """Drop the column, and what people confirmed with it; the spelling stays."""
    op.execute(sa.text("DELETE FROM labels WHERE is_confirmation"))
    with op.batch_alter_table("labels") as table:
        table.drop_column("is_confirmation")


def spelt_label(label: str | None) -> str | None:
    """The label as new ones are spelt; one of which nothing would be left stays, since an empty one takes back."""
    if not label:
        return label
    spelling = spelt(label) or label
    return UNKNOWN if spelling.casefold() == UNKNOWN else spelling


def spelt(name: str) -> str:
    """The name composed (NFC), with one space between words, none around it, and nothing that cannot be seen."""
    seen = "".join(
        " " if character.isspace() else character for character in name if character.isprintable() or character.isspace()
    )
    return re.sub(" +", " ", unicodedata.normalize("NFC", seen)).strip()
