"""What was said about texts, stored in groups: a commit takes as long for many texts as for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from docflow.api.work import Workers
from docflow.store import Said
from docflow.types import Prediction

MOST_TEXTS = 200
"""Texts that are stored in one transaction, which others wait for."""


class Records:
    """Stores what was said about texts, one group after the other, for the coroutines of one event loop.

    Whoever comes while a group is written waits for the next one. Who gives up before its group is begun is not stored.
    """

    def __init__(self, save: Callable[[Sequence[Said]], None]) -> None:
        self._save = save
        self._writer = Workers("docflow-records", threads=1)
        self._waiting: list[tuple[Sequence[Said], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def store(self, text_sha256: str, predictions: Sequence[Prediction]) -> None:
        """Return once it is stored; raises what storing its group raises."""
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(([(text_sha256, said) for said in predictions], stored))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await stored

    async def _write(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:MOST_TEXTS], self._waiting[MOST_TEXTS:]
            group = [(said, stored) for said, stored in taken if not stored.done()]
            if not group:
                continue
            rows = [one for said, _ in group for one in said]
            writing = asyncio.ensure_future(self._writer.run(partial(self._save, rows)))
            await asyncio.wait([writing])
            for _, stored in group:
                if stored.done():
                    continue
                if (error := writing.exception()) is not None:
                    stored.set_exception(error)
                else:
                    stored.set_result(None)

    def close(self) -> None:
        """Take no more, and drop what was not begun."""
        self._writer.close()
