"""The classifier as the service sees it: an async callable, whichever process it lives in."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence

from docflow.types import Classifier, ModelRef, Prediction

Classify = Callable[[str], Awaitable[Prediction]]
"""One text's prediction."""


def in_process(classifier: Classifier) -> Classify:
    """The classifier of this very process, called in a thread: for tests, and for serving without BentoML."""

    async def classify(text: str) -> Prediction:
        (prediction,) = await asyncio.to_thread(classifier.predict, [text])
        return prediction

    return classify


class BridgedClassifier:
    """A `docflow.types.Classifier` for worker threads, answered by an async callable on the event loop."""

    def __init__(
        self,
        classify: Classify,
        *,
        model: Callable[[], ModelRef],
        loop: asyncio.AbstractEventLoop,
        seconds: float,
    ) -> None:
        self._classify = classify
        self._model = model
        self._loop = loop
        self._seconds = seconds

    @property
    def model(self) -> ModelRef:
        """Which model answers."""
        return self._model()

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction for each text; for worker threads only, as the loop's own would wait for itself."""
        context = contextvars.copy_context()
        asked = context.run(asyncio.run_coroutine_threadsafe, self._all(texts), self._loop)
        return asked.result(self._seconds)

    async def _all(self, texts: Sequence[str]) -> list[Prediction]:
        return list(await asyncio.gather(*(self._classify(text) for text in texts)))
