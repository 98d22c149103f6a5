"""`python -m benchmarks.isolation [--short] [--rounds N]`: what worker processes cost and bring.

How soon a worker is ready, what a call of it costs, pages per minute and CPU-seconds per page in this process and with
one and two workers, and by how much memory grows over 500 documents. Pages are generated scans, read with the
configured engine.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from rich.console import Console

from benchmarks.machine import describe
from docflow.readers import IsolatedReader, Reader
from docflow.reading import LocalReader
from docflow.settings import Settings, load_settings
from docflow.synth import write_dataset

LANGUAGES = "eng+rus"
PAGES, ROUNDS, DOCUMENTS = 48, 7, 500
SHORT_PAGES, SHORT_ROUNDS, SHORT_DOCUMENTS = 12, 1, 60


def main() -> None:
    """Print a line for each figure."""
    parser = argparse.ArgumentParser(description="what worker processes cost and bring")
    parser.add_argument("--short", action="store_true", help="a minute's worth of pages and documents")
    parser.add_argument("--rounds", type=int, help="how often the four ways of reading take turns")
    chosen = parser.parse_args()
    pages, rounds, documents = (
        (SHORT_PAGES, SHORT_ROUNDS, SHORT_DOCUMENTS) if chosen.short else (PAGES, ROUNDS, DOCUMENTS)
    )
    console = Console(width=130, highlight=False)
    console.print(describe())
    with tempfile.TemporaryDirectory() as folder:
        made = write_dataset(Path(folder), count=12, seed=11)
        scans = [path.read_bytes() for path in made if path.suffix != ".pdf"]
    start_and_calls(console, scans[0])
    throughput(console, scans, count=pages, rounds=chosen.rounds or rounds)
    memory(console, scans, count=documents)


def start_and_calls(console: Console, scan: bytes) -> None:
    """Print the time until a worker answers, and what a check costs in it and in this process."""
    started = time.perf_counter()
    reader = IsolatedReader(settings_of(workers=1))
    reader.engine()
    ready = time.perf_counter() - started
    local = local_reader()
    there, here = (milliseconds(lambda r=r: r.check(scan)) for r in (reader, local))  # type: ignore[misc]
    reader.close()
    console.print(
        f"worker ready after {1000 * ready:.0f} ms; check of a scan: {there:.2f} ms in it, {here:.2f} ms here"
    )


def throughput(console: Console, scans: Sequence[bytes], *, count: int, rounds: int) -> None:
    """Print pages per minute and CPU-seconds per page in this process, with workers, and what the machine allows.

    Rounds alternate, so that a machine whose clock changes under its other guests changes all of them. What it allows:
    two processes that share no pool, no queue and no caller against one of them.
    """
    pages = [scans[n % len(scans)] for n in range(count)]
    one, two = (IsolatedReader(settings_of(workers=workers)) for workers in (1, 2))
    here = local_reader()
    # One reader each, so that neither pool stands between the two processes.
    apart = [IsolatedReader(settings_of(workers=1)) for _ in range(2)]
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in ("here", "one", "two", "apart")}
    for _ in range(rounds):
        seen["here"].append(speed([here], pages))
        seen["one"].append(speed([one], pages))
        seen["two"].append(speed([two, two], pages))
        seen["apart"].append(speed(apart, pages))
    for reader in (one, two, *apart):
        reader.close()
    titles = {"here": "in this process", "one": "one worker", "two": "two workers", "apart": "two pools of one worker"}
    for name, title in titles.items():
        times = [rate / single for (rate, _), (single, _) in zip(seen[name], seen["one"], strict=True)]
        rate, cost = (statistics.median(values) for values in zip(*seen[name], strict=True))
        console.print(
            f"{title}: {rate:.0f} pages per minute, {cost:.2f} CPU-s per page, "
            f"{statistics.median(times):.2f} times one worker ({min(times):.2f} to {max(times):.2f})"
        )


def memory(console: Console, scans: Sequence[bytes], *, count: int) -> None:
    """Print by how much one worker that is never replaced grows, and how large it gets."""
    reader = IsolatedReader(settings_of(workers=1))
    reader.engine()
    worker = psutil.Process(reader.pool.pids[0])
    held = []
    for number in range(count):
        list(reader.read(scans[number % len(scans)], languages=LANGUAGES))
        held.append(worker.memory_info().rss / 1e6)
    reader.close()
    # The first tenth loads what stays: languages, decoders, the allocator's pools.
    steady = held[count // 10 :]
    slope = statistics.linear_regression(range(len(steady)), steady).slope
    console.print(
        f"worker over {count} documents: {steady[0]:.0f} MB to {steady[-1]:.0f} MB, at most {max(held):.0f} MB, "
        f"slope {1000 * slope:.1f} kB per document"
    )


def local_reader() -> LocalReader:
    """What reads in this process, with default settings."""
    settings = settings_of(workers=1)
    return LocalReader(settings.intake, settings.ocr)


def settings_of(*, workers: int) -> Settings:
    """Default settings with so many workers, none of which is ever replaced."""
    return load_settings(ocr={"workers": workers, "worker_pages": 1_000_000, "languages": LANGUAGES})


def speed(readers: Sequence[Reader], pages: Sequence[bytes]) -> tuple[float, float]:
    """Pages per minute when a thread per reader takes the next page, and CPU-seconds per page."""

    def read(reader: Reader, waiting: Iterator[bytes]) -> int:
        return sum(len(list(reader.read(data, languages=LANGUAGES))) for data in waiting)

    with ThreadPoolExecutor(len(readers)) as asking:
        # Every worker has started and loaded its data before the clock does.
        list(asking.map(read, readers, [iter(pages[:2]) for _ in readers]))
        processes = [psutil.Process(), *psutil.Process().children()]
        started, spent = time.perf_counter(), cpu_seconds_of(processes)
        # `next` of a list's iterator is one step of the interpreter: threads can share it.
        waiting = iter(pages)
        count = sum(asking.map(read, readers, [waiting for _ in readers]))
        return 60 * count / (time.perf_counter() - started), (cpu_seconds_of(processes) - spent) / count


def cpu_seconds_of(processes: Sequence[psutil.Process]) -> float:
    """User and system time of processes that are up."""
    times = [process.cpu_times() for process in processes]
    return sum(t.user + t.system for t in times)


def milliseconds(call: Callable[[], None], *, times: int = 50) -> float:
    """The median time of a call."""
    seen = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        seen.append(1000 * (time.perf_counter() - started))
    return statistics.median(seen)


if __name__ == "__main__":
    main()
