"""A running service takes newly promoted models, and refuses wrong ones, while 32 clients ask it without a pause."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest
import serving

CLIENTS = 32
SECONDS = 120.0
"""A model is refused once the registry was asked, too: a busy process imports MLflow for that, and makes its tables."""


class Traffic:
    """What 32 clients are answered, who never stop asking: versions and statuses, newest last."""

    def __init__(self, service: httpx.Client) -> None:
        self._url = str(service.base_url)
        self._stop = threading.Event()
        self.seen: list[tuple[int, str, str]] = []

    def ask(self, number: int) -> None:
        """Ask until it is over."""
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self._stop.is_set():
                text = serving.WORDS["receipt"].format(n=f"{number} {len(self.seen)}")
                answer = client.post("/predict/text", json={"text": text})
                body = answer.json()
                self.seen.append((answer.status_code, body.get("model_version", ""), body.get("variant", "")))

    def end(self) -> None:
        """Let the clients finish."""
        self._stop.set()

    def newest(self) -> Counter[tuple[int, str, str]]:
        """What the last hundred were answered."""
        return Counter(self.seen[-100:])


@pytest.fixture
def var_dir(tmp_path: Path) -> Path:
    serving.promote_small_model(tmp_path)
    serving.import_champion(tmp_path)
    return tmp_path


@pytest.fixture
def service(var_dir: Path) -> Iterator[httpx.Client]:
    with serving.serving("bentos.service:DocFlow", var_dir=var_dir) as client:
        yield client


@pytest.fixture
def traffic(service: httpx.Client) -> Iterator[Traffic]:
    asking = Traffic(service)
    with ThreadPoolExecutor(CLIENTS) as threads:
        clients = [threads.submit(asking.ask, number) for number in range(CLIENTS)]
        yield asking
        asking.end()
    for client in clients:
        client.result()


def until(holds: Callable[[], bool], traffic: Traffic) -> None:
    """Return once it holds; the test fails with what was answered last where it never does."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, traffic.newest()
        time.sleep(0.05)


def processes(service: httpx.Client) -> set[int]:
    """The service's processes."""
    port = str(service.base_url.port)
    (first,) = [each for each in psutil.Process().children() if port in each.cmdline()]
    return {first.pid, *(child.pid for child in first.children(recursive=True))}


def test_models_are_swapped_and_refused_under_load_without_a_failed_request(
    service: httpx.Client, var_dir: Path, traffic: Traffic
) -> None:
    started = processes(service)
    until(lambda: set(traffic.newest()) == {(200, "1", "champion")}, traffic)

    serving.promote_small_model(var_dir, version="2", seed=1)
    until(lambda: set(traffic.newest()) == {(200, "2", "champion")}, traffic)

    serving.promote_small_model(var_dir, version="3", seed=2, spoilt=True)
    until(lambda: "docflow_model_refused 1.0" in service.get("/metrics").text, traffic)
    assert set(traffic.newest()) == {(200, "2", "champion")}

    serving.promote_small_model(var_dir, version="2", seed=1)
    serving.promote_small_model(var_dir, version="4", seed=3, alias="challenger", candidate="voting")
    until(lambda: 30 <= traffic.newest()[200, "4", "challenger"] <= 70, traffic)
    assert set(traffic.newest()) == {(200, "2", "champion"), (200, "4", "challenger")}
    assert "docflow_model_refused 0.0" in service.get("/metrics").text
    assert 'docflow_model_answers_total{variant="challenger",version="4"}' in service.get("/metrics").text

    traffic.end()
    assert {status for status, _, _ in traffic.seen} == {200}
    assert processes(service) == started
    assert "Traceback" not in (var_dir / "service.log").read_text()


def test_a_classifier_that_starts_anew_begins_with_what_was_promoted_meanwhile(
    service: httpx.Client, var_dir: Path
) -> None:
    def version() -> str:
        text = serving.WORDS["receipt"].format(n=1)
        return str(service.post("/predict/text", json={"text": text}).json()["model_version"])

    serving.promote_small_model(var_dir, version="2", seed=1)
    end = time.monotonic() + SECONDS
    while version() != "2":
        assert time.monotonic() < end
        time.sleep(0.1)
    for process in psutil.Process().children(recursive=True):
        if "Classifier" in process.cmdline():
            process.kill()
    assert [version() for _ in range(20)] == ["2"] * 20
