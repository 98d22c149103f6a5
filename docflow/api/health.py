"""Whether the service can do its work: a real prediction, and stores that answer, once in a few seconds."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from docflow.api.classifying import Ask, question_of
from docflow.errors import DocFlowError
from docflow.types import FAILED, Answered, ModelRef, Prediction, Variant

log = logging.getLogger(__name__)

PROBE = "Invoice No. 1, total 100.00. Счёт № 1, итого 100,00 руб."
"""A text like those that the service sees, so that the whole way through the model is walked."""

FRESH_SECONDS = 5.0
PROBE_SECONDS = 5.0

BLOBS_SECONDS = 30.0
"""Between two looks at the blob storage, where a probe is written, read and deleted: S3 counts each."""

START_SECONDS = 60.0
"""So long, a classifier that has not answered yet is taken to be starting: `/health` says that it is not there, and the
log warns of nothing. On a busy machine it takes twenty seconds."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a probe found; `model` is the champion, and None where the classifier did not answer.

    `answers` is whether the champion did itself; `on_trial` has the versions that did beside it, and `unreachable` the
    names of the stores that did not.
    """

    at: datetime
    model: ModelRef | None = None
    answers: bool = False
    on_trial: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()

    @property
    def is_healthy(self) -> bool:
        """Whether documents can be taken in and are answered by the champion."""
        return self.answers and not self.unreachable


class StoreProbe:
    """Asks a store by `check`, which raises where it does not answer, and remembers the outcome for some seconds."""

    def __init__(self, name: str, check: Callable[[], object], *, seconds: float) -> None:
        self._name = name
        self._check = check
        self._seconds = seconds
        self._asked_at = float("-inf")
        self._asking: asyncio.Future[object] | None = None

    async def answers(self) -> bool:
        """Whether it answered, the last time that it was asked; one that is silent is not asked again meanwhile."""
        if self._asking is None or (self._asking.done() and time.monotonic() - self._asked_at > self._seconds):
            self._asked_at = time.monotonic()
            self._asking = asyncio.ensure_future(asyncio.to_thread(self._check))
        try:
            await asyncio.wait_for(asyncio.shield(self._asking), PROBE_SECONDS)
        except TimeoutError:
            log.warning("the %s did not answer within %.0f seconds", self._name, PROBE_SECONDS)
            return False
        except DocFlowError as error:
            log.warning("the %s did not answer: %s", self._name, error)
            return False
        except Exception:
            # Whatever is wrong with the store, telling so is the task here.
            log.warning("the %s failed its probe", self._name, exc_info=True)
            return False
        return True


class HealthProbe:
    """Asks the classifier for a prediction, and remembers the outcome for `FRESH_SECONDS`."""

    def __init__(self, ask: Ask, *, stores: Mapping[str, StoreProbe] | None = None) -> None:
        self._ask = ask
        self._stores = dict(stores or {})
        self._lock = asyncio.Lock()
        self._last: Health | None = None
        self._asked_at = 0.0
        self._began_at = time.monotonic()
        self._has_answered = False

    async def look(self) -> Health:
        """The latest outcome; callers at the same time share one probe."""
        async with self._lock:
            if self._last is None or time.monotonic() - self._asked_at > FRESH_SECONDS:
                answering, silent = await asyncio.gather(self._probe(), self._silent())
                self._last = replace(answering, unreachable=silent)
                self._asked_at = time.monotonic()
            return self._last

    async def _silent(self) -> tuple[str, ...]:
        """The names of the stores that do not answer."""
        kept = await asyncio.gather(*(store.answers() for store in self._stores.values()))
        return tuple(name for name, answers in zip(self._stores, kept, strict=True) if not answers)

    async def _probe(self) -> Health:
        at = datetime.now(UTC)
        try:
            answered = await asyncio.wait_for(self._ask(question_of(PROBE)), PROBE_SECONDS)
        except TimeoutError:
            log.log(self._level(), "the classifier did not answer its probe within %.0f seconds", PROBE_SECONDS)
            return Health(at)
        except Exception:
            # Whatever is wrong with the classifier, telling so is the task here.
            log.warning("the classifier failed its probe", exc_info=True)
            return Health(at)
        self._has_answered = True
        champion = champions(answered)
        said = [one for one in (answered.prediction, *answered.shadows) if one.label != FAILED]
        return Health(
            at,
            model=champion.model,
            answers=champion in said,
            on_trial=tuple(one.model.version for one in said if one.model != champion.model),
        )

    def _level(self) -> int:
        """How bad silence is: nothing to warn of while the classifier may still be starting."""
        is_starting = not self._has_answered and time.monotonic() - self._began_at < START_SECONDS
        return logging.INFO if is_starting else logging.WARNING


def champions(answered: Answered) -> Prediction:
    """What the champion said, whoever answered: it answers itself, or is the first of those asked beside.

    A challenger's share has the probe in it or not for as long as the trial lasts.
    """
    return answered.prediction if answered.prediction.variant is Variant.CHAMPION else answered.shadows[0]
