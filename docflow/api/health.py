"""Whether the service can do its work: a real prediction, asked for at most once in a few seconds."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from docflow.api.classifying import Ask, question_of
from docflow.types import FAILED, Answered, ModelRef, Prediction, Variant

log = logging.getLogger(__name__)

PROBE = "Invoice No. 1, total 100.00. Счёт № 1, итого 100,00 руб."
"""A text like those that the service sees, so that the whole way through the model is walked."""

FRESH_SECONDS = 5.0
PROBE_SECONDS = 5.0

START_SECONDS = 60.0
"""So long, a classifier that has not answered yet is taken to be starting: `/health` says that it is not there, and the
log warns of nothing. On a busy machine it takes twenty seconds."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a probe found; `model` is the champion, and None where the classifier did not answer.

    `answers` is whether the champion did itself; `on_trial` has the versions that did beside it.
    """

    at: datetime
    model: ModelRef | None = None
    answers: bool = False
    on_trial: tuple[str, ...] = ()


class HealthProbe:
    """Asks the classifier for a prediction, and remembers the outcome for `FRESH_SECONDS`."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._lock = asyncio.Lock()
        self._last: Health | None = None
        self._asked_at = 0.0
        self._began_at = time.monotonic()
        self._has_answered = False

    async def look(self) -> Health:
        """The latest outcome; callers at the same time share one probe."""
        async with self._lock:
            if self._last is None or time.monotonic() - self._asked_at > FRESH_SECONDS:
                self._last = await self._probe()
                self._asked_at = time.monotonic()
            return self._last

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
