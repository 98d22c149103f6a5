"""The embedded database of MLflow is whole, or is not there, whoever is killed while it is made."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from docflow.registry.embedded import make_whole, path_of, prefix_of

MAKE = "import sys; from docflow.registry.connection import connect; connect(sys.argv[1]).search_experiments()"


def start(uri: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", MAKE, uri], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def assert_ends_well(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_process_that_is_killed_leaves_no_half_made_database(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    killed = start(f"sqlite:///{path}")
    unfinished = path.with_name(f"{prefix_of(path)}{killed.pid}")
    until = time.monotonic() + 60
    try:
        while not (unfinished.exists() and unfinished.stat().st_size):
            assert time.monotonic() < until
            time.sleep(0.005)
    finally:
        killed.kill()
        killed.communicate(timeout=20)
    assert not path.exists()
    assert_ends_well(start(f"sqlite:///{path}"))
    assert {"experiments", "registered_models", "alembic_version"} <= tables(path)
    assert [each.name for each in tmp_path.iterdir() if "made-by" in each.name] == []


def test_processes_that_make_it_at_once_all_have_the_same(tmp_path: Path) -> None:
    path = tmp_path / "new" / "mlflow.db"
    started = [start(f"sqlite:///{path}") for _ in range(2)]
    for process in started:
        assert_ends_well(process)
    assert "model_versions" in tables(path)
    assert [each.name for each in path.parent.iterdir() if "made-by" in each.name] == []


def test_a_database_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    path.write_bytes(b"")
    make_whole(f"sqlite:///{path}")
    assert path.read_bytes() == b""


@pytest.mark.parametrize("uri", ["http://mlflow:5000", "sqlite://", "sqlite:///:memory:", "postgresql://h/d"])
def test_what_is_no_file_of_sqlites_is_not_made(uri: str) -> None:
    assert path_of(uri) is None
