"""A few workers and a bounded queue in front of them; what ends one is told by type, and the pool goes on."""

from __future__ import annotations

import logging
import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from docflow.errors import Busy, DocFlowError, WorkerUnavailable
from docflow.workers.folder import sweep
from docflow.workers.job import Ending, Job, Lost
from docflow.workers.process import WorkerLimits, WorkerProcess

log = logging.getLogger(__name__)

MOST_STARTS = 3
"""Workers tried for one job before it is given up: idle ones may have died, or do not start."""

NO_FAULT_OF_THE_JOB = frozenset({Ending.CRASHED, Ending.MEMORY, Ending.NOT_STARTED})
"""Endings of a worker that had not begun the job yet, after which it is given to another."""


@dataclass(slots=True)
class Lane:
    """Jobs of one sort in the order in which they came; `most` of them may be unfinished."""

    most: int
    jobs: deque[Job] = field(default_factory=deque)
    unfinished: int = 0

    def check_room(self) -> None:
        """Raise `Busy` where no job more is taken."""
        if self.unfinished >= self.most:
            waiting = len(self.jobs)
            raise Busy(f"{waiting} documents wait already to be read", detail={"waiting": waiting})

    def add(self, job: Job) -> None:
        """Have the job wait for its turn."""
        self.jobs.append(job)
        self.unfinished += 1

    def take(self) -> Job | None:
        """The next job that somebody waits for, None if there is none."""
        while self.jobs:
            job = self.jobs.popleft()
            if not job.abandoned.is_set():
                return job
            self.unfinished -= 1
        return None

    def end(self, error: Callable[[], Exception]) -> None:
        """End all jobs that wait, each with an error of its own."""
        while (job := self.take()) is not None:
            self.unfinished -= 1
            job.end(error())


class Pool:
    """At most `workers` processes that each hold what `make` returns, one job at a time in each.

    Workers are started when they are first needed. One more is kept for express jobs while all others are busy,
    so that a short job never waits behind long ones. One pool serves many threads.

    Args:
        make: a function of a module, or a `functools.partial` of one, called once in each worker.
        workers: processes for ordinary jobs.
        queue: jobs that may wait; one more is refused with `Busy`. Express jobs are counted apart.
        limits: what one worker may use.
        on_end: called with the reason whenever a worker is replaced.
    """

    def __init__(
        self,
        make: Callable[[], Any],
        *,
        workers: int,
        queue: int,
        limits: WorkerLimits,
        on_end: Callable[[Ending], None] = lambda _: None,
    ) -> None:
        self.make = make
        self.limits = limits
        self.on_end = on_end
        self.closing = threading.Event()
        self._workers = workers
        self._ordinary = Lane(workers + queue)
        self._express = Lane(workers + queue + 1)
        self._keepers: list[Keeper] = []
        self._changed = threading.Condition()

    @property
    def pids(self) -> list[int]:
        """The processes that are up now."""
        return [keeper.worker.pid for keeper in list(self._keepers) if keeper.worker is not None]

    def start(self) -> None:
        """Start the first worker ahead of the first job, and remove what workers of killed processes left.

        Raises `WorkerUnavailable` where the system has no thread for it.
        """
        sweep()
        with self._changed:
            if not self._keepers:
                self._add(express_only=False)

    def run(
        self, method: str, *arguments: Any, total: float, progress: float, express: bool = False, **options: Any
    ) -> Iterator[Any]:
        """The results of the method's call in a worker, as they come: all that it yields, or the one it returns.

        Arguments and results are pickled; results are plain values and those of `docflow.types`.

        Raises `Busy` at once where the queue is full, and `WorkerUnavailable` where the pool is closed or no thread can
        be started for its first worker. While it is iterated: what the method raises, if it is a
        `DocFlowError`, and `WorkerCrashed` for anything else; `TotalTimeout` after `total` seconds of work and
        `ProgressTimeout` after `progress` seconds without a result; `WorkerCrashed` or `OutOfMemory` where the
        process ended; `WorkerUnavailable` where none can be started.
        """
        job = Job(pickle.dumps((method, arguments, options)), total=total, progress=progress)
        with self._changed:
            self._admit(job, express=express)
            self._changed.notify_all()
        return job.results()

    def close(self) -> None:
        """End all workers; what is in work or waits ends with `WorkerUnavailable`."""
        with self._changed:
            self.closing.set()
            self._end_waiting(_closed)
            self._changed.notify_all()
            keepers = list(self._keepers)
        for keeper in keepers:
            keeper.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def take(self, keeper: Keeper) -> Job | None:
        """The next job for this keeper, which counts as busy from now on; None once the pool closes."""
        lanes = (self._express,) if keeper.express_only else (self._express, self._ordinary)
        with self._changed:
            while not self.closing.is_set():
                for lane in lanes:
                    if (job := lane.take()) is not None:
                        keeper.lane = lane
                        return job
                self._changed.wait()
            return None

    def release(self, keeper: Keeper) -> None:
        """The keeper's job is done."""
        with self._changed:
            assert keeper.lane is not None
            keeper.lane.unfinished -= 1
            keeper.lane = None

    def leave(self, keeper: Keeper) -> None:
        """The keeper takes no job more; where it was the last for ordinary jobs, what waits ends with an error."""
        with self._changed:
            self._keepers.remove(keeper)
            if all(other.express_only for other in self._keepers):
                self._end_waiting(_failed)

    def _end_waiting(self, error: Callable[[], Exception]) -> None:
        for lane in (self._express, self._ordinary):
            lane.end(error)

    def _admit(self, job: Job, *, express: bool) -> None:
        if self.closing.is_set():
            raise _closed()
        lane = self._express if express else self._ordinary
        lane.check_room()
        ordinary = [keeper for keeper in self._keepers if not keeper.express_only]
        if len(self._express.jobs) + len(self._ordinary.jobs) >= sum(keeper.lane is None for keeper in ordinary):
            try:
                if len(ordinary) < self._workers:
                    self._add(express_only=False)
                elif express and len(ordinary) == len(self._keepers):
                    self._add(express_only=True)
            except WorkerUnavailable as error:
                if not ordinary:
                    # Queued, it would wait for ever.
                    raise
                log.warning("the workers that there are have to do: %s", error)
        lane.add(job)

    def _add(self, *, express_only: bool) -> None:
        keeper = Keeper(self, express_only=express_only)
        try:
            keeper.start()
        except RuntimeError as error:
            raise WorkerUnavailable(f"no process could be started to read the document: {error}") from error
        self._keepers.append(keeper)


class Keeper(threading.Thread):
    """The thread that keeps one worker alive and gives it jobs.

    It lives as long as the pool: the kernel ends a worker with the thread that started it.
    """

    def __init__(self, pool: Pool, *, express_only: bool) -> None:
        super().__init__(name="docflow-worker-keeper", daemon=True)
        self.express_only = express_only
        self.lane: Lane | None = None
        self.worker: WorkerProcess | None = None
        self._pool = pool

    def run(self) -> None:
        """Do jobs until the pool closes; what nobody foresaw ends the thread before, but leaves no job waiting."""
        try:
            self._start_ahead()
            while (job := self._pool.take(self)) is not None:
                self._do(job)
                self._recycle()
        except Exception:
            log.exception("the thread that keeps a worker failed")
        finally:
            self._pool.leave(self)
            self._drop()

    def _do(self, job: Job) -> None:
        error: Exception | None = _failed()
        try:
            error = self._error_of(job)
        finally:
            self._pool.release(self)
            job.end(error)

    def _error_of(self, job: Job) -> Exception | None:
        """What the job ended with, None if all went well; its results are handed on as they come."""
        try:
            worker = self._begun(job)
            for result in worker.results_of(job):
                job.put(result)
        except Lost as lost:
            self._drop(lost.ending)
            return lost.error
        except DocFlowError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a thread's boundary: the caller would wait for ever
            self._drop(Ending.CRASHED)
            return error
        return None

    def _begun(self, job: Job) -> WorkerProcess:
        """A worker that has begun the job."""
        for _ in range(MOST_STARTS):
            try:
                if self.worker is None:
                    self.worker = self._spawned()
                self.worker.wait_ready()
                self.worker.begin(job)
            except Lost as lost:
                if lost.ending not in NO_FAULT_OF_THE_JOB:
                    raise
                self._drop(lost.ending)
            else:
                return self.worker
        raise WorkerUnavailable("no process could be started to read the document")

    def _spawned(self) -> WorkerProcess:
        return WorkerProcess(self._pool.make, limits=self._pool.limits, closing=self._pool.closing)

    def _start_ahead(self) -> None:
        """Start a worker for the next job, so that it gets ready meanwhile; a failure is that job's to tell."""
        try:
            self.worker = self._spawned()
        except Lost as lost:
            log.warning("a worker could not be started: %s", lost.error)

    def _recycle(self) -> None:
        if self.worker is not None and self.worker.results >= self._pool.limits.results:
            self._drop(Ending.RECYCLED)
        if self.worker is None and not self._pool.closing.is_set():
            self._start_ahead()

    def _drop(self, ending: Ending | None = None) -> None:
        """Be rid of the worker; with its ending it counts as replaced."""
        if self.worker is not None:
            self.worker.close()
            self.worker = None
        if ending is not None and not self._pool.closing.is_set():
            log.info("a worker is replaced: %s", ending)
            self._pool.on_end(ending)


def _closed() -> WorkerUnavailable:
    return WorkerUnavailable("the process that reads documents is shutting down")


def _failed() -> WorkerUnavailable:
    return WorkerUnavailable("what keeps the processes that read documents failed; the log says how")
