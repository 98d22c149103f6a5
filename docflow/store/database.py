"""Connections to SQLite and PostgreSQL: how they are set, and what their failures are called."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from docflow.errors import DatabaseUnavailable, SettingsError

log = logging.getLogger(__name__)

BUSY_SECONDS = 30
"""How long a statement waits for another's lock."""

SQLITE = "sqlite"
DRIVERS = {
    SQLITE: SQLITE,
    "sqlite+pysqlite": SQLITE,
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
"""The driver for each scheme of a URL that is taken; `postgres` is what hosters write."""

SQLITE_ARGUMENTS = {"timeout": BUSY_SECONDS}

POSTGRES_ARGUMENTS = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "tcp_user_timeout": BUSY_SECONDS * 1000,
    "application_name": "docflow",
}
"""libpq's parameters: a server that vanishes is noticed when connecting, idle and waiting."""

POOL = {"pool_size": 10, "max_overflow": 20, "pool_timeout": 10, "pool_pre_ping": True}
"""A connection that died in the pool is replaced; to get none in 10 s is `DatabaseUnavailable`."""

UPGRADE_LOCK = 7_206_114_352_839_951_220
"""The key of PostgreSQL's advisory lock under which one process at a time upgrades."""

PROGRAM_ERRORS = (IntegrityError, DataError, ProgrammingError)
"""The driver's errors that speak of what was asked; all others speak of the database itself."""

INSUFFICIENT_PRIVILEGE = "42501"
"""PostgreSQL's code (its documentation, appendix A)."""

UNKNOWN_OPTION = "invalid connection option"
"""How libpq begins what it says of a URL's parameter that it does not know."""

write_json = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Database:
    """One database: sessions on pooled connections, and a transaction of one's own for the upgrade."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._engine = _engine(url, pooled=True)
        event.listen(self._engine, "connect", _set_sqlite if self.is_sqlite else _set_postgres)

    @classmethod
    def open(cls, url: str) -> Database:
        """The database at a SQLAlchemy URL; a bare `postgresql://` means psycopg, SQLite's folder is made.

        Nothing is connected yet. Raises `SettingsError` for another URL or a missing driver.
        """
        parsed = _parse(url)
        if parsed.drivername == SQLITE:
            _make_folder(parsed)
        try:
            return cls(parsed)
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise SettingsError(
                "the setting database_url names PostgreSQL, whose driver is not installed",
                next_step="Install it: pip install 'docflow[postgres]'.",
            ) from error

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite; else it is PostgreSQL."""
        return self._url.drivername == SQLITE

    @property
    def name(self) -> str:
        """What to call it in messages: the server with its host; no password, user or path of a file."""
        if self.is_sqlite:
            return "SQLite"
        return f"PostgreSQL at {self._url.host or 'the local socket'}:{self._url.port or 5432}"

    def close(self) -> None:
        """Close all pooled connections."""
        self._engine.dispose()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session in a transaction: committed at the end, rolled back on an error; its rows stay usable.

        `IntegrityError` passes; failures of the database itself become `DatabaseUnavailable`.
        """
        with self._failures(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def locking(self) -> Iterator[Session]:
        """A `session` in which a row that is selected for update stays as it was read until the end.

        SQLite has no locks on rows: nobody else writes meanwhile.
        """
        with self.session() as session:
            if self.is_sqlite:
                # Else the transaction begins with the first write, and what was read before may be outdated by then.
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield session

    @contextmanager
    def exclusive(self) -> Iterator[Connection]:
        """A connection in a transaction that no other `exclusive`, of whatever process, overlaps."""
        engine = _engine(self._url, pooled=False)
        with self._failures(), engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{2 * BUSY_SECONDS}s'")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
            yield connection
            connection.commit()

    def version(self) -> str:
        """The version of the server, or of the SQLite library."""
        if self.is_sqlite:
            return sqlite3.sqlite_version
        with self.session() as session:
            return str(session.connection().exec_driver_sql("SHOW server_version").scalar_one())

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Raise `DatabaseUnavailable` for what the database, not the question, is the cause of."""
        try:
            yield
        except PROGRAM_ERRORS as error:
            self._check_set_up(error)
            raise
        except (DBAPIError, PoolTimeout) as error:
            log.warning("%s does not answer: %s", self.name, self._without_password(error))
            raise DatabaseUnavailable(f"{self.name} does not answer") from error

    def _check_set_up(self, error: DBAPIError) -> None:
        """Raise `SettingsError` where how PostgreSQL was set up is the cause, which its driver calls the program's."""
        words = self._without_password(error)
        if getattr(error.orig, "sqlstate", None) == INSUFFICIENT_PRIVILEGE:
            raise SettingsError(
                f"{self.name} refuses the user of the setting database_url: {words}",
                next_step="Give it the right: GRANT USAGE, CREATE ON SCHEMA public TO the user, as the schema's owner.",
            ) from error
        if not self.is_sqlite and words.startswith(UNKNOWN_OPTION):
            raise SettingsError(f"the setting database_url does not fit: {words}") from error

    def _without_password(self, error: DBAPIError | PoolTimeout) -> str:
        """The driver's own words, with neither the statement nor the password."""
        words = str(error.orig if isinstance(error, DBAPIError) else error)
        password = self._url.password
        return words.replace(str(password), "***") if password else words


def _parse(url: str) -> URL:
    """The URL with the driver that is used for it; raises `SettingsError`, which does not show it."""
    try:
        parsed = make_url(url)
        driver = DRIVERS[parsed.drivername]
    except (ArgumentError, KeyError, ValueError):
        message = "the setting database_url is neither sqlite:///FILE nor postgresql://USER:PASSWORD@HOST/NAME"
        raise SettingsError(message) from None
    if driver == SQLITE and parsed.database in (None, "", ":memory:"):
        raise SettingsError("the setting database_url names no file: a database in memory would forget everything")
    return parsed.set(drivername=driver)


def _make_folder(url: URL) -> None:
    """Make the folder of SQLite's file."""
    try:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable("the folder of the database cannot be made") from error


def _engine(url: URL, *, pooled: bool) -> Engine:
    """An engine whose errors show no document's text; the URL's own arguments come before the defaults."""
    defaults = SQLITE_ARGUMENTS if url.drivername == SQLITE else POSTGRES_ARGUMENTS
    arguments = {name: value for name, value in defaults.items() if name not in url.query}
    pool: dict[str, Any] = POOL if pooled else {"poolclass": NullPool}
    return create_engine(url, connect_args=arguments, json_serializer=write_json, hide_parameters=True, **pool)


def _set_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Set a connection to SQLite.

    Under WAL readers do not wait for a writer, and with synchronous=NORMAL the file stays consistent after a
    power cut (sqlite.org/wal.html). Foreign keys are off by default.
    """
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _set_postgres(connection: DBAPIConnection, _: object) -> None:
    """Set a connection to PostgreSQL: no statement of ours runs longer than a lock is waited for."""
    cursor = connection.cursor()
    cursor.execute(f"SET statement_timeout = '{BUSY_SECONDS}s'")
    cursor.close()
    connection.commit()
