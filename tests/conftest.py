"""Fixtures for all tests: real servers, started when a test first asks for one, and a promoted model."""

import shutil
from pathlib import Path

import pytest
from integration.servers import bucket_url, postgres_server, postgres_url, s3_settings

from docflow.classify import save, train
from docflow.settings import load_settings
from docflow.store import Store
from docflow.synth import training_texts

__all__ = ["bucket_url", "postgres_server", "postgres_url", "s3_settings"]


@pytest.fixture(scope="session")
def trained_var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var_dir whose champion was trained on a few hundred generated texts; not to be written to."""
    var_dir = tmp_path_factory.mktemp("trained")
    settings = load_settings(var_dir=var_dir)
    digest = save(train(list(training_texts(400, seed=1))), var_dir / "models" / "docflow-v1")
    with Store.open(settings.effective_database_url) as store:
        store.record_promotion(model_name="docflow", model_version="1", digest=digest, promoted_by="test")
    return var_dir


@pytest.fixture
def champion_var_dir(trained_var_dir: Path, tmp_path: Path) -> Path:
    """A var_dir of the test's own, with a champion and nothing else."""
    return Path(shutil.copytree(trained_var_dir, tmp_path / "var"))
