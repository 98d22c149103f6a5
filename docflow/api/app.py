"""The HTTP API as an ASGI app, made by a factory: whoever serves it brings the classifier."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from docflow import __version__
from docflow.api import documents, labels, operations, outputs, predictions
from docflow.api.classifying import Ask
from docflow.api.guards import BodyLimitMiddleware, LoadMiddleware, MeasureMiddleware, SurpriseMiddleware
from docflow.api.problems import MEDIA_TYPE, render_problems
from docflow.api.request_id import RequestIdMiddleware
from docflow.api.schemas import ProblemAnswer
from docflow.api.service import running
from docflow.settings import MEGABYTE, ServiceSettings, Settings
from docflow.types import ModelRef

MULTIPART_OVERHEAD = MEGABYTE
"""What a multipart body may have beside the file, in bytes."""

JSON_BYTES_PER_CHARACTER = 6
"""The most that JSON spends on a character of the basic plane: an escape such as `\\u0416`."""

JSON_OVERHEAD = 65_536

PROBLEM_RESPONSE: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A failure (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": ProblemAnswer.model_json_schema()}},
    }
}


def create_app(
    settings: Settings,
    *,
    ask: Ask,
    model: Callable[[], ModelRef],
    static_url: str = "/static_content",
) -> FastAPI:
    """The API over the pipeline of these settings.

    `ask` has the models tell a text's kind and is only called on the running event loop; `model` names the model
    that it should be, for when none answers. `static_url` is where the server has the Swagger UI's
    files. Nothing is opened before the app starts.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(settings, ask=ask, model=model) as service:
            app.state.service = service
            yield

    app = FastAPI(
        title="DocFlow",
        version=__version__,
        description="Documents in; recognised and classified documents out.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=PROBLEM_RESPONSE,
    )
    app.state.static_url = static_url
    for routes in (operations, documents, predictions, outputs, labels):
        app.include_router(routes.router)
    app.router.routes.append(Unmatched())
    render_problems(app)
    guard(app, limits=settings.service, file_bytes=settings.intake.max_bytes)
    return app


def guard(app: FastAPI, *, limits: ServiceSettings, file_bytes: int) -> None:
    """Put the guards around the app's routes; the one added last stands outermost."""
    app.add_middleware(
        BodyLimitMiddleware,
        files=file_bytes + MULTIPART_OVERHEAD,
        other=limits.text_max_chars * JSON_BYTES_PER_CHARACTER + JSON_OVERHEAD,
    )
    app.add_middleware(LoadMiddleware, most=limits.max_concurrency, seconds=limits.timeout_seconds)
    app.add_middleware(SurpriseMiddleware)
    app.add_middleware(MeasureMiddleware)
    app.add_middleware(RequestIdMiddleware)


class Unmatched(BaseRoute):
    """Takes what no other route takes, so that unknown addresses are answered by this app in its own form.

    A server that mounts the app asks its routes whether they match and otherwise answers in plain text.
    Matching only in part leaves precedence to every other route, the server's own included.
    """

    path = "unmatched"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A partial match of any HTTP request."""
        return (Match.PARTIAL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> NoReturn:
        """Raise the error that is rendered as the address not being there."""
        raise HTTPException(status_code=404)
