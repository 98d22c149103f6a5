from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from docflow.api.work import Workers
from docflow.errors import Busy

SEEN: ContextVar[str] = ContextVar("SEEN", default="nothing")


def test_no_more_runs_at_once_than_there_are_threads() -> None:
    lock = threading.Lock()
    running, most = 0, 0

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.02)
        with lock:
            running -= 1

    async def many() -> None:
        workers = Workers("test", threads=2)
        await asyncio.gather(*(workers.run(work) for _ in range(10)))
        workers.close()

    asyncio.run(many())
    assert most == 2


def test_who_gives_up_waiting_leaves_the_queue_but_begun_work_keeps_its_thread() -> None:
    release = threading.Event()
    done = []

    def slow() -> None:
        release.wait(5)
        done.append("slow")

    async def give_up() -> None:
        workers = Workers("test", threads=1)
        for work in (slow, lambda: done.append("queued")):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(workers.run(work), 0.05)
        release.set()
        await workers.run(lambda: done.append("next"))
        workers.close()

    asyncio.run(give_up())
    assert done == ["slow", "next"]


def test_one_more_than_may_wait_is_refused_and_taken_once_there_is_room() -> None:
    release = threading.Event()

    async def crowd() -> None:
        workers = Workers("test", threads=1, queue=1)
        begun = asyncio.ensure_future(workers.run(lambda: release.wait(5)))
        gives_up = asyncio.ensure_future(workers.run(lambda: None))
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="1 documents wait"):
            await workers.run(lambda: None)
        gives_up.cancel()
        await asyncio.sleep(0)
        waits = asyncio.ensure_future(workers.run(lambda: "done"))
        await asyncio.sleep(0)
        release.set()
        assert await begun
        assert await waits == "done"
        workers.close()

    asyncio.run(crowd())


def test_a_worker_sees_the_callers_context() -> None:
    async def ask() -> str:
        SEEN.set("the caller's")
        workers = Workers("test", threads=1)
        seen = await workers.run(SEEN.get)
        workers.close()
        return seen

    assert asyncio.run(ask()) == "the caller's"
