"""One reader in a process of its own, on one thread: what it read, the CPU-seconds of each page, and its peak memory.

`python -m benchmarks.ocr_reading READER` takes the pages as JSON on standard input and writes its figures as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2

from benchmarks.machine import cpu_seconds
from benchmarks.ocr_readers import READERS, SECONDS_A_PAGE, Page, Read, Reader
from benchmarks.ocr_sets import Sample, pixels_of
from docflow.errors import DocFlowError, EngineUnavailable
from docflow.types import PageImage

ONE_THREAD = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class PageRead:
    """What a page was read as, and what that cost; `text` is None where the reader failed."""

    text: str | None
    cpu_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Readings:
    """A reader's pages, in the samples' order, and the most memory that one of its processes held, in MiB."""

    pages: tuple[PageRead, ...]
    peak_mib: float


def measure(reader: Reader, samples: Sequence[Sample]) -> Readings:
    """Let the reader read the samples in a fresh process.

    Raises `EngineUnavailable` where it is not installed, and `CalledProcessError` where its process ends badly.
    """
    pages = [{"path": str(s.path), "dpi": s.dpi, "language": s.language} for s in samples]
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.ocr_reading", reader.name],
        input=json.dumps(pages),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ | ONE_THREAD,
        timeout=60 + SECONDS_A_PAGE * len(samples),
    )
    told: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    if "unavailable" in told:
        raise EngineUnavailable(told["unavailable"], next_step=told["next_step"])
    return Readings(tuple(PageRead(**page) for page in told["pages"]), told["peak_mib"])


def read_here(reader: Reader, samples: Sequence[dict[str, Any]]) -> Readings:
    """Read the samples in this process. A page of each language is read before that, so that all is loaded."""
    cv2.setNumThreads(1)
    read = reader.open()
    for first in {s["language"]: s for s in samples}.values():
        one_page(read, first)
    return Readings(tuple(one_page(read, sample) for sample in samples), peak_mib())


def one_page(read: Read, sample: dict[str, Any]) -> PageRead:
    """Read one page, whatever happens to it."""
    path = Path(sample["path"])
    page = Page(PageImage(1, pixels_of(path), dpi=sample["dpi"]), path, sample["language"])
    started, cpu = time.perf_counter(), cpu_seconds()
    try:
        text = read(page)
    except (DocFlowError, RuntimeError, subprocess.SubprocessError) as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        text = None
    return PageRead(text, cpu_seconds() - cpu, time.perf_counter() - started)


def peak_mib() -> float:
    """The most memory that this process, or any one of its children, held, in MiB.

    Its own comes from the kernel's high-water mark: `ru_maxrss` begins with what the parent of the process held.
    """
    status = Path("/proc/self/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def main() -> None:
    """Read the pages of standard input with the reader named first."""
    reader, samples = READERS[sys.argv[1]], json.load(sys.stdin)
    try:
        told = asdict(read_here(reader, samples))
    except EngineUnavailable as error:
        told = {"unavailable": error.message, "next_step": error.next_step}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
