from __future__ import annotations

import subprocess
import sys

import pytest
from botocore.exceptions import EndpointConnectionError
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST
from sqlalchemy.exc import OperationalError

from docflow.errors import ModelNotFound, RegistryUnavailable
from docflow.registry import Registry
from docflow.registry.connection import answering, with_driver


def test_importing_the_registry_does_not_import_mlflow() -> None:
    program = "import sys, docflow.registry; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


@pytest.mark.parametrize(
    ("uri", "used"),
    [
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg2://u@h/d", "postgresql+psycopg2://u@h/d"),
        ("sqlite:////var/m.db", "sqlite:////var/m.db"),
        ("http://mlflow:5000", "http://mlflow:5000"),
    ],
)
def test_a_bare_postgresql_uri_means_the_driver_that_is_installed(uri: str, used: str) -> None:
    assert with_driver(uri) == used


def test_without_a_home_that_mlflow_looks_for_the_variable_to_set_is_named() -> None:
    program = """
import os, pwd
os.environ.pop("HOME", None)
pwd.getpwuid = {}.__getitem__
from docflow.errors import SettingsError
from docflow.registry.connection import connect
try:
    connect("sqlite://")
except SettingsError as error:
    print(error.next_step)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert "Set the variable HOME" in done.stdout


def test_what_mlflow_lacks_is_not_found() -> None:
    with pytest.raises(ModelNotFound), answering():
        raise MlflowException("no such version", error_code=RESOURCE_DOES_NOT_EXIST)


@pytest.mark.parametrize(
    "failure",
    [
        MlflowException("broken at /srv/secret/place"),
        EndpointConnectionError(endpoint_url="http://u:secret@s3"),
        OperationalError("select secret", {}, Exception("secret")),
        ConnectionRefusedError("secret"),
    ],
)
def test_a_registry_that_fails_is_unavailable_and_worth_a_retry(failure: Exception) -> None:
    with pytest.raises(RegistryUnavailable) as caught, answering():
        raise failure
    assert caught.value.retryable
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1:9", "postgresql://u:secret@127.0.0.1:9/x", "sqlite:////proc/none/m.db", "nonsense://x"],
)
@pytest.mark.timeout(30)
def test_a_registry_that_is_not_there_is_unavailable_soon(uri: str) -> None:
    with pytest.raises(RegistryUnavailable) as caught:
        Registry.open(tracking_uri=uri, artifacts="file:///nowhere", experiment="docflow")
    assert "secret" not in str(caught.value.to_dict())
