"""The model registry on MLflow: runs with their figures and files, versions, and who is the champion."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from docflow.errors import ModelNotFound, NoChampion, RegistryUnavailable
from docflow.registry.artefacts import fetch
from docflow.registry.connection import answering, connect, with_driver
from docflow.registry.runs import TrackedRun
from docflow.settings import Settings, masked_url

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion

VERSION = re.compile(r"0*([1-9][0-9]{0,8})")
"""A version's number; MLflow's databases have no larger ones."""

UNSTORABLE = re.compile(r"[^\w.\- /]|(?<![^/])[./]|/\Z")
"""What MLflow refuses in the names of parameters and metrics, which must be paths that are written in one way only, and
the colon, which marks what stands for it; a label may have any of it."""

LONGEST_KEY = 250
"""Characters of a parameter's or a metric's name."""

CHAMPION = "champion"
CHALLENGER = "challenger"
SHADOW = "shadow"
MODEL_FOLDER = "model"
PICTURE_FOLDER = "pictures"
REPORT_FOLDER = "reports"
DIGEST_TAG = "digest"
MOST_VERSIONS = 200
LONGEST_PARAMETER = 500
"""Characters, as MLflow's own databases have it since its first version."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A registered version; `digest` is that of its files at registration, empty where none was tagged.

    `metrics` are those of the run that made it, none where that is gone.
    """

    name: str
    version: str
    aliases: tuple[str, ...]
    digest: str
    run_id: str
    created_at: datetime
    metrics: Mapping[str, float]
    tags: Mapping[str, str] = field(default_factory=dict)


class Registry:
    """MLflow's runs and model versions; all methods raise `RegistryUnavailable` where it does not answer."""

    def __init__(self, client: MlflowClient, *, tracking_uri: str, experiment_id: str) -> None:
        self._client = client
        self._tracking_uri = tracking_uri
        self._experiment_id = experiment_id

    @classmethod
    def open(cls, *, tracking_uri: str, artifacts: str, experiment: str) -> Registry:
        """The registry at `tracking_uri`; a missing experiment is made, with its files under `artifacts`.

        An S3 endpoint other than Amazon's, and its keys, come from MLflow's own variables
        MLFLOW_S3_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
        """
        client = connect(tracking_uri)
        return cls(
            client,
            tracking_uri=tracking_uri,
            experiment_id=find_or_create_experiment(client, experiment, artifacts=artifacts),
        )

    def check(self) -> str:
        """One line on what is there, for `docflow doctor`."""
        from mlflow import __version__

        with answering():
            held = self._client.search_registered_models(max_results=MOST_VERSIONS)
        return f"MLflow {__version__} at {masked_url(self._tracking_uri)}: {len(held)} registered models"

    def log_training(
        self,
        folder: Path,
        *,
        name: str,
        digest: str,
        params: Mapping[str, object],
        metrics: Mapping[str, float],
        pictures: Mapping[str, bytes],
        tags: Mapping[str, str],
        reports: Mapping[str, bytes] | None = None,
    ) -> ModelVersion:
        """The new version of the model `name` whose files lie in `folder`, with the run that made it.

        `pictures` are PNGs by their names without extension, `reports` files by their names.
        The version's tags are `tags` and the digest.
        A run whose logging fails is marked as failed.
        """
        with answering():
            run = self._client.create_run(self._experiment_id, tags=dict(tags), run_name=f"{name} {digest[:12]}")
            run_id, status = run.info.run_id, "FAILED"
            try:
                self._log_values(run_id, params=params, metrics=metrics)
                self._log_files(run_id, {f"{key}.png": png for key, png in pictures.items()}, under=PICTURE_FOLDER)
                self._log_files(run_id, reports or {}, under=REPORT_FOLDER)
                self._client.log_artifacts(run_id, str(folder), MODEL_FOLDER)
                registered = self._register(name, run_id=run_id, tags={**tags, DIGEST_TAG: digest})
                status = "FINISHED"
            finally:
                self._client.set_terminated(run_id, status)
        return self.version(name, version=str(registered.version))

    def log_trial(
        self,
        parent_run_id: str,
        *,
        name: str,
        params: Mapping[str, object],
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
    ) -> str:
        """The id of a finished run nested under the parent, as MLflow's page shows a search's trials."""
        with answering():
            run = self._client.create_run(
                self._experiment_id, tags={**tags, "mlflow.parentRunId": parent_run_id}, run_name=name
            )
            run_id, status = str(run.info.run_id), "FAILED"
            try:
                self._log_values(run_id, params=params, metrics=metrics)
                status = "FINISHED"
            finally:
                self._client.set_terminated(run_id, status)
        return run_id

    def tracked_run(self, name: str, *, params: Mapping[str, object], kept_in: Path) -> TrackedRun:
        """A run to log to while a training goes on; the folder `kept_in` remembers it, so that it can go on later."""
        return TrackedRun.open(
            self._client, experiment_id=self._experiment_id, name=name, params=params, kept_in=kept_in
        )

    def _log_values(self, run_id: str, *, params: Mapping[str, object], metrics: Mapping[str, float]) -> None:
        from mlflow.entities import Metric, Param

        moment = int(datetime.now(UTC).timestamp() * 1000)
        self._client.log_batch(
            run_id,
            params=[Param(storable_key(key), str(value)[:LONGEST_PARAMETER]) for key, value in params.items()],
            metrics=[Metric(storable_key(key), value, moment, 0) for key, value in metrics.items()],
        )

    def tag(self, name: str, *, version: str, tags: Mapping[str, str]) -> None:
        """Put tags on the version, over those of the same names; `ModelNotFound` for no such version."""
        number = str(self._find(name, version=version).version)
        with answering():
            for key, value in tags.items():
                self._client.set_model_version_tag(name, number, key, value)

    def attach(self, name: str, *, version: str, files: Mapping[str, bytes], under: str) -> None:
        """Put files into a folder beside the version, in the run that made it; `ModelNotFound` for no such version."""
        run_id = self.version(name, version=version).run_id
        with answering():
            self._log_files(run_id, files, under=under)

    def _log_files(self, run_id: str, files: Mapping[str, bytes], *, under: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                (Path(folder) / name).write_bytes(content)
            self._client.log_artifacts(run_id, folder, under)

    def _register(self, name: str, *, run_id: str, tags: Mapping[str, str]) -> MlflowVersion:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        artifacts = self._client.get_run(run_id).info.artifact_uri
        return self._client.create_model_version(
            name, source=f"{artifacts}/{MODEL_FOLDER}", run_id=run_id, tags=dict(tags)
        )

    def versions(self, name: str) -> list[ModelVersion]:
        """The versions of the model, newest first, 200 at most; empty for a model that is not registered."""
        try:
            aliases = self._aliases(name)
        except ModelNotFound:
            return []
        with answering():
            found = self._client.search_model_versions(f"name='{name}'", max_results=MOST_VERSIONS)
        newest_first = sorted(found, key=lambda v: int(v.version), reverse=True)
        return [self._described(version, aliases=aliases) for version in newest_first]

    def version(self, name: str, *, version: str) -> ModelVersion:
        """One version of the model; `ModelNotFound` where there is none."""
        return self._described(self._find(name, version=version), aliases=self._aliases(name))

    def set_alias(self, name: str, *, alias: str, version: str) -> None:
        """From now on, `alias` means this version; `ModelNotFound` where there is none."""
        number = str(self._find(name, version=version).version)
        with answering():
            self._client.set_registered_model_alias(name, alias, number)

    def remove_alias(self, name: str, *, alias: str) -> None:
        """From now on, `alias` means no version; nothing changes where it meant none."""
        with answering():
            self._client.delete_registered_model_alias(name, alias)

    def champion(self, name: str) -> ModelVersion:
        """The version that the alias `champion` means; `NoChampion` where nothing was promoted."""
        try:
            version = self._aliases(name).get(CHAMPION)
        except ModelNotFound as error:
            raise NoChampion(f"there is no model '{name}'") from error
        if version is None:
            raise NoChampion(f"no version of '{name}' is the champion")
        return self.version(name, version=version)

    def download(self, name: str, *, version: str, into: Path) -> Path:
        """The folder `into`, holding the version's files and nothing else.

        It is there whole or as it was before: the files arrive in a folder beside it. `ModelNotFound` where
        there is no such version, or its files are gone.
        """
        number = str(self._find(name, version=version).version)
        into.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into.parent, prefix=".download-") as scratch, answering():
            uri = self._client.get_model_version_download_uri(name, number)
            found = self._fetch(uri, into=Path(scratch), what=f"the model folder of {name} version {number}")
            replace_folder(into, found, scratch=Path(scratch))
        return into

    def attached(self, name: str, *, version: str, path: str) -> bytes:
        """A file beside the version, such as a report of its training, by its path there.

        `ModelNotFound` where there is no such version, or no such file.
        """
        run_id = self.version(name, version=version).run_id
        with tempfile.TemporaryDirectory() as scratch, answering():
            uri = f"{self._client.get_run(run_id).info.artifact_uri}/{path}"
            found = self._fetch(uri, into=Path(scratch), what=f"{path} of {name} version {version}")
            return found.read_bytes()

    def _fetch(self, uri: str, *, into: Path, what: str) -> Path:
        return fetch(uri, into=into, tracking_uri=with_driver(self._tracking_uri), what=what)

    def _find(self, name: str, *, version: str) -> MlflowVersion:
        number = version_number(version)
        with answering(f"version {number} of the model '{name}'"):
            return self._client.get_model_version(name, number)

    def _aliases(self, name: str) -> dict[str, str]:
        """Alias to version; a version that was searched for does not know its own."""
        with answering(f"the model '{name}'"):
            aliases = self._client.get_registered_model(name).aliases
        return {alias: str(version) for alias, version in aliases.items()}

    def _described(self, version: MlflowVersion, *, aliases: Mapping[str, str]) -> ModelVersion:
        number, run_id = str(version.version), version.run_id or ""
        metrics: Mapping[str, float] = {}
        if run_id:
            # A run that `mlflow gc` has removed left its version, which has no figures any more.
            with suppress(ModelNotFound), answering():
                metrics = self._client.get_run(run_id).data.metrics
        return ModelVersion(
            name=version.name,
            version=number,
            aliases=tuple(sorted(alias for alias, meant in aliases.items() if meant == number)),
            digest=version.tags.get(DIGEST_TAG, ""),
            run_id=run_id,
            created_at=datetime.fromtimestamp(version.creation_timestamp / 1000, UTC),
            metrics=metrics,
            tags=dict(version.tags),
        )


def find_or_create_experiment(client: MlflowClient, name: str, *, artifacts: str) -> str:
    """The experiment's id; when two processes make it at once, both get the same."""
    from mlflow.exceptions import MlflowException

    with answering():
        if client.get_experiment_by_name(name) is None:
            try:
                client.create_experiment(name, artifact_location=artifacts)
            except MlflowException as error:
                if error.error_code != "RESOURCE_ALREADY_EXISTS":
                    raise
        found = client.get_experiment_by_name(name)
    if found is None or found.lifecycle_stage == "deleted":
        raise RegistryUnavailable(
            f"the experiment '{name}' was deleted",
            next_step="Restore it in MLflow, or choose another with the setting mlflow.experiment.",
        )
    return str(found.experiment_id)


def replace_folder(target: Path, new: Path, *, scratch: Path) -> None:
    """Put the folder `new` in `target`'s place; what was there goes to `scratch`, which the caller removes.

    Where another process was quicker, what it put there stays.
    """
    with suppress(FileNotFoundError):
        target.rename(scratch / "replaced")
    try:
        new.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def version_number(version: str) -> str:
    """The version's number as the registry writes it: '7' for '07'; raises `ModelNotFound` for what is none."""
    found = VERSION.fullmatch(version)
    if found is None:
        raise ModelNotFound(f"'{version}' is no version of a model: versions are whole numbers")
    return found[1]


def storable_key(name: str) -> str:
    """The name of a parameter or a metric as MLflow takes it, another one for every name.

    What MLflow refuses is there as its bytes in UTF-8, each as `:2F` is for a slash: it refuses `%` too. Of what is too
    long, the end is replaced by two colons and a digest.
    """
    key = UNSTORABLE.sub(lambda found: "".join(f":{byte:02X}" for byte in utf8(found[0])), name)
    if len(key) <= LONGEST_KEY:
        return key
    suffix = f"::{hashlib.sha256(utf8(name)).hexdigest()}"
    return key[: LONGEST_KEY - len(suffix)] + suffix


def utf8(text: str) -> bytes:
    """The text's bytes, lone surrogates too."""
    return text.encode("utf-8", "surrogatepass")


def open_registry(settings: Settings) -> Registry:
    """The configured model registry; `RegistryUnavailable` where it does not answer."""
    return Registry.open(
        tracking_uri=settings.effective_tracking_uri,
        artifacts=settings.effective_artifacts,
        experiment=settings.mlflow.experiment,
    )
