"""The main job, end to end: `make demo`, or `python -m examples.demo` in an environment that is set up.

Generates labelled documents, trains the first classifier, registers and promotes it, starts the service, sends it
the documents beside this file and prints what came back. Ctrl-C ends what it started; `--once` ends by itself. What
an earlier run has finished is not done again.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from docflow.errors import DocFlowError, NoChampion
from docflow.settings import Settings, load_settings
from docflow.store import Store
from docflow.synth import write_dataset

DOCUMENTS = Path(__file__).parent / "documents"
SAMPLES = 24
SERVICE_SECONDS = 120
"""Longest wait for the service's first healthy answer."""

INTERRUPTED = 130
"""The shell's exit code for a program that Ctrl-C ended: 128 and the signal's number."""

console = Console()


def main() -> int:
    """Run the demo and return the exit code."""
    parser = argparse.ArgumentParser(description="Train, serve, and show what the service makes of examples/documents.")
    parser.add_argument("--once", action="store_true", help="end after the table instead of waiting for Ctrl-C")
    parser.add_argument("--generated", type=int, help="texts to train on; default: as `docflow train`")
    arguments = parser.parse_args()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, leave)
    started = time.monotonic()
    try:
        settings = load_settings()
        generate(settings.var_dir / "demo" / "samples")
        if not has_champion(settings):
            size = [] if arguments.generated is None else ["--generated", str(arguments.generated)]
            run("Training the first classifier", "docflow", "train", "--promote", *size)
        port = free_port(settings.service.port)
        if port != settings.service.port:
            console.print(f"Port {settings.service.port} is taken; the service takes {port}.", highlight=False)
        with service(settings, port=port) as address:
            answers = send_all(address, started=started)
            show(answers)
            console.print(addresses(settings, address=address), highlight=False)
            if not arguments.once:
                # Who reads that line may be quick.
                with contextlib.suppress(KeyboardInterrupt):
                    console.print("\nCtrl-C ends the service.")
                    signal.pause()
        if not arguments.once:
            console.print("\nEnded, with all that was started.")
    except DocFlowError as error:
        console.print(f"[red]{error.code}[/] {escape(error.message)}\n  {escape(error.next_step)}")
        return error.exit_code
    except KeyboardInterrupt:
        console.print("\nInterrupted; what was started has ended.")
        return INTERRUPTED
    return int(any("prediction" not in answer for answer in answers))


def leave(number: int, _frame: object) -> None:
    """End as Ctrl-C does, what was started first, with the shell's exit code for this signal."""
    raise SystemExit(128 + number)


def generate(folder: Path) -> None:
    """Write labelled sample documents to look at, unless they are there."""
    if folder.exists():
        return
    unfinished = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Generating sample documents", total=SAMPLES)
        write_dataset(unfinished, count=SAMPLES, seed=1, progress=lambda done, _: bar.update(task, completed=done))
    unfinished.rename(folder)
    console.print(f"{SAMPLES} labelled documents, English and Russian, are in {folder}", highlight=False)


def has_champion(settings: Settings) -> bool:
    """Whether a model was promoted in an earlier run."""
    store = Store.open(settings.effective_database_url)
    try:
        return store.current_promotion(model_name=settings.classify.model_name) is not None
    except NoChampion:
        return False
    finally:
        store.close()


def run(title: str, *command: str) -> None:
    """Run a command to its end under its title; its failure is the demo's."""
    console.rule(title, align="left")
    finished = subprocess.run([sys.executable, "-m", *command], check=False)
    if finished.returncode:
        raise SystemExit(finished.returncode)


def free_port(wanted: int) -> int:
    """The wanted port, or any free one where something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def service(settings: Settings, *, port: int) -> Iterator[str]:
    """The service's address, once it is healthy; it and its workers are ended afterwards."""
    log = settings.var_dir / "demo" / "service.log"
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "docflow", "serve", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        wait_until_healthy(address, process=process, log=log)
        yield address
    finally:
        end(process)


def wait_until_healthy(address: str, *, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the service answers that it is healthy; end the demo when it stops or takes too long."""
    columns = (SpinnerColumn(), TextColumn("Starting the service"), TimeElapsedColumn())
    deadline = time.monotonic() + SERVICE_SECONDS
    with Progress(*columns, console=console, transient=True) as bar:
        bar.add_task("")
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{address}/health", timeout=5).json().get("status") == "healthy":
                    return
            time.sleep(0.2)
    console.print(log.read_text()[-2000:], markup=False)
    raise SystemExit("the service did not become healthy; its log is above")


def end(process: subprocess.Popen[bytes]) -> None:
    """End the service with its workers, kindly first; at once where Ctrl-C comes a second time."""
    started: set[psutil.Process] = set()
    deadline = time.monotonic() + 15
    try:
        if process.poll() is None:
            started |= descendants(process)
            process.terminate()
        while process.poll() is None and time.monotonic() < deadline:
            started |= descendants(process)
            time.sleep(0.1)
    finally:
        # Each by itself: the workers have sessions of their own, and one that was just starting heeds no signal.
        for each in started | descendants(process):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        if process.poll() is None:
            process.kill()
        process.wait()


def descendants(process: subprocess.Popen[bytes]) -> set[psutil.Process]:
    """The processes that it and those that it started have started, as far as they run now."""
    try:
        return set(psutil.Process(process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return set()


def send_all(address: str, *, started: float) -> list[dict[str, Any]]:
    """The service's answers for the documents beside this file, each with its name and the seconds it took.

    `started` is when the demo was, on the monotonic clock: the time to the first answer is told.
    """
    answers: list[dict[str, Any]] = []
    paths = sorted(path for path in DOCUMENTS.iterdir() if not path.name.startswith("."))
    with Progress(console=console, transient=True) as bar, httpx.Client(base_url=address, timeout=150) as client:
        for path in bar.track(paths, description="Sending the documents"):
            sent = time.perf_counter()
            answer = client.post("/upload-and-predict", files={"file": (path.name, path.read_bytes())})
            answers.append({"file": path.name, "took": time.perf_counter() - sent, **answer.json()})
            if len(answers) == 1:
                bar.console.print(f"First result after {time.monotonic() - started:.0f} s", highlight=False)
    return answers


def show(answers: list[dict[str, Any]]) -> None:
    """Print the table of answers."""
    table = Table(title="What the service answered", title_justify="left", box=None, header_style="bold")
    for name in ("file", "kind", "confidence", "language", "pages", "OCR confidence", "seconds"):
        justify = "left" if name in {"file", "kind", "language"} else "right"
        table.add_column(name, justify=justify, no_wrap=name == "file")
    for answer in answers:
        if "prediction" not in answer:
            table.add_row(answer["file"], f"[red]{escape(answer['code'])}[/]", "", "", "", "", f"{answer['took']:.2f}")
            continue
        told = answer["prediction"]
        confidence = told["ocr"]["confidence"]
        table.add_row(
            answer["file"],
            told["predicted_class"],
            f"{told['confidence_score']:.2f}",
            told["language"],
            str(told["pages"]),
            "–" if confidence is None else f"{confidence:.2f}",
            f"{answer['took']:.2f}",
        )
    console.print(table)


def addresses(settings: Settings, *, address: str) -> str:
    """Where to look next."""
    return (
        f"\nAPI docs    {address}/docs\n"
        f"Metrics     {address}/metrics\n"
        f"MLflow      make mlflow    then http://127.0.0.1:5000\n"
        f"Prefect     make prefect   then http://127.0.0.1:4200"
    )


if __name__ == "__main__":
    raise SystemExit(main())
