"""Failures as `application/problem+json` (RFC 9457): the one form in which any of them reaches a client."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from docflow.errors import DocFlowError, RequestError, RequestTooLarge
from docflow.monitor import ERRORS

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

RETRY_AFTER_SECONDS = 5
"""What a client is told to wait where trying again may help: about the time in which a worker restarts."""

MOST_PROBLEMS_SHOWN = 20
"""A hostile body can be wrong in a million places; the first few tell enough."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure as a client sees it; `members` are its extension members."""

    code: str
    status: int
    message: str
    next_step: str
    retryable: bool = False
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: DocFlowError) -> Problem:
        """The problem that tells this error."""
        return cls(
            code=error.code,
            status=error.status,
            message=error.message,
            next_step=error.next_step,
            retryable=error.retryable,
            members=error.detail,
        )

    def body(self, *, instance: str) -> dict[str, Any]:
        """The members of the problem document; ours never hide the standard's."""
        return {
            **self.members,
            "type": f"urn:docflow:error:{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.message,
            "instance": instance,
            "code": self.code,
            "message": self.message,
            "next_step": self.next_step,
        }

    def response(self, scope: Scope) -> Response:
        """The answer to the request of this scope, counted by its code."""
        ERRORS.labels(code=self.code).inc()
        body = self.body(instance=scope["path"]) | problem_members(scope)
        headers = dict(self.headers)
        if self.retryable:
            headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
        # ASCII escapes survive whatever characters a hostile path or name is made of.
        content = json.dumps(body, default=str).encode("ascii")
        return Response(content, status_code=self.status, media_type=MEDIA_TYPE, headers=headers)


TOO_MANY_REQUESTS = Problem(
    code="too_many_requests",
    status=429,
    message="the service has as many requests in work as it takes at once",
    next_step="Try again in a few seconds, with fewer requests at the same time.",
    retryable=True,
)

REQUEST_TIMEOUT = Problem(
    code="request_timeout",
    status=504,
    message="the request took longer than one request may",
    next_step="Try again: what was finished is kept. Or raise the setting service.timeout_seconds.",
    retryable=True,
)

INTERNAL_ERROR = Problem(
    code="internal_error",
    status=500,
    message="the service failed in a way that it did not foresee",
    next_step="Report it with the request_id; the service's log has the cause under it.",
)

ROUTE_NOT_FOUND = Problem(
    code="route_not_found",
    status=404,
    message="there is no such address",
    next_step="See /docs for the addresses that there are.",
)

METHOD_NOT_ALLOWED = Problem(
    code="method_not_allowed",
    status=405,
    message="this address does not take this method",
    next_step="See /docs for the method that it takes.",
)

MALFORMED_REQUEST = Problem(
    code="malformed_request",
    status=400,
    message="the request's body could not be read",
    next_step="Send well-formed JSON in UTF-8, or multipart/form-data with its boundary.",
)

BY_STATUS = {problem.status: problem for problem in (ROUTE_NOT_FOUND, METHOD_NOT_ALLOWED, MALFORMED_REQUEST)}


def remember(request: Request, **members: str | int) -> None:
    """Add these members to any problem that this request may still end in."""
    request.scope.setdefault("state", {}).setdefault("problem_members", {}).update(members)


def problem_members(scope: Scope) -> dict[str, Any]:
    """What `remember` kept for the request of this scope."""
    members: dict[str, Any] = scope.get("state", {}).get("problem_members", {})
    return members


def render_problems(app: FastAPI) -> None:
    """Let the app answer every error that its routes raise with a problem document."""
    app.add_exception_handler(DocFlowError, _foreseen)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _foreseen(request: Request, error: Exception) -> Response:
    assert isinstance(error, DocFlowError)
    if error.status >= 500:
        log.error("%s: %s", error.code, error.message, exc_info=error)
    return Problem.of(error).response(request.scope)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()[:MOST_PROBLEMS_SHOWN]
    problems = [{"at": ".".join(str(part) for part in e["loc"]), "problem": e["msg"]} for e in found]
    message = "; ".join(f"{problem['at']}: {problem['problem']}" for problem in problems)
    refused = RequestError(message, detail={"problems": problems})
    return Problem.of(refused).response(request.scope)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == RequestTooLarge.status:
        return Problem.of(RequestTooLarge("the request's body is over the limit")).response(request.scope)
    problem = BY_STATUS.get(error.status_code)
    if problem is None:
        problem = Problem(
            code=f"http_{error.status_code}",
            status=error.status_code,
            message=str(error.detail),
            next_step="See /docs for what this address takes.",
        )
    shown = Problem(
        code=problem.code,
        status=problem.status,
        message=problem.message,
        next_step=problem.next_step,
        headers=error.headers or {},
    )
    return shown.response(request.scope)
