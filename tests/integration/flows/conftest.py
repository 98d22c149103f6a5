"""Prefect's own server for the flows under test, started once: that takes it twenty CPU-seconds."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Flows that are run find a server on a database of the tests' own."""
    stack = ExitStack()
    stack.enter_context(prefect_test_harness(server_startup_timeout=90))
    yield
    # It ends with whichever test is the last, which is not to fail for what Prefect leaves open.
    with warnings.catch_warnings(action="ignore"):
        stack.close()
        gc.collect()
