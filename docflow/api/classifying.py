"""The models as the service sees them: an async callable, whichever process they live in."""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
from collections.abc import Awaitable, Callable, Sequence

from docflow.types import Answered, Answering, Question

Ask = Callable[[Question], Awaitable[Answered]]
"""One question's answer."""


def in_process(models: Answering) -> Ask:
    """The models of this very process, asked in a thread: for tests, and for serving without BentoML."""

    async def ask(question: Question) -> Answered:
        (answered,) = await asyncio.to_thread(models.answer, [question])
        return answered

    return ask


def question_of(text: str) -> Question:
    """The question what kind a text is that belongs to no document: the same text is answered by the same model."""
    return Question(text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


class BridgedModels:
    """A `docflow.types.Answering` for worker threads, answered by an async callable on the event loop."""

    def __init__(self, ask: Ask, *, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._ask = ask
        self._loop = loop
        self._seconds = seconds

    def answer(self, questions: Sequence[Question]) -> list[Answered]:
        """One answer for each question; for worker threads only, as the loop's own would wait for itself."""
        context = contextvars.copy_context()
        asked = context.run(asyncio.run_coroutine_threadsafe, self._all(questions), self._loop)
        return asked.result(self._seconds)

    async def _all(self, questions: Sequence[Question]) -> list[Answered]:
        return list(await asyncio.gather(*(self._ask(question) for question in questions)))
