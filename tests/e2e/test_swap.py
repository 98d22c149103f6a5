"""A running service takes newly promoted models, and refuses wrong ones, while 32 clients ask it without a pause.

Two of them send pictures, so that documents are read and stored meanwhile.
"""

from __future__ import annotations

import io
import sqlite3
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
from PIL import Image, ImageDraw, ImageFont

CLIENTS = 32
SENDERS = 2
"""The clients that send documents; the others send texts."""

SECONDS = 120.0
"""A model is refused once the registry was asked, too: a busy process imports MLflow for that, and makes its tables."""


def picture(text: str) -> bytes:
    """A PNG of a page with this text, a few words a line, large and clean."""
    words = text.split()
    lines = [" ".join(words[at : at + 4]) for at in range(0, len(words), 4)]
    image = Image.new("L", (900, 100 + 60 * len(lines)), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((50, 50 + 60 * row), line, font=ImageFont.load_default(size=36), fill=0)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


class Traffic:
    """What 32 clients are answered, who never stop asking: statuses, versions and variants, newest last.

    `seen` are texts, `read` documents.
    """

    def __init__(self, service: httpx.Client) -> None:
        self._url = str(service.base_url)
        self._stop = threading.Event()
        self.seen: list[tuple[int, str, str]] = []
        self.read: list[tuple[int, str, str]] = []

    def ask(self, number: int) -> None:
        """Ask until it is over."""
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self._stop.is_set():
                if number < SENDERS:
                    self._send(client, name=f"{number} {len(self.read)}")
                else:
                    self._tell(client, name=f"{number} {len(self.seen)}")

    def _tell(self, client: httpx.Client, *, name: str) -> None:
        answer = client.post("/predict/text", json={"text": serving.WORDS["receipt"].format(n=name)})
        body = answer.json()
        self.seen.append((answer.status_code, body.get("model_version", ""), body.get("variant", "")))

    def _send(self, client: httpx.Client, *, name: str) -> None:
        page = picture(serving.WORDS["receipt"].format(n=name))
        answer = client.post("/upload-and-predict", files={"file": (f"{name}.png", page)})
        body = answer.json().get("prediction", {})
        self.read.append((answer.status_code, body.get("model_version", ""), body.get("variant", "")))

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


def stored(var_dir: Path, table: str) -> set[str]:
    """The versions that the database's table has something of."""
    with sqlite3.connect(var_dir / "docflow.db") as database:
        return {version for (version,) in database.execute(f"SELECT DISTINCT model_version FROM {table}")}


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
    until(lambda: (200, "1", "champion") in traffic.read, traffic)

    serving.promote_small_model(var_dir, version="2", seed=1)
    until(lambda: set(traffic.newest()) == {(200, "2", "champion")}, traffic)
    until(lambda: (200, "2", "champion") in traffic.read, traffic)

    serving.promote_small_model(var_dir, version="3", seed=2, spoilt=True)
    until(lambda: "docflow_model_refused 1.0" in service.get("/metrics").text, traffic)
    assert set(traffic.newest()) == {(200, "2", "champion")}

    serving.promote_small_model(var_dir, version="2", seed=1)
    serving.promote_small_model(var_dir, version="4", seed=3, alias="challenger", candidate="voting")
    until(lambda: 30 <= traffic.newest()[200, "4", "challenger"] <= 70, traffic)
    until(lambda: (200, "4", "challenger") in traffic.read, traffic)
    assert set(traffic.newest()) == {(200, "2", "champion"), (200, "4", "challenger")}
    assert "docflow_model_refused 0.0" in service.get("/metrics").text
    assert 'docflow_model_answers_total{variant="challenger",version="4"}' in service.get("/metrics").text

    traffic.end()
    assert {status for status, _, _ in traffic.seen + traffic.read} == {200}
    assert "docflow_unstored_predictions_total 0.0" in service.get("/metrics").text
    assert stored(var_dir, "text_predictions") >= {version for _, version, _ in traffic.seen}
    assert stored(var_dir, "predictions") >= {version for _, version, _ in traffic.read}
    assert processes(service) >= started
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
