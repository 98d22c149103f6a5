"""Blocking work off the event loop: a fixed number of threads, and so much as may wait for one of them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from docflow.errors import Busy

Result = TypeVar("Result")


class Workers:
    """Threads for one sort of blocking work, which never runs more often at once than there are threads.

    A caller that gives up while it waits takes its work out of the queue. Work that has begun goes on to its
    end in its own thread, which stays taken so long: recognition that nobody waits for still counts against
    the limit.

    Args:
        name: of the threads, in logs.
        threads: for work that goes on at once.
        queue: pieces of work that may wait; one more is refused with `Busy`. None: any number.
    """

    def __init__(self, name: str, *, threads: int, queue: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._threads = threads
        self._queue = queue
        self._unfinished = 0
        self._changed = threading.Lock()

    async def run(self, work: Callable[[], Result]) -> Result:
        """What `work` returns or raises, done in a thread that sees the caller's context variables.

        Raises `Busy` at once where the queue is full.
        """
        self._admit()
        future = self._pool.submit(contextvars.copy_context().run, work)
        # The thread's own future: the caller's is over as soon as the caller gives up.
        future.add_done_callback(self._release)
        return await asyncio.wrap_future(future)

    def _admit(self) -> None:
        with self._changed:
            if self._queue is not None and self._unfinished >= self._threads + self._queue:
                waiting = self._unfinished - self._threads
                raise Busy(f"{waiting} documents wait already to be read", detail={"waiting": waiting})
            self._unfinished += 1

    def _release(self, _: Future[Result]) -> None:
        with self._changed:
            self._unfinished -= 1

    def close(self) -> None:
        """Take no more work, and drop what has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
