"""Files that are gone are told from a storage that does not answer, wherever MLflow keeps them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from integration.servers import aws_environment, free_port, wait_for
from mlflow_case import NewDatabase

from docflow.errors import ModelNotFound, RegistryUnavailable
from docflow.registry import Registry
from docflow.settings import S3Settings

DEAD = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Kept:
    """A registry whose files lie somewhere: how all of a run's are lost there, and how that place fails."""

    registry: Registry
    lose: Callable[[str], None]
    fail: Callable[[], None]


@contextmanager
def serving(
    folder: Path, new_database: NewDatabase, *, destination: str
) -> Iterator[tuple[Registry, Callable[[], None]]]:
    """A registry at an MLflow server that hands on artefacts to and from the destination, and how to stop that."""
    shutil.copy(new_database.path, folder / "server.db")
    uri = f"http://127.0.0.1:{(port := free_port())}"
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder / 'server.db'}", "--serve-artifacts",
        "--artifacts-destination", destination,
    ]  # fmt: skip
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=os.environ | quiet)

    def stop() -> None:
        server.terminate()
        server.wait(30)

    try:
        wait_for(f"{uri}/health", server, folder / "log")
        yield Registry.open(tracking_uri=uri, artifacts="mlflow-artifacts:/kept", experiment="docflow"), stop
    finally:
        stop()


@pytest.fixture
def bucket(s3_settings: S3Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A new bucket of an S3 that MLflow is told of."""
    for name, value in aws_environment(s3_settings).items():
        monkeypatch.setenv(name, value)
    made = boto3.resource("s3", endpoint_url=s3_settings.endpoint_url).Bucket(f"kept-{uuid4().hex}")
    made.create()
    return made


@pytest.fixture
def in_s3(registry: Registry, tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> Kept:
    opened = Registry.open(
        tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}", artifacts=f"s3://{bucket.name}/kept", experiment="in S3"
    )
    return Kept(
        opened,
        lose=lambda run_id: bucket.objects.filter(Prefix=f"kept/{run_id}/").delete(),
        fail=lambda: monkeypatch.setenv("MLFLOW_S3_ENDPOINT_URL", DEAD),
    )


@pytest.fixture
def served(new_database: NewDatabase, tmp_path: Path) -> Iterator[Kept]:
    kept = tmp_path / "destination"
    with serving(tmp_path, new_database, destination=str(kept)) as (opened, stop):
        yield Kept(opened, lose=lambda run_id: shutil.rmtree(kept / "kept" / run_id), fail=stop)


@pytest.fixture
def served_from_s3(new_database: NewDatabase, tmp_path: Path, bucket: Any) -> Iterator[Kept]:
    def close() -> None:
        bucket.objects.delete()
        bucket.delete()

    with serving(tmp_path, new_database, destination=f"s3://{bucket.name}") as (opened, _):
        yield Kept(opened, lose=lambda run_id: bucket.objects.filter(Prefix=f"kept/{run_id}/").delete(), fail=close)


def log_version(registry: Registry, folder: Path) -> str:
    """The id of the run whose version was registered as the next of `kinds`, with a report."""
    folder.mkdir(exist_ok=True)
    (folder / "model.json").write_text("{}")
    logged = registry.log_training(
        folder, name="kinds", digest="d", params={}, metrics={}, pictures={}, tags={}, reports={"held_out.json": b"{}"}
    )
    return logged.run_id


def report_of(registry: Registry, version: str) -> bytes:
    return registry.attached("kinds", version=version, path="reports/held_out.json")


@pytest.mark.parametrize("where", ["in_s3", "served", "served_from_s3"])
def test_files_that_are_gone_are_not_found_and_those_out_of_reach_are_worth_a_retry(
    where: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kept: Kept = request.getfixturevalue(where)
    lost, whole = (log_version(kept.registry, tmp_path / "files") for _ in range(2))
    assert lost != whole
    assert report_of(kept.registry, "1") == b"{}"

    kept.lose(lost)
    with pytest.raises(ModelNotFound, match="the model folder of kinds version 1 is gone from the registry"):
        kept.registry.download("kinds", version="1", into=tmp_path / "here")
    with pytest.raises(ModelNotFound, match=r"reports/held_out.json of kinds version 1 is gone"):
        report_of(kept.registry, "1")
    assert not (tmp_path / "here").exists()
    assert (kept.registry.download("kinds", version="2", into=tmp_path / "here") / "model.json").is_file()
    assert report_of(kept.registry, "2") == b"{}"

    kept.fail()
    for version in ("1", "2"):
        with pytest.raises(RegistryUnavailable):
            kept.registry.download("kinds", version=version, into=tmp_path / "here")
        with pytest.raises(RegistryUnavailable):
            report_of(kept.registry, version)
    assert (tmp_path / "here" / "model.json").is_file()


@pytest.mark.parametrize("lost", ["", "artifacts", "artifacts/model", "artifacts/reports"])
def test_a_folder_tells_which_of_a_runs_files_are_gone(registry: Registry, tmp_path: Path, lost: str) -> None:
    run = tmp_path / "artifacts" / log_version(registry, tmp_path / "files")
    shutil.rmtree(run / lost)
    if lost != "artifacts/reports":
        with pytest.raises(ModelNotFound, match="the model folder of kinds version 1 is gone from the registry"):
            registry.download("kinds", version="1", into=tmp_path / "here")
    if lost != "artifacts/model":
        with pytest.raises(ModelNotFound, match=r"reports/held_out\.json of kinds version 1 is gone"):
            report_of(registry, "1")


def test_a_file_beside_a_version_that_does_not_exist_is_not_found(registry: Registry, tmp_path: Path) -> None:
    log_version(registry, tmp_path / "files")
    with pytest.raises(ModelNotFound):
        report_of(registry, "2")
