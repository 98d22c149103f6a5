"""How a page's time is shared by the steps that it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from docflow.errors import RecognitionFailed

Countdown = Callable[[], float]
"""The seconds that are left, a millisecond at least: a step that starts late fails at once, by its own timeout."""

LEAST_SECONDS = 0.001


def countdown(seconds: float) -> Countdown:
    """A clock that runs down from so many seconds, from now on."""
    end = time.monotonic() + seconds
    return lambda: max(LEAST_SECONDS, end - time.monotonic())


def out_of_time(page: int, seconds: float, *, detail: Mapping[str, Any] | None = None) -> RecognitionFailed:
    """The error of a page, by its number, that took more than the seconds that it was given."""
    return RecognitionFailed(
        f"page {page} was not recognised within {seconds:g} seconds",
        detail=detail,
        next_step="Raise the setting ocr.page_seconds, or scan the page at a lower resolution.",
    )


@contextmanager
def page_limit(page: int, seconds: float, left: Countdown) -> Iterator[None]:
    """What fails in here once no time is left names the page's limit: its steps know only what was left to them."""
    try:
        yield
    except RecognitionFailed as error:
        if left() > LEAST_SECONDS:
            raise
        raise out_of_time(page, seconds, detail=error.detail) from error
