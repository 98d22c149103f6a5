from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import serving
from sharing import made_once

from bentos.building.environment import install


@pytest.fixture(scope="session")
def service_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a service whose champion is promoted and imported."""
    var_dir = tmp_path_factory.mktemp("service")
    serving.promote_small_model(var_dir)
    assert serving.import_champion(var_dir) == "docflow:mlflow-v1"
    return var_dir


@pytest.fixture(scope="session")
def service(service_var: Path) -> Iterator[httpx.Client]:
    """A client of the running service."""
    with serving.serving("bentos.service:DocFlow", var_dir=service_var) as client:
        yield client


@pytest.fixture(scope="session")
def bundle_environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the environment that bundles ask for, installed as building one does it; link `var_dir`'s to it.

    Installing it, and compiling it as the first bundle is served, take some ten CPU-seconds.
    """
    requirements = serving.ROOT / "requirements-bento.txt"
    return made_once("bundle-environments", lambda folder: install(requirements, under=folder), tmp_path_factory)
