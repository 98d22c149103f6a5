"""The store on each database and the blobs on each storage."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from integration.servers import PostgresServer

from docflow.settings import S3Settings
from docflow.store import BlobStore, Store
from docflow.store.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/docflow.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied: migrating once is faster than once a test."""
    path = tmp_path_factory.mktemp("template") / "docflow.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a database with all tables."""
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_of_docflow")
    Store.open(postgres_server.url("template_of_docflow")).close()
    return "template_of_docflow"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with all tables and no rows."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "docflow.db")
        url = f"sqlite:///{file}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.new_database(template=request.getfixturevalue("postgres_template"))
    opened = Database.open(url)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> Store:
    """The store in `database`."""
    return Store(database)


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """A storage without blobs."""
    if request.param == "folder":
        return BlobStore.open(str(tmp_path / "blobs"), s3=S3Settings())
    return BlobStore.open(request.getfixturevalue("bucket_url"), s3=request.getfixturevalue("s3_settings"))
