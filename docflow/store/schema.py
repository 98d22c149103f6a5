"""Which revision the database's tables have, and the way to the newest one.

A new revision is drafted from a change of `tables` with
`alembic.command.revision(schema.config(connection), message, rev_id="0002", autogenerate=True)`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table

from docflow.errors import DatabaseOutdated
from docflow.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "docflow_revision"
"""Alembic's table; the usual name is taken where MLflow or Prefect share the database."""

MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """The revisions that this version knows, oldest first.

    They are read off the files' names: loading Alembic to learn that there is nothing to do takes longer
    than all else that opening a store does.
    """
    names = (re.match(r"(\d{4})_\w+\.py$", file.name) for file in (MIGRATIONS / "versions").iterdir())
    return sorted(name[1] for name in names if name)


def current(database: Database) -> str | None:
    """The revision of the database's tables; None where there are none yet."""
    with database.session() as session:
        connection = session.connection()
        if not inspect(connection).has_table(VERSION_TABLE):
            return None
        return connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()


def ensure(database: Database, *, upgrade: bool) -> None:
    """Bring the database to the newest revision, or, with `upgrade` false, raise `DatabaseOutdated`.

    A database that is newer than this version knows is refused with `DatabaseOutdated` in any case.
    """
    known = revisions()
    revision = current(database)
    if revision == known[-1]:
        return
    if revision is not None and revision not in known:
        raise DatabaseOutdated(
            f"the database has schema {revision}; this version of DocFlow knows up to {known[-1]}",
            next_step="Update DocFlow: a newer version has upgraded this database.",
        )
    if not upgrade:
        raise DatabaseOutdated(f"the database has schema {revision or 'none'}, this version needs {known[-1]}")
    with database.exclusive() as connection:
        _upgrade(connection)


def config(connection: Connection) -> Config:
    """Alembic's configuration for commands on this connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def _upgrade(connection: Connection) -> None:
    """Run the missing migrations in the connection's transaction: all of them or none."""
    from alembic import command

    command.upgrade(config(connection), "head")
