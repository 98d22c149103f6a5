"""How the databases are set, and what their failures are called."""

import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from integration.servers import PostgresServer
from sqlalchemy import make_url
from sqlalchemy.exc import IntegrityError

from docflow.errors import DatabaseUnavailable, SettingsError
from docflow.store import Store
from docflow.store.database import Database

KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'docflow'"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield listener.getsockname()[1]


def add(store: Store, number: int) -> int:
    document, _ = store.add_document(
        sha256=f"{number:064x}", filename="x", media_type="image/png", size=1, storage_path="k"
    )
    return document.id


def test_a_server_that_is_not_there_is_unavailable_and_the_password_is_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(DatabaseUnavailable) as caught:
        Store.open("postgresql://docflow:hush-hush@127.0.0.1:9/docflow")
    assert caught.value.retryable
    assert str(caught.value) == "PostgreSQL at 127.0.0.1:9 does not answer"
    assert "hush-hush" not in caplog.text


def test_a_server_that_never_answers_is_unavailable_after_the_connect_timeout(silent_port: int) -> None:
    started = time.perf_counter()
    with pytest.raises(DatabaseUnavailable):
        Store.open(f"postgresql://docflow:hush@127.0.0.1:{silent_port}/docflow?connect_timeout=2")
    assert 1 < time.perf_counter() - started < 6


def test_a_wrong_password_is_unavailable_and_not_shown(postgres_server: PostgresServer) -> None:
    url = postgres_server.url("postgres").replace(postgres_server.password, "hush-hush")
    with pytest.raises(DatabaseUnavailable) as caught:
        Store.open(url)
    assert "hush-hush" not in str(caught.value)


def test_a_connection_that_the_server_closed_is_replaced(postgres_server: PostgresServer, postgres_url: str) -> None:
    with Store.open(postgres_url) as store:
        add(store, 1)
        with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
            connection.execute(KILL)
        assert add(store, 2) == 2


def test_a_broken_file_is_unavailable_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "docflow.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(DatabaseUnavailable) as caught:
        Store.open(f"sqlite:///{tmp_path}/docflow.db")
    assert str(tmp_path) not in str(caught.value)


def test_the_folder_of_the_file_is_made_or_its_failure_told(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/a/b/docflow.db").close()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DatabaseUnavailable):
        Store.open(f"sqlite:///{tmp_path}/file/docflow.db")


def test_sqlite_is_set_for_many_readers_and_a_writer(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/docflow.db")
    with database.session() as session:
        answers = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    database.close()
    assert answers == {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 30_000, "foreign_keys": 1}


def test_a_session_that_fails_keeps_nothing(store: Store, database: Database) -> None:
    first = add(store, 1)
    with pytest.raises(IntegrityError):
        rename_and_fail(database)
    assert store.document(first).filename == "x"


def rename_and_fail(database: Database) -> None:
    with database.session() as session:
        connection = session.connection()
        connection.exec_driver_sql("UPDATE documents SET filename = 'changed'")
        connection.exec_driver_sql("INSERT INTO documents (id) VALUES (7)")


def test_many_threads_write_without_an_error(store: Store) -> None:
    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda number: add(store, number), range(64)))
    assert len(set(ids)) == 64


def test_pages_and_predictions_go_with_their_document(store: Store, database: Database) -> None:
    document_id = add(store, 1)
    with database.session() as session:
        connection = session.connection()
        connection.exec_driver_sql(
            "INSERT INTO recognitions (id, document_id, engine, engine_version, languages, settings_digest,"
            f" read_by, page_count, text, seconds, created_at) VALUES (1, {document_id}, '', '', '', '', '', 0, '', 0,"
            " '2026-01-01 00:00:00')"
        )
        connection.exec_driver_sql(f"DELETE FROM documents WHERE id = {document_id}")
        left = connection.exec_driver_sql("SELECT count(*) FROM recognitions").scalar_one()
    assert left == 0


def test_a_user_without_rights_and_an_unknown_option_are_told_as_settings(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS nobody_much")
        connection.execute("CREATE ROLE nobody_much LOGIN PASSWORD 'hush'")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    poor = make_url(postgres_url).set(username="nobody_much", password="hush")
    with pytest.raises(SettingsError, match="permission denied for schema public") as told:
        Store.open(poor.render_as_string(hide_password=False))
    assert "GRANT USAGE, CREATE" in told.value.next_step
    with pytest.raises(SettingsError, match='invalid connection option "foo"'):
        Store.open(f"{postgres_url}?foo=1")
