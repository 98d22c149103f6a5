"""Fixtures for all tests: real servers, started when a test first asks for one, and a promoted model."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from integration.servers import bucket_url, postgres_server, postgres_url, s3_settings
from sharing import made_once

from docflow.classify import save, train
from docflow.settings import load_settings
from docflow.store import Store
from docflow.synth import training_texts

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

__all__ = ["bucket_url", "postgres_server", "postgres_url", "s3_settings"]

TOGETHER = ("tests/integration/flows/",)
"""Folders whose tests all run in one process, since what they share is a server: starting Prefect's takes as long as
many tests."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """With `--dist loadfile`, keep the tests of a file together, and those of the folders in `TOGETHER`."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class FilesAndFolders(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    return FilesAndFolders(config, log)


@pytest.fixture(scope="session")
def trained_var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var_dir whose champion was trained on a few hundred generated texts; not to be written to."""
    return made_once("trained", train_champion, tmp_path_factory)


def train_champion(var_dir: Path) -> None:
    """Train and promote as little as a champion takes."""
    settings = load_settings(var_dir=var_dir)
    digest = save(train(list(training_texts(400, seed=1))), var_dir / "models" / "docflow-v1")
    with Store.open(settings.effective_database_url) as store:
        store.record_promotion(model_name="docflow", model_version="1", digest=digest, promoted_by="test")


@pytest.fixture
def champion_var_dir(trained_var_dir: Path, tmp_path: Path) -> Path:
    """A var_dir of the test's own, with a champion and nothing else."""
    return Path(shutil.copytree(trained_var_dir, tmp_path / "var"))
