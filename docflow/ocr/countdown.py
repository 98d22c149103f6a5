"""How a page's time is shared by the steps that it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

Countdown = Callable[[], float]
"""The seconds that are left, a millisecond at least: a step that starts late fails at once, by its own timeout."""

LEAST_SECONDS = 0.001


def countdown(seconds: float) -> Countdown:
    """A clock that runs down from so many seconds, from now on."""
    end = time.monotonic() + seconds
    return lambda: max(LEAST_SECONDS, end - time.monotonic())
