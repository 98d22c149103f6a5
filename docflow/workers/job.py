"""A job on its way from the caller to a worker, and the ways in which a worker ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from queue import SimpleQueue
from typing import Any


class Ending(StrEnum):
    """Why a worker was replaced."""

    RECYCLED = "recycled"
    CRASHED = "crashed"
    MEMORY = "memory"
    TIMEOUT = "timeout"
    STALLED = "stalled"
    ABANDONED = "abandoned"
    NOT_STARTED = "not_started"


class TotalTimeout(TimeoutError):
    """The job took longer than its total seconds; its worker was killed."""


class ProgressTimeout(TimeoutError):
    """The job gave no result for longer than its progress seconds; its worker was killed."""


class Lost(Exception):
    """A worker that cannot be used any more: why, and the error that its job ends with."""

    def __init__(self, ending: Ending, error: Exception) -> None:
        super().__init__(ending)
        self.ending = ending
        self.error = error


@dataclass(frozen=True, slots=True)
class _End:
    """The last outcome of a job, with the error that it ended with, if any."""

    error: Exception | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A call of a method of the workers' object, pickled, and what came of it so far.

    `total` and `progress` are seconds: for all of it, and from one result to the next.
    """

    call: bytes
    total: float
    progress: float
    abandoned: threading.Event = field(default_factory=threading.Event)
    _outcomes: SimpleQueue[Any] = field(default_factory=SimpleQueue)

    def put(self, result: Any) -> None:
        """Hand a result to the caller."""
        self._outcomes.put(result)

    def end(self, error: Exception | None = None) -> None:
        """Tell the caller that no result follows, because of `error` if there is one."""
        self._outcomes.put(_End(error))

    def results(self) -> Iterator[Any]:
        """The results as they come; raises the error that the job ended with. Closing it abandons the job."""
        results = self._results()
        # A generator that was never begun is closed without its `finally`.
        next(results)
        return results

    def _results(self) -> Iterator[Any]:
        try:
            yield None
            while not isinstance(outcome := self._outcomes.get(), _End):
                yield outcome
            if outcome.error is not None:
                raise outcome.error
        finally:
            self.abandoned.set()
