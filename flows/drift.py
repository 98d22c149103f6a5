"""Drift, looked for on a schedule; where there is some, training is told, and itself decides what to do."""

from __future__ import annotations

from typing import Any, cast

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound

from docflow.drifting import look_for_drift
from docflow.errors import SettingsError
from docflow.registry import open_registry
from docflow.settings import load_settings
from docflow.store import Store

TRAINING = "train/training"
"""The deployment of `flows/train.py`."""


@flow(name="drift")
def drift() -> dict[str, Any]:
    """Look whether the documents have drifted, and start the training deployment where they have.

    Raises `SettingsError` where they have and there is no such deployment.
    """
    settings = load_settings()
    with Store.open(settings.effective_database_url) as store:
        seen = look_for_drift(settings, store=store, registry=open_registry(settings))
    get_run_logger().info(seen.why)
    told = seen.to_dict()
    if seen.columns:
        create_table_artifact(key="drift", table=told["columns"], description=seen.why)
    if seen.drifted:
        start_training(seen.why)
    return told


def start_training(why: str) -> None:
    """Have the training deployment look, without waiting for it; its new version says why."""
    try:
        run = cast(FlowRun, run_deployment(TRAINING, parameters={"drift": why}, timeout=0, as_subflow=False))
    except ObjectNotFound as error:
        raise SettingsError(
            f"the documents have drifted, and there is no deployment {TRAINING} to start: "
            "`python -m flows.deployments` offers it",
            next_step="Offer the flows with `python -m flows.deployments`, or label documents and train by hand.",
        ) from error
    get_run_logger().info("started %s as %s", TRAINING, run.name)
