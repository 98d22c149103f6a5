"""MLflow, imported on first use (it takes 1.6 s), bounded in time, quiet, and with our errors for its own."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from docflow.errors import ModelNotFound, RegistryUnavailable, SettingsError
from docflow.registry.embedded import make_whole

if TYPE_CHECKING:
    from mlflow import MlflowClient

log = logging.getLogger(__name__)

ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "AWS_MAX_ATTEMPTS": "2",
}
"""What MLflow and boto3 read from the environment only; a variable that is set already stays as it is.

MLflow's own bounds are 120 seconds and seven retries.
"""

QUIET = ("mlflow", "alembic")
POSTGRESQL = "postgresql+psycopg://"


def connect(tracking_uri: str) -> MlflowClient:
    """A client of this server or database; the first one on a new SQLite database takes four seconds.

    Raises `RegistryUnavailable`, also where MLflow is not installed, as in the serving bundle, and `SettingsError`
    where the user has no home, which MLflow looks for on import.
    """
    for variable, value in ENVIRONMENT.items():
        os.environ.setdefault(variable, value)
    try:
        from mlflow import MlflowClient
    except ImportError as error:
        raise RegistryUnavailable(
            "MLflow is not installed here", next_step="Promote the version again: its files are published then."
        ) from error
    except RuntimeError as error:
        raise SettingsError(
            f"MLflow does not load: {error}", next_step="Set the variable HOME to a folder that may be written to."
        ) from error

    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    uri = with_driver(tracking_uri)
    with answering():
        if uri.startswith(POSTGRESQL):
            probe(uri)
        make_whole(uri)
        return MlflowClient(tracking_uri=uri, registry_uri=uri)


def with_driver(uri: str) -> str:
    """The URI with the driver that DocFlow installs, where it is PostgreSQL's and names none."""
    scheme, separator, rest = uri.partition("://")
    return POSTGRESQL + rest if separator and scheme in {"postgres", "postgresql"} else uri


def probe(uri: str) -> None:
    """Connect once, within five seconds: MLflow itself tries a dead PostgreSQL again for 100 seconds."""
    from sqlalchemy import create_engine

    engine = create_engine(uri, connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    finally:
        engine.dispose()


@contextmanager
def answering(wanted: str = "what was asked for") -> Iterator[None]:
    """Around calls to MLflow: where it lacks what is `wanted` it is `ModelNotFound`, else `RegistryUnavailable`."""
    from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            raise ModelNotFound(f"the registry does not have {wanted}") from error
        log.info("MLflow refused or failed: %s", error.error_code)
        raise RegistryUnavailable(f"the model registry failed ({error.error_code})") from error
    except (BotoCoreError, ClientError, SQLAlchemyError, OSError, ImportError) as error:
        raise RegistryUnavailable(f"the model registry does not answer ({type(error).__name__})") from error
