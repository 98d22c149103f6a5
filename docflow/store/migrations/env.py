"""What Alembic runs for each command, on the connection that `docflow.store.schema.config` was given.

The connection's transaction belongs to whoever opened it: Alembic neither begins nor commits one here.
"""

from __future__ import annotations

from alembic import context

from docflow.store.schema import VERSION_TABLE
from docflow.store.tables import Table


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether a table found in the database is one of ours; another library's may lie beside them."""
    return kind != "table" or name in Table.metadata.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    version_table=VERSION_TABLE,
    include_name=is_ours,
    render_as_batch=True,
    compare_server_default=True,
)
context.run_migrations()
