"""The parent's side of one worker: started, watched while it works, and killed with all that it started."""

from __future__ import annotations

import json
import logging
import os
import pickle
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

from docflow.errors import DocFlowError, OutOfMemory, WorkerCrashed, WorkerUnavailable
from docflow.workers.job import Ending, Job, Lost, ProgressTimeout, TotalTimeout
from docflow.workers.messages import BadMessage, Inbox, Kind, Message, error_from

log = logging.getLogger(__name__)

BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from docflow.workers.worker import main; "
    "main(int(sys.argv[2]), parent=int(sys.argv[3]), data_bytes=int(sys.argv[4]))"
)
"""Neither a fork, whose locks other threads may hold, nor `multiprocessing`, which runs the caller's script again."""

TICK = 0.05
"""Seconds between two looks at a worker's memory and time."""

DEATH_SECONDS = 10.0
"""Longest wait for a killed process to be gone."""

READ_BYTES = 2**18
NOISE_BYTES = 4000
"""As much of what a worker wrote to its standard streams is kept for the log."""

DATA_OVER_RESIDENT = 2
"""Private memory that is reserved may be so many times the resident cap, which holds between two looks at it and for
the programs that a worker starts. The address space has no limit: libraries reserve far more than they touch."""

DEATHS = frozenset({Ending.CRASHED, Ending.MEMORY})
"""Endings that the process itself came to."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What one worker may use: resident bytes, results before it is replaced, and seconds to get ready.

    `environment` is added to the parent's own.
    """

    memory_bytes: int
    results: int
    start_seconds: float = 60.0
    environment: Mapping[str, str] = field(default_factory=dict)


class WorkerProcess:
    """One worker process. Started by the constructor; to be used by one thread, which must live as long as it."""

    def __init__(self, make: Callable[[], Any], *, limits: WorkerLimits, closing: threading.Event) -> None:
        self.results = 0
        self._limits = limits
        self._closing = closing
        self._inbox = Inbox()
        self._noise = bytearray()
        self._ready = False
        self._started = time.monotonic()
        self._socket, theirs = socket.socketpair()
        self._output, written = os.pipe()
        os.set_blocking(self._output, False)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", BOOT, json.dumps(sys.path), str(theirs.fileno()), str(os.getpid()),
                 str(limits.memory_bytes * DATA_OVER_RESIDENT)],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                pass_fds=[theirs.fileno()],
                # A session of its own: Ctrl-C does not reach it, and one kill reaches all that it starts.
                start_new_session=True,
                env=os.environ | limits.environment,
            )  # fmt: skip
        except OSError as error:
            self._close()
            raise Lost(Ending.NOT_STARTED, _unavailable("it could not be started")) from error
        finally:
            theirs.close()
            os.close(written)
        self._memory = psutil.Process(self._process.pid).memory_info
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ, self._receive)
        self._selector.register(self._output, selectors.EVENT_READ, self._listen)
        with suppress(Lost):
            # Whoever waits for this worker is told.
            self._send(pickle.dumps(make), seconds=limits.start_seconds)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def wait_ready(self) -> None:
        """Return once the worker has made its object; raises `Lost` where it does not get so far."""
        if self._ready:
            return
        late = _unavailable(f"it was not ready within {self._limits.start_seconds:g} s")
        watch = self._watch(self._started + self._limits.start_seconds, Lost(Ending.NOT_STARTED, late))
        try:
            self._next(watch)
        except Lost as lost:
            if lost.ending in DEATHS:
                raise Lost(Ending.NOT_STARTED, _unavailable("it ended before it was ready")) from lost
            raise
        self._ready = True

    def begin(self, job: Job) -> None:
        """Have the worker take the job on; raises `Lost` where it cannot, for no fault of the job's."""
        self._send(job.call, seconds=job.progress)
        due = time.monotonic() + job.progress
        self._next(self._watch(due, Lost(Ending.STALLED, _stalled(job)), abandoned=job.abandoned))

    def results_of(self, job: Job) -> Iterator[Any]:
        """The results of a job that has begun.

        Raises the typed error that the job ended with, or `Lost` where the worker is of no use any more.
        """
        end = time.monotonic() + job.total
        late = Lost(Ending.TIMEOUT, TotalTimeout(f"the job took longer than {job.total:g} s"))
        while True:
            due = time.monotonic() + job.progress
            watch = self._watch(min(end, due), late if end <= due else Lost(Ending.STALLED, _stalled(job)),
                                abandoned=job.abandoned)  # fmt: skip
            kind, value = self._next(watch)
            match kind:
                case Kind.RESULT:
                    self.results += 1
                    yield value
                case Kind.DONE:
                    return
                case Kind.ERROR:
                    raise error_from(value)
                case Kind.FAULT:
                    name, trace = value
                    log.debug("a job failed in its worker: %s", trace)
                    raise WorkerCrashed(f"the process that read the document failed: {name}", detail={"failure": name})
                case _:
                    raise Lost(Ending.MEMORY, self._out_of_memory())
            if time.monotonic() > end:
                raise late

    def kill(self) -> None:
        """End the process and all that it started, and free what is held here."""
        self._end()
        self._listen()
        self.tell_noise()
        self._selector.close()
        self._close()

    def tell_noise(self) -> None:
        """Log the last of what the worker wrote to its standard streams, and forget it."""
        if self._noise:
            log.debug("worker %d wrote: %s", self.pid, self._noise.decode(errors="replace").strip())
            self._noise.clear()

    def _watch(self, due: float, late: Lost, *, abandoned: threading.Event | None = None) -> Callable[[], None]:
        """A look at time and memory, which raises `Lost` where there is too little or too much of it."""

        def look() -> None:
            if self._closing.is_set() or (abandoned is not None and abandoned.is_set()):
                raise Lost(Ending.ABANDONED, _unavailable("nobody waits for its result any more"))
            if time.monotonic() > due:
                raise late
            if self._resident() > self._limits.memory_bytes:
                raise Lost(Ending.MEMORY, self._out_of_memory())

        return look

    def _resident(self) -> int:
        try:
            return int(self._memory().rss)
        except psutil.Error:
            return 0

    def _next(self, watch: Callable[[], None]) -> Message:
        try:
            while (message := self._inbox.take()) is None:
                watch()
                for key, _ in self._selector.select(TICK):
                    key.data()
        except BadMessage as error:
            raise Lost(Ending.CRASHED, WorkerCrashed("the process that read the document answered nonsense")) from error
        return message

    def _send(self, pickled: bytes, *, seconds: float) -> None:
        self._socket.settimeout(seconds)
        try:
            self._socket.sendall(pickled)
        except TimeoutError as error:
            raise Lost(Ending.STALLED, ProgressTimeout("a worker did not take its job")) from error
        except OSError as error:
            raise self._death() from error

    def _receive(self) -> None:
        try:
            received = self._socket.recv(READ_BYTES)
        except OSError:
            received = b""
        if not received:
            raise self._death()
        self._inbox.add(received)

    def _listen(self) -> None:
        try:
            written = os.read(self._output, READ_BYTES)
        except BlockingIOError:
            return
        self._noise += written
        del self._noise[:-NOISE_BYTES]
        if not written:
            # The worker closed its streams; asked again, the selector would say so at once for ever.
            with suppress(KeyError):
                self._selector.unregister(self._output)

    def _end(self) -> int:
        """The exit code of the process, which is killed with its group if it has not ended by itself."""
        if self._process.returncode is None:
            # Not after it was waited for: its number may be another process's by then.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        try:
            return self._process.wait(DEATH_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("worker %d was killed and does not end", self.pid)
            return -signal.SIGKILL

    def _death(self) -> Lost:
        """How the process ended, which has closed its side."""
        code = self._end()
        if code == -signal.SIGKILL:
            return Lost(Ending.MEMORY, OutOfMemory(
                "the system killed the process that read the document, as it does when memory runs out",
                next_step="Give the machine more memory, or lower the setting ocr.workers.",
            ))  # fmt: skip
        how = _signal_name(-code) if code < 0 else f"exit code {code}"
        return Lost(Ending.CRASHED, WorkerCrashed(
            f"the process that read the document ended with {how}", detail={"ended_with": how}
        ))  # fmt: skip

    def _out_of_memory(self) -> DocFlowError:
        megabytes = self._limits.memory_bytes // 1_000_000
        return OutOfMemory(
            f"reading the document took more than {megabytes:,} MB of memory", detail={"limit_mb": megabytes}
        )

    def _close(self) -> None:
        self._socket.close()
        os.close(self._output)


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"


def _stalled(job: Job) -> ProgressTimeout:
    return ProgressTimeout(f"the job gave no result for {job.progress:g} s")


def _unavailable(why: str) -> WorkerUnavailable:
    return WorkerUnavailable(f"no process could read the document: {why}")
