"""The two BentoML services: the gateway with the HTTP API, and the classifier behind it in its own process.

The classifier batches adaptively: texts that arrive while a batch is in work make up the next one. Only the
gateway is reachable; it calls the classifier over a local socket.
"""

from __future__ import annotations

import asyncio
import logging
import os

import aiohttp
import bentoml
from bentoml.exceptions import BentoMLException, NotFound

from bentos.answers import Answer, Asked, answer_all
from bentos.home import CHALLENGER_NAME, STORED_NAME, bundled_tag
from bentos.logs import show_logs
from bentos.models import load_stored, reference
from docflow.api import create_app
from docflow.classify import ScoringClassifier
from docflow.errors import DocFlowError, ModelFileError
from docflow.rollout import Lineup, LiveModels
from docflow.settings import load_settings
from docflow.store import Store
from docflow.types import Answered, ModelRef, Question
from docflow.workers.parent import die_with

log = logging.getLogger(__name__)

if bentoml.server_context.worker_index is not None:
    # BentoML gives each of its processes a session of its own: none is reached by what kills the first of them.
    die_with(os.getppid())

SETTINGS = load_settings()
show_logs(SETTINGS.log_level)

KEPT_CONNECTION = {"max_requests": 10**9, "max_age": 1e9}
"""BentoML 1.4's client otherwise closes its connections every 100 requests, those in use included."""

MARGIN_SECONDS = 10.0
"""What BentoML's own limit has over ours: ours answers in the contract's form, its is the last resort."""

LIMITS = SETTINGS.service
TIMEOUT_SECONDS = LIMITS.timeout_seconds + MARGIN_SECONDS

CHAMPION = bentoml.models.BentoModel(bundled_tag(STORED_NAME) or f"{STORED_NAME}:latest")

UNREACHABLE = (BentoMLException, aiohttp.ClientError, TimeoutError, OSError)
"""What a call of the classifier ends in while its process restarts or is overloaded."""


PAUSES = (0.1, 1.0, 4.0, 8.0)
"""Seconds before the classifier is asked again: a request that comes while its process restarts is refused or waits."""


def bundled_challenger() -> ScoringClassifier | None:
    """The challenger of the bundle; None where it has none, or its files are not the promoted ones.

    A service that is no bundle has its challenger from the database, as soon as it has looked there.
    """
    tag = bundled_tag(CHALLENGER_NAME)
    if tag is None:
        return None
    try:
        return load_stored(bentoml.models.get(tag), threshold=SETTINGS.classify.threshold)
    except (NotFound, DocFlowError) as error:
        log.warning("the challenger is left out: %s", error)
        return None


@bentoml.service(
    name="Classifier",
    traffic={"timeout": TIMEOUT_SECONDS},
    runner_connection=KEPT_CONNECTION,
    logging={"access": {"enabled": False}},
)
class Classifier:
    """The models in force, their digests verified before each is loaded.

    It begins with the one that it was built with, so that it serves without a database, and swaps it for what is
    promoted while it runs.
    """

    champion = CHAMPION

    def __init__(self) -> None:
        champion = load_stored(self.champion, threshold=SETTINGS.classify.threshold)
        built_with = Lineup(champion, challenger=bundled_challenger(), share=SETTINGS.rollout.share)
        built_with.warm_up()
        self.models = LiveModels(SETTINGS, start_with=built_with, open_store=open_store)
        self.models.start()

    # The latency is a rule for dropping requests, not for waiting: the gateway sheds load before it applies.
    @bentoml.api(  # type: ignore[untyped-decorator]
        batchable=True,
        max_batch_size=LIMITS.max_batch_size,
        max_latency_ms=int(TIMEOUT_SECONDS * 1000),
    )
    def classify(self, questions: list[Asked]) -> list[Answer]:
        """One answer for each question, in their order."""
        return answer_all(self.models, questions)


def open_store() -> Store:
    """The database with the promotions, which the gateway keeps up to date."""
    return Store.open(SETTINGS.effective_database_url, upgrade=False)


async def ask(question: Question) -> Answered:
    """What the classifier's process answers; asked again after a while if that has just gone.

    It is back in about seven seconds. Raises `ModelFileError` where it does not answer for longer than `PAUSES`.
    """
    classify = bentoml.get_current_service().classifier.to_async.classify
    asked = Asked(text=question.text, key=question.key, thumbnail=question.thumbnail)
    for pause in (*PAUSES, None):
        try:
            answers = await classify([asked])
        except UNREACHABLE as error:
            if pause is None:
                raise ModelFileError(
                    "the classifier does not answer",
                    next_step="Try again in ten seconds; if it goes on, see the service's log.",
                ) from error
            log.warning("the classifier did not answer and is asked again in %.1f s: %r", pause, error)
            await asyncio.sleep(pause)
        else:
            break
    answer: Answer = answers[0]
    return answer.answered()


def served_model() -> ModelRef:
    """The model that the classifier was started with."""
    return reference(bentoml.get_current_service().champion)


APP = create_app(SETTINGS, ask=ask, model=served_model)


@bentoml.service(
    name="DocFlow",
    http={"host": LIMITS.host, "port": LIMITS.port},
    traffic={"timeout": TIMEOUT_SECONDS, "max_concurrency": 2 * LIMITS.max_concurrency},
    runner_connection=KEPT_CONNECTION,
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
)
@bentoml.asgi_app(APP)
class DocFlow:
    """The HTTP API."""

    champion = CHAMPION
    classifier = bentoml.depends(Classifier)
