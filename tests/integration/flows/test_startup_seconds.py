"""Prefect waits longer for the server that it starts itself, unless it was told how long."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

NAME = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
ASK = f"import flows.ingest; from prefect.settings import {NAME} as seconds; print(seconds.value())"


@pytest.mark.parametrize(("said", "waits"), [(None, "90"), ("7", "7")])
def test_a_slow_machine_has_the_time_to_start_prefects_server(said: str | None, waits: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != NAME}
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment if said is None else environment | {NAME: said},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert told.stdout.strip() == waits
