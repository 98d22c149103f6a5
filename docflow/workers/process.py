"""One worker as its parent sees it: jobs in, results out, and a look at its memory and its time all the while."""

from __future__ import annotations

import logging
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from docflow.errors import DocFlowError, OutOfMemory, WorkerCrashed, WorkerUnavailable
from docflow.workers.child import Child, Gone
from docflow.workers.job import Ending, Job, Lost, ProgressTimeout, TotalTimeout
from docflow.workers.messages import BadMessage, Kind, Message, error_from

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000

DATA_OVER_RESIDENT = 2
"""Private memory that is reserved may be so many times the resident cap, which holds between two looks at it and for
the programs that a worker starts. The address space has no limit: libraries reserve far more than they touch."""

LISTEN_SECONDS = 1.0
"""Least time to hear that a worker is ready: it may have said so long ago, when nobody had a job for it."""

OF_A_JOB = frozenset({Kind.RESULT, Kind.DONE, Kind.ERROR, Kind.FAULT, Kind.NO_MEMORY})
"""What a worker may say of a job that it has begun."""

DEATHS = frozenset({Ending.CRASHED, Ending.MEMORY})
"""Endings that the process itself came to."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What one worker may use: resident bytes, results before it is replaced, and seconds to get ready.

    `environment` is added to the parent's own, of which a worker has what is not private.
    """

    memory_bytes: int
    results: int
    start_seconds: float = 60.0
    environment: Mapping[str, str] = field(default_factory=dict)


class WorkerProcess:
    """One worker process. Started by the constructor; to be used by one thread, which must live as long as it.

    Every method may raise `Lost`, after which only `close` is left to be called.
    """

    def __init__(self, make: Callable[[], Any], *, limits: WorkerLimits, closing: threading.Event) -> None:
        self.results = 0
        self._limits = limits
        self._closing = closing
        self._ready = False
        self._ready_by = time.monotonic() + limits.start_seconds
        order = pickle.dumps(make)
        try:
            self._child = Child(data_bytes=limits.memory_bytes * DATA_OVER_RESIDENT, environment=limits.environment)
        except OSError as error:
            raise Lost(Ending.NOT_STARTED, _unavailable("the system has no room for it")) from error
        self.pid = self._child.pid
        try:
            with suppress(Gone):
                # Whoever waits for this worker is told.
                self._child.send(order, self._watch(due=self._ready_by, late=self._not_ready()))
        except Lost:
            self._child.close()
            raise

    def wait_ready(self) -> None:
        """Return once the worker has made its object."""
        if self._ready:
            return
        due = max(self._ready_by, time.monotonic() + LISTEN_SECONDS)
        try:
            self._next(Kind.READY, watch=self._watch(due=due, late=self._not_ready()))
        except Lost as lost:
            if lost.ending in DEATHS:
                raise Lost(Ending.NOT_STARTED, _unavailable("it ended before it was ready")) from lost
            raise
        self._ready = True

    def begin(self, job: Job) -> None:
        """Have the worker take the job on; a worker that is lost before it has did not fall to this job."""
        stalled = Lost(Ending.STALLED, _stalled(job))
        watch = self._watch(due=time.monotonic() + job.progress, late=stalled, abandoned=job.abandoned)
        try:
            self._child.send(job.call, watch)
        except Gone as gone:
            raise self._death() from gone
        self._next(Kind.BEGUN, watch=watch)

    def results_of(self, job: Job) -> Iterator[Any]:
        """The results of a job that has begun; raises the typed error that the job itself ended with."""
        end = time.monotonic() + job.total
        late = Lost(Ending.TIMEOUT, TotalTimeout(f"the job took longer than {job.total:g} s"))
        stalled = Lost(Ending.STALLED, _stalled(job))
        while True:
            due = time.monotonic() + job.progress
            watch = self._watch(due=min(end, due), late=late if end <= due else stalled, abandoned=job.abandoned)
            kind, value = self._next(*OF_A_JOB, watch=watch)
            match kind:
                case Kind.RESULT:
                    self.results += 1
                    yield value
                case Kind.DONE:
                    self._child.tell_noise()
                    return
                case Kind.ERROR:
                    raise error_from(value)
                case Kind.FAULT:
                    name, trace = value
                    log.debug("a job failed in its worker: %s", trace)
                    raise WorkerCrashed(f"the process that read the document failed: {name}", detail={"failure": name})
                case Kind.NO_MEMORY:
                    raise Lost(Ending.MEMORY, self._out_of_memory())
            if time.monotonic() > end:
                raise late

    def close(self) -> None:
        """End the process with all that it started."""
        self._child.close()

    def _watch(self, *, due: float, late: Lost, abandoned: threading.Event | None = None) -> Callable[[], None]:
        """What raises `late` once it is `due`, and `Lost` where the worker grew too large or nobody waits any more."""

        def watch() -> None:
            if self._closing.is_set() or (abandoned is not None and abandoned.is_set()):
                raise Lost(Ending.ABANDONED, _unavailable("nobody waits for its result any more"))
            if time.monotonic() > due:
                raise late
            if self._child.resident_bytes() > self._limits.memory_bytes:
                raise Lost(Ending.MEMORY, self._out_of_memory())

        return watch

    def _next(self, *kinds: Kind, watch: Callable[[], None]) -> Message:
        """The next message, which has to be of one of these kinds."""
        nonsense = Lost(Ending.CRASHED, WorkerCrashed("the process that read the document answered nonsense"))
        try:
            kind, value = self._child.message(watch)
        except Gone as gone:
            raise self._death() from gone
        except BadMessage as error:
            raise nonsense from error
        if kind not in kinds:
            raise nonsense
        return kind, value

    def _not_ready(self) -> Lost:
        late = _unavailable(f"it was not ready within {self._limits.start_seconds:g} s")
        return Lost(Ending.NOT_STARTED, late)

    def _death(self) -> Lost:
        """How the process ended, which has closed its side."""
        code = self._child.end()
        if code == -signal.SIGKILL:
            killed = OutOfMemory(
                "the system killed the process that read the document, as it does when memory runs out",
                next_step="Give the machine more memory, or lower the setting ocr.workers.",
            )
            return Lost(Ending.MEMORY, killed)
        how = _signal_name(-code) if code < 0 else f"exit code {code}"
        crashed = WorkerCrashed(f"the process that read the document ended with {how}", detail={"ended_with": how})
        return Lost(Ending.CRASHED, crashed)

    def _out_of_memory(self) -> DocFlowError:
        megabytes = self._limits.memory_bytes // MEGABYTE
        return OutOfMemory(
            f"reading the document took more than {megabytes:,} MB of memory", detail={"limit_mb": megabytes}
        )


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"


def _stalled(job: Job) -> ProgressTimeout:
    return ProgressTimeout(f"the job gave no result for {job.progress:g} s")


def _unavailable(why: str) -> WorkerUnavailable:
    return WorkerUnavailable(f"no process could read the document: {why}")
