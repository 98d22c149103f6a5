"""The demo as a new user meets it, in a terminal of its own: its table, the README's examples beside it, its end."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import serving

from docflow.settings import Settings
from docflow.store import Store
from examples.make_documents import EXAMPLES

SECONDS = 150
"""Longest wait for anything that the demo says, on a machine busy with other tests."""

READY = "Ctrl-C ends the service."
READMES = ["README.md", "README.ru.md"]
README_ADDRESS = "http://127.0.0.1:8000"
NOISE = re.compile(r"warning|traceback|deprecated|(?<!calibration )\berror\b", re.IGNORECASE)
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Terminal:
    """A program in a pseudo-terminal, whose keyboard is ours."""

    process: psutil.Popen
    keyboard: int
    said: str = field(default="")

    def wait_for(self, text: str) -> None:
        """Return once the program has said this; the test fails where it ends or is silent."""
        until = time.monotonic() + SECONDS
        while text not in self.said:
            assert time.monotonic() < until, self.said
            assert self.read() or text in self.said, self.said

    def read(self) -> bool:
        """Take in what is there; False once the program has closed its side."""
        if select.select([self.keyboard], [], [], 1)[0]:
            try:
                new = os.read(self.keyboard, 65536)
            except OSError:  # EIO: nobody holds the other side any more
                return False
            self.said += ESCAPES.sub("", new.decode(errors="replace"))
        return True

    def exit_code(self) -> int:
        """How the program ended, all that it said taken in."""
        until = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < until:
            self.read()
        return int(self.process.wait(timeout=1))


@contextlib.contextmanager
def demo(var_dir: Path, *options: str, port: int) -> Iterator[Terminal]:
    """The demo in a terminal, with an environment from which nothing is left over; killed at the end if need be."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "DOCFLOW_CORPUS") if name in os.environ}
    settings = {"DOCFLOW_VAR_DIR": str(var_dir), "DOCFLOW_SERVICE__PORT": str(port)}
    command = [sys.executable, "-m", "examples.demo", "--generated", "400", *options]
    keyboard, screen = pty.openpty()
    process = psutil.Popen(
        command,
        cwd=serving.ROOT,
        env=kept | settings | {"TERM": "xterm", "COLUMNS": "120"},
        stdin=screen,
        stdout=screen,
        stderr=screen,
        preexec_fn=lambda: os.login_tty(screen),
    )
    os.close(screen)
    terminal = Terminal(process, keyboard)
    try:
        yield terminal
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            for each in [*process.children(recursive=True), process]:
                each.kill()
        process.wait(timeout=20)
        os.close(keyboard)


def started_by(terminal: Terminal) -> list[psutil.Process]:
    """The processes that the demo has started and that run now."""
    found = terminal.process.children(recursive=True)
    assert len(found) >= 2, "the gateway and the classifier are processes of their own"
    return found


def assert_all_ended(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert alive == []


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "var"


@pytest.fixture(scope="module")
def port() -> int:
    return serving.free_port()


@pytest.fixture(scope="module")
def runs() -> Iterator[tuple[contextlib.ExitStack, list[Terminal]]]:
    """The runs of this module, the newest last; all are ended with it."""
    with contextlib.ExitStack() as stack:
        yield stack, []


@pytest.fixture
def running(runs: tuple[contextlib.ExitStack, list[Terminal]], var_dir: Path, port: int) -> Terminal:
    """A run that waits for Ctrl-C: the first one, in an empty folder, unless a test has ended that."""
    stack, begun = runs
    if not begun or begun[-1].process.poll() is not None:
        begun.append(stack.enter_context(demo(var_dir, port=port)))
        begun[-1].wait_for(READY)
    return begun[-1]


@pytest.fixture
def ended(runs: tuple[contextlib.ExitStack, list[Terminal]], request: pytest.FixtureRequest) -> Terminal:
    """A run that has ended."""
    _, begun = runs
    run: Terminal = begun[-1] if begun else request.getfixturevalue("running")
    if run.process.poll() is None:
        os.write(run.keyboard, b"\x03")
        assert run.exit_code() == 0
    return run


def test_the_table_has_every_document_under_its_kind(running: Terminal) -> None:
    for column in ("file", "kind", "confidence", "language", "pages", "OCR confidence", "seconds"):
        assert column in running.said
    for example in EXAMPLES:
        line = next(line for line in running.said.splitlines() if line.strip().startswith(example.file))
        assert example.language in line.split()
        assert line.split()[1] in {example.kind, "unknown"}
        assert re.search(r"\b[12]\s+[01]\.\d\d\s+\d+\.\d\d\b", line)


def test_it_says_where_to_look_next_and_how_fast_it_was(running: Terminal, port: int) -> None:
    assert f"http://127.0.0.1:{port}/docs" in running.said
    assert "make mlflow" in running.said
    assert "make prefect" in running.said
    assert re.search(r"First result after \d+ s", running.said)


def test_neither_the_screen_nor_the_services_log_has_warnings(running: Terminal, var_dir: Path) -> None:
    log = (var_dir / "demo" / "service.log").read_text()
    for source in (running.said, log):
        assert [line for line in source.splitlines() if NOISE.search(line)] == []


def shape(value: Any) -> Any:
    """The keys of nested objects with the types of their values, numbers alike."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def curl_examples(name: str, *, port: int) -> list[tuple[Any, Any]]:
    """What the README's commands with curl answer, each with what it shows."""
    found = []
    for block in re.findall(r"```console\n\$ (curl .*?)```", (serving.ROOT / name).read_text("utf-8"), re.DOTALL):
        command, _, shown = block.partition("\n{")
        told = subprocess.run(
            ["bash", "-c", command.replace(README_ADDRESS, f"http://127.0.0.1:{port}")],
            cwd=serving.ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
        found.append((json.loads(told.stdout), json.loads("{" + shown)))
    return found


@pytest.mark.parametrize("name", READMES)
def test_the_readmes_curl_examples_answer_as_they_show(running: Terminal, port: int, name: str) -> None:
    (answer, expected), (label, expected_label) = curl_examples(name, port=port)
    assert shape(answer) == shape(expected)
    for key in ("document_id", "duplicate", "file_hash", "file_size", "filename", "media_type", "storage_path"):
        assert answer["upload"][key] == expected["upload"][key]
    assert answer["prediction"]["predicted_class"] == expected["prediction"]["predicted_class"] == "invoice"
    assert shape(label) == shape(expected_label)
    for key in ("document_id", "label", "action", "who", "replaced", "predicted_class"):
        assert label[key] == expected_label[key]


@pytest.mark.parametrize("name", READMES)
def test_the_readmes_python_example_prints_what_it_shows(running: Terminal, port: int, name: str) -> None:
    (block,) = re.findall(r"```python\n(import httpx.*?)```", (serving.ROOT / name).read_text("utf-8"), re.DOTALL)
    (shown,) = re.findall(r"^# (.+)$", block, re.MULTILINE)
    program = block.replace(README_ADDRESS, f"http://127.0.0.1:{port}")
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=serving.ROOT, capture_output=True, text=True, timeout=SECONDS, check=True
    )
    kind, confidence = told.stdout.split()
    assert kind == shown.split()[0] == "receipt"
    assert 0.5 < float(confidence) <= 1


def test_ctrl_c_ends_all_that_it_started_and_only_that(running: Terminal) -> None:
    with subprocess.Popen(["sleep", "600"]) as bystander:
        started = started_by(running)
        os.write(running.keyboard, b"\x03")
        assert running.exit_code() == 0
        assert_all_ended(started)
        assert bystander.poll() is None
        bystander.kill()
    assert "Ended, with all that was started." in running.said
    assert "Traceback" not in running.said


def test_a_second_run_trains_nothing_and_gives_way_on_a_busy_port(ended: Terminal, var_dir: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)), demo(var_dir, "--once", port=port) as again:
        assert again.exit_code() == 0
    assert "Training" not in again.said
    assert f"Port {port} is taken" in again.said
    assert "receipt-rus.jpg" in again.said


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_told_to_end_takes_its_service_along(
    ended: Terminal, var_dir: Path, port: int, ending: signal.Signals
) -> None:
    with demo(var_dir, port=port) as again:
        again.wait_for("Starting the service")
        until = time.monotonic() + SECONDS
        while len(again.process.children(recursive=True)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        started = started_by(again)
        again.process.send_signal(ending)
        assert again.exit_code() == 128 + ending
        assert_all_ended(started)


def wait_until_mlflow_makes_its_database(var_dir: Path) -> None:
    until = time.monotonic() + SECONDS
    while not any(var_dir.glob(".mlflow.db.made-by-*")):
        assert time.monotonic() < until, "nothing was made"
        time.sleep(0.02)


def test_a_run_that_was_killed_in_training_is_taken_up_again(ended: Terminal, var_dir: Path, tmp_path: Path) -> None:
    samples, var_dir, port = var_dir / "demo" / "samples", tmp_path / "var", serving.free_port()
    shutil.copytree(samples, var_dir / "demo" / "samples")
    with demo(var_dir, port=port) as first:
        first.wait_for("Training the first classifier")
        wait_until_mlflow_makes_its_database(var_dir)
        for process in [first.process, *first.process.children(recursive=True)]:
            process.kill()
    with demo(var_dir, port=port) as second:
        second.wait_for("Training the first classifier")
        second.wait_for("Starting the service")
    with Store.open(Settings(var_dir=var_dir).effective_database_url) as store:
        promotion = store.current_promotion(model_name="docflow")
    assert promotion is not None
    assert promotion.model_version == "1"
