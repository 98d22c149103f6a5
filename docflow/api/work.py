"""Blocking work off the event loop: a fixed number of threads, and what waits for one of them."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Workers:
    """Threads for one sort of blocking work, which never runs more often at once than there are threads.

    A caller that gives up while it waits takes its work out of the queue. Work that has begun goes on to its
    end in its own thread, which stays taken so long: recognition that nobody waits for still counts against
    the limit.
    """

    def __init__(self, name: str, *, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, work: Callable[[], Result]) -> Result:
        """What `work` returns or raises, done in a thread that sees the caller's context variables."""
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._pool, context.run, work)

    def close(self) -> None:
        """Take no more work, and drop what has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
