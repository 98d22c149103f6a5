"""Each request's id: the client's own if it is sane, echoed in the answer and present in every log record."""

from __future__ import annotations

import logging
import re
import uuid
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"

SANE = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
"""What fits the ids that proxies and clients make, and nothing that could forge a line of the log."""

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the request in work, `-` outside of one; worker threads see it too."""


class RequestIdMiddleware:
    """Gives each request its id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request with its id in the header."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        chosen = given if SANE.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(chosen)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = chosen
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            request_id.reset(token)


class RequestIdFilter(logging.Filter):
    """Gives each record the attribute `request_id`, for a handler's format."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True always; the record has the id afterwards."""
        record.request_id = request_id.get()
        return True
