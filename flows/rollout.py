"""The verdict on models that are tried on the traffic, looked for on a schedule."""

from __future__ import annotations

from typing import Any

from prefect import flow, get_run_logger

from docflow.registry import open_registry
from docflow.rollout import judge_rollout
from docflow.settings import load_settings
from docflow.store import Store


@flow(name="rollout", log_prints=True)
def rollout() -> list[dict[str, Any]]:
    """Each version on trial, with what was decided and why; the decision is carried out."""
    settings = load_settings()
    log = get_run_logger()
    with Store.open(settings.effective_database_url) as store:
        verdicts = judge_rollout(
            settings, store=store, registry_factory=lambda: open_registry(settings), judged_by="the rollout flow"
        )
    if not verdicts:
        log.info("no version is on trial")
    for verdict in verdicts:
        log.info("%s, version %s: %s, %s", verdict.alias, verdict.version, verdict.ruling.value, verdict.reason)
    return [verdict.to_dict() for verdict in verdicts]
