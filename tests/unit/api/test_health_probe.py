"""The service asks its classifier whether it answers, and says so shortly where it does not."""

import asyncio
import logging
from typing import Any

import pytest

from docflow.api import health
from docflow.api.health import HealthProbe


def test_a_classifier_that_is_too_busy_to_answer_is_told_without_a_stack_trace(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def busy(_question: Any) -> Any:
        await asyncio.sleep(30)

    monkeypatch.setattr(health, "PROBE_SECONDS", 0.05)
    with caplog.at_level(logging.WARNING):
        assert asyncio.run(HealthProbe(busy).look()).model is None
    (told,) = caplog.records
    assert "did not answer its probe" in told.message
    assert told.exc_info is None


def test_what_else_a_classifier_fails_with_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_question: Any) -> Any:
        raise RuntimeError("no model")

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(HealthProbe(broken).look()).model is None
    (told,) = caplog.records
    assert told.exc_info is not None
