"""Which places for rows and files are taken, and that a wrong one is told without its secrets."""

from pathlib import Path

import pytest

from docflow.errors import SettingsError
from docflow.settings import S3Settings
from docflow.store import BlobStore, Store, open_filesystem
from docflow.store.database import Database


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://me:hush@db/docs", "sqlite+aiosqlite:///x.db", "postgresql://me:hush@db:port/x"],
)
def test_a_url_of_another_database_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingsError, match="database_url") as caught:
        Store.open(url)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="in memory"):
        Store.open(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_means_the_same(scheme: str) -> None:
    database = Database.open(f"{scheme}://me:hush@db.example/docs")
    assert not database.is_sqlite
    assert database.name == "PostgreSQL at db.example:5432"


@pytest.mark.parametrize("url", ["", "gs://bucket/x", "http://host/x", "file://", "s3://"])
def test_a_url_of_another_storage_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        BlobStore.open(url, s3=S3Settings())


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    name = f"{tmp_path}/50%20 #1?"
    for url in (name, f"file://{name}"):
        assert open_filesystem(url, s3=S3Settings())[1] == name


def test_a_relative_path_starts_at_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_filesystem("var/blobs", s3=S3Settings())[1] == str(tmp_path / "var/blobs")


def test_a_bucket_keeps_its_prefix() -> None:
    assert open_filesystem("s3://bucket/a/b/", s3=S3Settings())[1] == "bucket/a/b"
