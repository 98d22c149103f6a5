"""What stands around every route: a measure, limits on load, time and bodies, and a net for surprises.

All of it is plain ASGI. A handler that the framework calls for unexpected exceptions would let them through
to the server afterwards, which then closes the client's connection.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace

from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docflow.api.problems import INTERNAL_ERROR, REQUEST_TIMEOUT, TOO_MANY_REQUESTS, Problem
from docflow.api.request_id import request_id
from docflow.errors import RequestTooLarge
from docflow.monitor import REQUEST_SECONDS, REQUESTS, REQUESTS_IN_PROGRESS

log = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ALWAYS_ANSWERED = frozenset({"/health", "/metrics"})
"""Watchers need these the most while the service is full."""

TAKES_FILES = frozenset({"/upload", "/upload-and-predict"})
"""The routes whose bodies may be as large as a file: what a client says of its body is no reason to hold so much."""

CLIENT_GONE = 499
"""Counted where a client left before its answer began; nginx's number for it."""


class MeasureMiddleware:
    """Counts and times each request under its route's template, and logs one line of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request and measure that."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = CLIENT_GONE

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        REQUESTS_IN_PROGRESS.inc()
        try:
            await self.app(scope, receive, send_and_note)
        finally:
            REQUESTS_IN_PROGRESS.dec()
            seconds = time.perf_counter() - started
            route = route_template(scope)
            method = scope["method"] if scope["method"] in METHODS else "other"
            REQUESTS.labels(method=method, route=route, status=str(status)).inc()
            REQUEST_SECONDS.labels(route=route).observe(seconds)
            log.info("%s %s %d in %.0f ms", method, route, status, seconds * 1000)


def route_template(scope: Scope) -> str:
    """The template of the route that took the request, or that it was for where it was refused before.

    `unmatched` where there is none, as the app's last route is called, which takes what no other does.
    """
    if "route" in scope:
        return str(scope["route"].path)
    return str(max(iter_route_contexts(scope["app"].routes), key=lambda route: route.matches(scope)[0].value).path)


class SurpriseMiddleware:
    """Answers what no handler foresaw with a 500 that tells only the request's id, and logs the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, whatever happens."""
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            log.exception("unforeseen failure of %s %s", scope["method"], route_template(scope))
            problem = replace(INTERNAL_ERROR, members={"request_id": request_id.get()})
            await problem.response(scope)(scope, receive, send)


class LoadMiddleware:
    """Refuses with 429 what is over `most` requests at once, and ends with 504 what takes over `seconds`."""

    def __init__(self, app: ASGIApp, *, most: int, seconds: float) -> None:
        self.app = app
        self.most = most
        self.seconds = seconds
        self.in_work = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request within the limits."""
        if scope["type"] != "http" or scope["path"] in ALWAYS_ANSWERED:
            await self.app(scope, receive, send)
            return
        if self.in_work >= self.most:
            await TOO_MANY_REQUESTS.response(scope)(scope, receive, send)
            return
        self.in_work += 1
        try:
            await self._answer_in_time(scope, receive, send)
        finally:
            self.in_work -= 1

    async def _answer_in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            async with asyncio.timeout(self.seconds) as clock:
                await self.app(scope, receive, send_and_note)
        except TimeoutError:
            if started or not clock.expired():
                raise
            await REQUEST_TIMEOUT.response(scope)(scope, receive, send)


class BodyLimitMiddleware:
    """Refuses with 413 a body over its limit in bytes: `files` on the routes that take files, `other` on all else.

    The declared length is checked first, then what really arrives is counted: a chunked body declares none.
    """

    def __init__(self, app: ASGIApp, *, files: int, other: int) -> None:
        self.app = app
        self.files = files
        self.other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request unless its body is too large."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.files if scope["path"] in TAKES_FILES else self.other
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isascii() and declared.isdigit() and len(declared) < 20 and int(declared) <= limit:
            # The server lets no more than the declared length through.
            await self.app(scope, receive, send)
        elif declared:
            await too_large(limit).response(scope)(scope, receive, send)
        else:
            await self._count(scope, receive, send, limit=limit)

    async def _count(self, scope: Scope, receive: Receive, send: Send, *, limit: int) -> None:
        seen = 0

        async def receive_and_count() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise BodyOverLimit
            return message

        async def send_unless_over(message: Message) -> None:
            # The framework takes the interruption for a malformed body; its answer gives way to ours.
            if seen <= limit:
                await send(message)

        try:
            await self.app(scope, receive_and_count, send_unless_over)
        except BodyOverLimit:
            log.debug("a body grew over its limit of %d bytes", limit)
        if seen > limit:
            await too_large(limit).response(scope)(scope, receive, send)


class BodyOverLimit(Exception):
    """The body grew over its limit while it arrived."""


def too_large(limit: int) -> Problem:
    """The problem of a body over `limit` bytes."""
    return Problem.of(
        RequestTooLarge(f"the request's body is over the limit of {limit:,} bytes", detail={"limit_bytes": limit})
    )
