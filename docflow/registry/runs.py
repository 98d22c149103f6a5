"""A run that is followed while it goes on: figures step by step, files at the end, one run over all restarts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from docflow.registry.connection import answering

if TYPE_CHECKING:
    from mlflow import MlflowClient

RUN_FILE = "mlflow_run"
"""File in a training's folder with the id of its run."""

LONGEST_PARAMETER = 500


class TrackedRun:
    """One run in MLflow; leaving its context ends it as finished, or as failed where an error goes through.

    All methods raise `RegistryUnavailable` where MLflow does not answer.
    """

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client = client
        self.run_id = run_id

    @classmethod
    def open(
        cls, client: MlflowClient, *, experiment_id: str, name: str, params: Mapping[str, object], kept_in: Path
    ) -> TrackedRun:
        """The run that the folder names, where MLflow still has it, or a new one, with its parameters logged."""
        from mlflow.entities import Param
        from mlflow.exceptions import MlflowException

        kept_in.mkdir(parents=True, exist_ok=True)
        noted = kept_in / RUN_FILE
        with answering():
            if noted.is_file():
                try:
                    run_id = noted.read_text(encoding="utf-8").strip()
                    client.update_run(run_id, status="RUNNING")
                    return cls(client, run_id)
                except MlflowException as error:
                    if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                        raise
            run_id = client.create_run(experiment_id, run_name=name).info.run_id
            told = [Param(key, str(value)[:LONGEST_PARAMETER]) for key, value in params.items()]
            client.log_batch(run_id, params=told)
        noted.write_text(run_id + "\n", encoding="utf-8")
        return cls(client, run_id)

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Figures of this step."""
        from mlflow.entities import Metric

        moment = int(datetime.now(UTC).timestamp() * 1000)
        with answering():
            self._client.log_batch(
                self.run_id, metrics=[Metric(key, value, moment, step) for key, value in metrics.items()]
            )

    def keep(self, folder: Path) -> None:
        """Store the folder's files with the run, under the folder's name."""
        with answering():
            self._client.log_artifacts(self.run_id, str(folder), folder.name)

    def __enter__(self) -> TrackedRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with answering():
            self._client.set_terminated(self.run_id, "FINISHED" if kind is None else "FAILED")
