"""Continuous training: looked at on a schedule, trained where it is worth it, and said so where it is not."""

from __future__ import annotations

from typing import Any

from prefect import flow, get_run_logger

from docflow.registry import open_registry
from docflow.retraining import retrain
from docflow.settings import load_settings
from docflow.store import Store


@flow(name="train")
def train(drift: str = "") -> dict[str, Any]:
    """Train where there are enough new labels, the newest version is old, or on drift; then settle its fate.

    `drift` says how the documents have drifted, where they have.
    """
    settings, log = load_settings(), get_run_logger()
    with Store.open(settings.effective_database_url) as store:
        done = retrain(
            settings,
            store=store,
            registry=open_registry(settings),
            by="the training flow",
            drift=drift,
            progress=log.info,
        )
    version = f"version {done.version} " if done.version else ""
    log.info("%s%s: %s", version, done.result.value.replace("_", " "), done.why)
    return done.to_dict()
