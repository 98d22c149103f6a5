"""`python -m flows.deployments`: offers the flows as deployments with schedules, until Ctrl-C.

The inbox is a folder or an s3:// prefix; it is looked through every few minutes. See docs/operations.md.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import cast

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment

from flows.drift import drift
from flows.ingest import ingest
from flows.rollout import rollout
from flows.train import train

INBOX_EVERY = timedelta(minutes=5)
ROLLOUT_EVERY = timedelta(hours=1)
TRAIN_EVERY = timedelta(days=1)
DRIFT_EVERY = timedelta(days=1)
TAGS = ["docflow"]

ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""Of runs that come due while the one before is at it: it has their documents already, or those after have them."""


def main() -> None:
    """Serve the deployments from this process."""
    inbox = os.environ.get("INBOX", "var/inbox")
    if "://" not in inbox:
        # A run starts in a process and a folder of its own.
        inbox = str(Path(inbox).resolve())
        Path(inbox).mkdir(parents=True, exist_ok=True)
    serve(
        cast(
            RunnerDeployment,
            ingest.to_deployment(
                "inbox", interval=INBOX_EVERY, parameters={"source": inbox}, concurrency_limit=ONE_AT_A_TIME, tags=TAGS
            ),
        ),
        # Drift may start a training while the schedule's own is at it: the second waits, and looks again then.
        cast(RunnerDeployment, train.to_deployment("training", interval=TRAIN_EVERY, concurrency_limit=1, tags=TAGS)),
        cast(RunnerDeployment, drift.to_deployment("drift", interval=DRIFT_EVERY, tags=TAGS)),
        cast(
            RunnerDeployment,
            rollout.to_deployment("verdict", interval=ROLLOUT_EVERY, concurrency_limit=ONE_AT_A_TIME, tags=TAGS),
        ),
    )


if __name__ == "__main__":
    main()
