"""A worker's process that cannot be started leaves nothing behind."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil

from docflow.workers.child import Child

ENOUGH = 20
"""Descriptors that the start of a process needs at most."""


@contextmanager
def room_for(more: int) -> Iterator[None]:
    """Only so many descriptors more can be opened."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as held:
        highest = max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208 - numbers
        # The lowest free number is given out first: those below the limit are taken.
        while (taken := os.open(os.devnull, os.O_RDONLY)) <= highest:
            held.callback(os.close, taken)
        os.close(taken)
        resource.setrlimit(resource.RLIMIT_NOFILE, (taken + more, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_start_that_fails_for_want_of_descriptors_keeps_none() -> None:
    before, started = psutil.Process().num_fds(), []
    for more in range(ENOUGH):
        with room_for(more):
            try:
                child = Child(data_bytes=10**9, environment={})
            except OSError:
                started.append(False)
            else:
                started.append(True)
                child.close()
        assert psutil.Process().num_fds() == before, f"with room for {more}"
    assert started[0] is False
    assert started[-1] is True
