"""`make prefect`, for real on another port: Prefect has the deployment, its schedule, and runs to come."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from flows.deployments import DRIFT_EVERY, INBOX_EVERY, ROLLOUT_EVERY, TRAIN_EVERY

ROOT = Path(__file__).parents[3]
SECONDS = 120
DEPLOYMENTS = 4


@contextmanager
def running(folder: Path) -> Iterator[tuple[httpx.Client, psutil.Popen]]:
    """A client of the server's API, and the script that runs it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DOCFLOW_"))}
    own = {"PREFECT_HOME": str(folder), "PREFECT_PORT": str(port), "INBOX": str(folder / "inbox")}
    with (folder / "log").open("w") as log:
        script = psutil.Popen(
            [ROOT / "scripts" / "prefect.sh"], env=kept | own, stdout=log, stderr=log, start_new_session=True
        )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30) as client:
        try:
            until = time.monotonic() + SECONDS
            while len(offered(client)) < DEPLOYMENTS:
                assert script.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.5)
            yield client, script
        finally:
            for process in [*script.children(recursive=True), script] if script.is_running() else []:
                process.kill()
            script.wait()


@pytest.fixture(scope="module")
def runs() -> Iterator[tuple[ExitStack, list[tuple[httpx.Client, psutil.Popen]]]]:
    """The scripts that this module started, the newest last; all are ended with it."""
    with ExitStack() as stack:
        yield stack, []


@pytest.fixture
def prefect(
    runs: tuple[ExitStack, list[tuple[httpx.Client, psutil.Popen]]], tmp_path: Path
) -> tuple[httpx.Client, psutil.Popen]:
    """A running script and a client of its server; the one before, unless a test has ended that."""
    stack, begun = runs
    if not begun or begun[-1][1].poll() is not None:
        begun.append(stack.enter_context(running(tmp_path)))
    return begun[-1]


def offered(client: httpx.Client) -> list[dict[str, object]]:
    """The deployments that the server has; none while it does not answer yet."""
    try:
        found: list[dict[str, object]] = client.post("/deployments/filter", json={}).json()
    except httpx.TransportError:
        return []
    return found


def test_each_flow_is_a_deployment_with_its_schedule(prefect: tuple[httpx.Client, psutil.Popen]) -> None:
    client, _ = prefect
    found = {one["name"]: one for one in client.post("/deployments/filter", json={}).json()}
    told = {
        name: (client.get(f"/flows/{one['flow_id']}").json()["name"], one["schedules"][0]["schedule"]["interval"])
        for name, one in found.items()
    }
    assert told == {
        "inbox": ("ingest", INBOX_EVERY.total_seconds()),
        "drift": ("drift", DRIFT_EVERY.total_seconds()),
        "training": ("train", TRAIN_EVERY.total_seconds()),
        "verdict": ("rollout", ROLLOUT_EVERY.total_seconds()),
    }
    assert found["inbox"]["parameters"]["source"].endswith("inbox")


def test_one_training_runs_at_a_time_and_another_waits(prefect: tuple[httpx.Client, psutil.Popen]) -> None:
    client, _ = prefect
    found = {one["name"]: one for one in client.post("/deployments/filter", json={}).json()}
    limit = found["training"]["global_concurrency_limit"]
    assert (limit["limit"], limit["active"]) == (1, True)
    assert (found["training"]["concurrency_options"] or {}).get("collision_strategy", "ENQUEUE") == "ENQUEUE"


@pytest.mark.parametrize("name", ["inbox", "verdict"])
def test_a_run_that_comes_due_while_the_one_before_is_at_it_is_cancelled(
    prefect: tuple[httpx.Client, psutil.Popen], name: str
) -> None:
    client, _ = prefect
    found = {one["name"]: one for one in client.post("/deployments/filter", json={}).json()}
    limit = found[name]["global_concurrency_limit"]
    assert (limit["limit"], limit["active"]) == (1, True)
    assert found[name]["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"


def test_the_schedule_makes_runs(prefect: tuple[httpx.Client, psutil.Popen]) -> None:
    client, _ = prefect
    until = time.monotonic() + SECONDS
    runs: list[dict[str, object]] = []
    while not runs and time.monotonic() < until:
        runs = client.post("/flow_runs/filter", json={"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}).json()
        time.sleep(0.5)
    assert runs
    assert all(run["auto_scheduled"] for run in runs)


def test_ending_the_script_ends_all_that_it_started(prefect: tuple[httpx.Client, psutil.Popen]) -> None:
    _, script = prefect
    started = script.children(recursive=True)
    assert len(started) >= 2
    script.terminate()
    assert script.wait(timeout=60) == 143
    _, alive = psutil.wait_procs(started, timeout=20)
    assert alive == []
