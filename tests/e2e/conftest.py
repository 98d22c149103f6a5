from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import serving


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
