"""A service's models, swapped for newly promoted ones while it serves."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from docflow.errors import DatabaseOutdated, DocFlowError, NoChampion
from docflow.monitor import MODEL_REFUSED
from docflow.rollout.lineup import Lineup, load_lineup, parts_in_force
from docflow.settings import Settings
from docflow.store import Store
from docflow.types import Answered, Question

log = logging.getLogger(__name__)

RETRY_SECONDS = 60.0
"""What was refused or left out is tried again after so long: the files may have been mended."""


class LiveModels:
    """Answers with the models in force, looked up again every `rollout.refresh_seconds` by a thread of its own.

    New models are loaded beside the old ones and take their place between two batches. One that cannot be had or is
    not what was promoted is refused: the old ones go on answering, or the others without it where it is on trial.
    """

    def __init__(self, settings: Settings, *, start_with: Lineup, open_store: Callable[[], Store]) -> None:
        self._settings = settings
        self._lineup = start_with
        self._open_store = open_store
        self._store: Store | None = None
        self._taken = start_with.versions()
        self._refused: dict[str, tuple[str, str]] = {}
        self._refused_at = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_again, name="docflow-models", daemon=True)

    def start(self) -> None:
        """Look once, so that a process which starts anew does not answer with what was replaced, and go on looking."""
        self._look()
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def answer(self, questions: Sequence[Question]) -> list[Answered]:
        """One answer for each question, all from the same models."""
        return self._lineup.answer(questions)

    def refresh(self) -> bool:
        """Take the models in force where they are others than those at work; whether it did."""
        try:
            if self._store is None:
                self._store = self._open_store()
            parts = parts_in_force(self._settings, store=self._store)
        except (NoChampion, DatabaseOutdated) as error:
            # As it is before the first start of a service has made the database, or in a bundle on its own.
            log.info("no models in force to be had: %s", error)
            return False
        except DocFlowError as error:
            log.warning("the models in force could not be looked up: %s", error)
            return False
        wanted = {alias: (promotion.model_version, promotion.digest) for alias, promotion in parts.items()}
        if wanted == self._taken:
            self._refused = {}
            MODEL_REFUSED.set(0)
            return False
        if wanted == self._refused and time.monotonic() - self._refused_at < RETRY_SECONDS:
            return False
        return self._take(wanted, store=self._store)

    def _take(self, wanted: dict[str, tuple[str, str]], *, store: Store) -> bool:
        """Load what is wanted, and take what could be loaded of it where it is something else; whether it did."""
        self._refused, self._refused_at = wanted, time.monotonic()
        try:
            lineup = load_lineup(self._settings, store=store)
            lineup.warm_up()
        except (DocFlowError, OSError) as error:
            MODEL_REFUSED.set(1)
            log.error("%s refused, the models at work stay: %s", told(wanted), error)
            return False
        loaded = lineup.versions()
        MODEL_REFUSED.set(loaded != wanted)
        if loaded == self._taken:
            return False
        self._lineup, self._taken = lineup, loaded
        log.warning("now at work: %s", told(loaded))
        return True

    def _look_again(self) -> None:
        while not self._stop.wait(self._settings.rollout.refresh_seconds):
            self._look()
        if self._store is not None:
            self._store.close()

    def _look(self) -> None:
        try:
            self.refresh()
        except Exception:
            # The thread's own boundary: whatever happens, the models at work stay, and it looks again.
            log.exception("looking for models failed")


def told(models: dict[str, tuple[str, str]]) -> str:
    """The parts with their versions, for the log."""
    return ", ".join(f"{alias} {version}" for alias, (version, _) in models.items())
