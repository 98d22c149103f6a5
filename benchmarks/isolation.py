"""`python -m benchmarks.isolation [--short]`: what worker processes cost and bring.

How soon a worker is ready, what a call of it costs, pages per minute and CPU-seconds per page in this process and with
one and two workers, and by how much memory grows over 500 documents. Pages are generated scans, read with the
configured engine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
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
PAGES, DOCUMENTS = 48, 500
SHORT_PAGES, SHORT_DOCUMENTS = 12, 60


def main() -> None:
    """Print a line for each figure."""
    short = "--short" in sys.argv
    console = Console(width=130, highlight=False)
    console.print(describe())
    with tempfile.TemporaryDirectory() as folder:
        made = write_dataset(Path(folder), count=12, seed=11)
        scans = [path.read_bytes() for path in made if path.suffix != ".pdf"]
    start_and_calls(console, scans[0])
    throughput(console, scans, count=SHORT_PAGES if short else PAGES)
    memory(console, scans, count=SHORT_DOCUMENTS if short else DOCUMENTS)


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


def throughput(console: Console, scans: Sequence[bytes], *, count: int) -> None:
    """Print pages per minute and CPU-seconds per page in this process, with one worker and with two.

    On a machine that is busy otherwise the second figure still tells: where it stays, two workers would be twice one.
    """
    pages = [scans[n % len(scans)] for n in range(count)]
    here, cost = speed(local_reader(), pages, threads=1)
    console.print(f"in this process: {here:.0f} pages per minute, {cost:.2f} CPU-s per page")
    rates = []
    for workers in (1, 2):
        reader = IsolatedReader(settings_of(workers=workers))
        rate, cost = speed(reader, pages, threads=workers)
        reader.close()
        rates.append(rate)
        console.print(
            f"with {workers} workers: {rate:.0f} pages per minute, {cost:.2f} CPU-s per page, "
            f"{rate / rates[0]:.2f} times one worker"
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


def speed(reader: Reader, pages: Sequence[bytes], *, threads: int) -> tuple[float, float]:
    """Pages per minute when so many threads ask the reader, and CPU-seconds per page."""

    def read(data: bytes) -> int:
        return len(list(reader.read(data, languages=LANGUAGES)))

    with ThreadPoolExecutor(threads) as asking:
        # Every worker has started and loaded its data before the clock does.
        list(asking.map(read, pages[: 2 * threads]))
        processes = [psutil.Process(), *psutil.Process().children()]
        started, spent = time.perf_counter(), cpu_seconds_of(processes)
        count = sum(asking.map(read, pages))
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
