from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mlflow_case import NewDatabase

from docflow.errors import ModelNotFound, NoChampion, RegistryUnavailable
from docflow.labels import LABEL_CHARACTERS, valid_label
from docflow.registry import ModelVersion, Registry
from docflow.settings import S3Settings
from docflow.store import BlobStore

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "model.skops").write_bytes(b"weights")
    (folder / "model.json").write_text("{}")
    return folder


def log(registry: Registry, files: Path, *, digest: str = "d1", name: str = "kinds") -> ModelVersion:
    return registry.log_training(
        files,
        name=name,
        digest=digest,
        params={"seed": 0, "labels": "счёт, letter", "long": "x" * 10_000},
        metrics={"macro_accuracy": 0.9, "recall/счёт": 1.0},
        pictures={"confusion": PNG},
        tags={"data_digest": "abc"},
    )


def test_training_is_logged_with_all_its_evidence(registry: Registry, files: Path, tmp_path: Path) -> None:
    version = log(registry, files)
    assert (version.name, version.version, version.digest, version.aliases) == ("kinds", "1", "d1", ())
    assert version.metrics == {"macro_accuracy": 0.9, "recall/счёт": 1.0}
    assert timedelta(0) <= datetime.now(UTC) - version.created_at < timedelta(minutes=5)
    run = registry._client.get_run(version.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["labels"] == "счёт, letter"
    assert run.data.tags["data_digest"] == "abc"
    assert (tmp_path / "artifacts" / version.run_id / "artifacts/pictures/confusion.png").read_bytes() == PNG


AWKWARD = [
    *("n/a/", "/n/a", ".", "..", "../up", "a//b", "a/./b", "R&D", "R+D", "R_D", "act №1", "act #1", "act: 1", "50 %"),
    "№" * LABEL_CHARACTERS,
    "№" * (LABEL_CHARACTERS - 1) + "#",
]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=30).filter(lambda name: name.strip() and name.isprintable())))
@example(AWKWARD)
def test_labels_of_any_name_are_logged_each_under_its_own(registry: Registry, files: Path, names: list[str]) -> None:
    labels = sorted({valid_label(name) for name in names})
    figures = {f"recall/{label}": number / 200 for number, label in enumerate(labels)}
    version = registry.log_training(
        files,
        name="kinds",
        digest="d",
        params={f"documents/{label}/eng": number for number, label in enumerate(labels)},
        metrics=figures,
        pictures={},
        tags={},
    )
    assert sorted(version.metrics.values()) == list(figures.values())
    assert len(registry._client.get_run(version.run_id).data.params) == len(labels)


def test_versions_are_numbered_and_come_newest_first(registry: Registry, files: Path) -> None:
    assert registry.versions("kinds") == []
    for number in range(11):
        log(registry, files, digest=f"d{number + 1}")
    log(registry, files, name="others")
    assert [v.version for v in registry.versions("kinds")] == [str(n) for n in range(11, 0, -1)]
    assert registry.version("kinds", version="3").digest == "d3"


def test_the_alias_moves_from_version_to_version(registry: Registry, files: Path) -> None:
    log(registry, files)
    log(registry, files)
    for version in ("1", "2", "1"):
        registry.set_alias("kinds", alias="champion", version=version)
        assert registry.champion("kinds").version == version
    assert [v.aliases for v in registry.versions("kinds")] == [(), ("champion",)]


def test_a_version_whose_run_was_removed_for_good_has_no_figures(
    registry: Registry, files: Path, tmp_path: Path
) -> None:
    gone, kept = (log(registry, files, digest=digest) for digest in ("d1", "d2"))
    registry._client.delete_run(gone.run_id)
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    removal = ["gc", "--backend-store-uri", uri, "--tracking-uri", uri, "--run-ids", gone.run_id]
    subprocess.run([sys.executable, "-m", "mlflow", *removal], timeout=120, check=True, capture_output=True)
    assert [version.metrics for version in registry.versions("kinds")] == [kept.metrics, {}]
    found = registry.version("kinds", version="1")
    assert (found.digest, found.metrics, found.tags["data_digest"]) == ("d1", {}, "abc")


def test_without_a_promotion_there_is_no_champion(registry: Registry, files: Path) -> None:
    with pytest.raises(NoChampion):
        registry.champion("kinds")
    log(registry, files)
    with pytest.raises(NoChampion):
        registry.champion("kinds")


@pytest.mark.parametrize("version", ["2", "x", "", "-1", "1 or 1=1"])
def test_a_version_that_does_not_exist_is_not_found(
    registry: Registry, files: Path, tmp_path: Path, version: str
) -> None:
    log(registry, files)
    with pytest.raises(ModelNotFound):
        registry.version("kinds", version=version)
    with pytest.raises(ModelNotFound):
        registry.set_alias("kinds", alias="champion", version=version)
    with pytest.raises(ModelNotFound):
        registry.download("kinds", version=version, into=tmp_path / "here")
    assert not (tmp_path / "here").exists()


def test_a_version_that_is_missed_is_named(registry: Registry, files: Path) -> None:
    with pytest.raises(ModelNotFound, match="does not have version 7 of the model 'kinds'"):
        registry.version("kinds", version="7")
    log(registry, files)
    with pytest.raises(ModelNotFound, match="does not have version 7 of the model 'kinds'"):
        registry.download("kinds", version="07", into=files / "here")


def test_a_download_replaces_what_was_there(registry: Registry, files: Path, tmp_path: Path) -> None:
    log(registry, files)
    target = tmp_path / "models" / "kinds-v1"
    for _ in range(2):
        assert registry.download("kinds", version="1", into=target) == target
        assert sorted(p.name for p in target.iterdir()) == ["model.json", "model.skops"]
        assert (target / "model.skops").read_bytes() == b"weights"
        assert [p.name for p in target.parent.iterdir()] == ["kinds-v1"]
        (target / "model.skops").write_bytes(b"changed")
        (target / "stray").touch()


def test_lost_files_are_told_and_what_was_there_stays(registry: Registry, files: Path, tmp_path: Path) -> None:
    version = log(registry, files)
    target = registry.download("kinds", version="1", into=tmp_path / "here")
    (tmp_path / "artifacts" / version.run_id / "artifacts/model").rename(tmp_path / "gone")
    with pytest.raises(ModelNotFound):
        registry.download("kinds", version="1", into=target)
    assert (target / "model.skops").read_bytes() == b"weights"


def test_several_downloads_at_once_leave_one_whole_folder(registry: Registry, files: Path, tmp_path: Path) -> None:
    log(registry, files)
    target = tmp_path / "models" / "kinds-v1"
    with ThreadPoolExecutor(6) as pool:
        fetched = [pool.submit(registry.download, "kinds", version="1", into=target) for _ in range(6)]
    assert [future.result() for future in fetched] == [target] * 6
    assert sorted(p.name for p in target.iterdir()) == ["model.json", "model.skops"]


def test_a_run_whose_logging_fails_is_marked_so(registry: Registry, files: Path, tmp_path: Path) -> None:
    with pytest.raises(RegistryUnavailable):
        registry.log_training(files, name="not/a name", digest="d", params={}, metrics={}, pictures={}, tags={})
    (run,) = registry._client.search_runs([registry._experiment_id])
    assert run.info.status == "FAILED"


def test_opening_again_finds_the_same_experiment(registry: Registry, files: Path, tmp_path: Path) -> None:
    log(registry, files)
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    again = Registry.open(tracking_uri=uri, artifacts="file:///other", experiment="docflow")
    assert again.versions("kinds")[0].version == "1"
    assert "1 registered models" in again.check()


def test_a_deleted_experiment_is_told_with_what_to_do(registry: Registry, tmp_path: Path) -> None:
    registry._client.delete_experiment(registry._experiment_id)
    with pytest.raises(RegistryUnavailable, match="deleted"):
        Registry.open(
            tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}", artifacts="file:///other", experiment="docflow"
        )


def test_making_a_new_registry_prints_nothing(new_database: NewDatabase) -> None:
    assert new_database.printed == ""


def test_files_go_to_and_come_from_s3(
    new_database: NewDatabase,
    files: Path,
    tmp_path: Path,
    s3_settings: S3Settings,
    bucket_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_S3_ENDPOINT_URL", s3_settings.endpoint_url or "")
    for variable, secret in (
        ("AWS_ACCESS_KEY_ID", s3_settings.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", s3_settings.secret_access_key),
    ):
        assert secret is not None
        monkeypatch.setenv(variable, secret.get_secret_value())
    shutil.copy(new_database.path, tmp_path / "mlflow.db")
    BlobStore.open(bucket_url, s3=s3_settings).check()
    registry = Registry.open(
        tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}", artifacts=f"{bucket_url}/models", experiment="in S3"
    )
    log(registry, files)
    fetched = registry.download("kinds", version="1", into=tmp_path / "fetched")
    assert (fetched / "model.skops").read_bytes() == b"weights"
