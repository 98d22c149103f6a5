"""A registry on MLflow's real SQLite store: the database is made once, since that takes seconds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow_case import NewDatabase, open_at

from docflow.registry import Registry


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    program = (
        "import sys; from docflow.registry import Registry;"
        "Registry.open(tracking_uri=sys.argv[1], artifacts='file:///unused', experiment='unused')"
    )
    made = subprocess.run(
        [sys.executable, "-c", program, f"sqlite:///{path}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=True,
    )
    return NewDatabase(path, made.stdout)


@pytest.fixture
def registry(new_database: NewDatabase, tmp_path: Path) -> Registry:
    shutil.copy(new_database.path, tmp_path / "mlflow.db")
    return open_at(tmp_path)
