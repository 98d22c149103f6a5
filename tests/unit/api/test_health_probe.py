"""The service asks its classifier whether the champion answers, and says so shortly where it does not."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from docflow.api import health, in_process
from docflow.api.health import HealthProbe, StoreProbe
from docflow.errors import StorageUnavailable
from docflow.rollout import Lineup
from docflow.testing import FakeClassifier
from docflow.types import ModelRef, Prediction


async def busy(_question: Any) -> Any:
    await asyncio.sleep(30)


def test_a_classifier_that_is_too_busy_to_answer_is_told_without_a_stack_trace(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(health, "START_SECONDS", 0.0)
    with caplog.at_level(logging.WARNING):
        assert asyncio.run(HealthProbe(busy).look()).model is None
    (told,) = caplog.records
    assert "did not answer its probe" in told.message
    assert told.exc_info is None


def test_a_classifier_that_is_starting_is_not_warned_of_until_it_has_answered_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(health, "FRESH_SECONDS", -1.0)
    asks = [busy, in_process(Lineup(CHAMPION)), busy]

    async def ask(question: Any) -> Any:
        return await asks.pop(0)(question)

    async def look_thrice() -> list[bool]:
        probe = HealthProbe(ask)
        return [(await probe.look()).answers for _ in range(3)]

    with caplog.at_level(logging.INFO, logger="docflow.api.health"):
        assert asyncio.run(look_thrice()) == [False, True, False]
    assert [record.levelno for record in caplog.records] == [logging.INFO, logging.WARNING]


def test_what_else_a_classifier_fails_with_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_question: Any) -> Any:
        raise RuntimeError("no model")

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(HealthProbe(broken).look()).model is None
    (told,) = caplog.records
    assert told.exc_info is not None


class Broken:
    """A champion that answers nothing."""

    model = ModelRef("fake", "9", "9" * 64)

    def predict(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        raise MemoryError


CHAMPION = FakeClassifier({"invoice": "Invoice"}, version="1")
CHALLENGER = FakeClassifier({"invoice": "Invoice"}, version="2")
PREDECESSOR = FakeClassifier({"invoice": "Invoice"}, version="0")


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_champion_is_named_whoever_answers_the_probe(share: float) -> None:
    lineup = Lineup(CHAMPION, challenger=CHALLENGER, shadow=PREDECESSOR, share=share)
    found = asyncio.run(HealthProbe(in_process(lineup)).look())
    assert (found.model, found.answers) == (CHAMPION.model, True)
    assert sorted(found.on_trial) == ["0", "2"]


def test_who_fails_the_probe_is_not_said_to_answer() -> None:
    stood_in = asyncio.run(HealthProbe(in_process(Lineup(Broken(), shadow=PREDECESSOR))).look())
    assert (stood_in.model, stood_in.answers, stood_in.on_trial) == (Broken.model, False, ("0",))
    beside = asyncio.run(HealthProbe(in_process(Lineup(CHAMPION, shadow=Broken()))).look())
    assert (beside.model, beside.answers, beside.on_trial) == (CHAMPION.model, True, ())


def test_a_store_that_does_not_answer_is_named_and_asked_again_only_after_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked: list[str] = []

    def gone() -> None:
        asked.append("blobs")
        raise StorageUnavailable("the blob folder refuses")

    async def look_thrice() -> list[tuple[str, ...]]:
        stores = {
            "database": StoreProbe("database", lambda: asked.append("database"), seconds=-1.0),
            "blobs": StoreProbe("blob storage", gone, seconds=60.0),
        }
        probe = HealthProbe(in_process(Lineup(CHAMPION)), stores=stores)
        return [(await look(probe)).unreachable for _ in range(3)]

    assert asyncio.run(look_thrice()) == [("blobs",)] * 3
    assert sorted(asked) == ["blobs", "database", "database", "database"]
    assert "the blob storage did not answer: the blob folder refuses" in caplog.text


def test_what_else_a_store_fails_with_is_told_too_and_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def odd() -> None:
        raise RuntimeError("cannot schedule new futures")

    stores = {"database": StoreProbe("database", odd, seconds=60.0)}
    assert asyncio.run(HealthProbe(in_process(Lineup(CHAMPION)), stores=stores).look()).unreachable == ("database",)
    (told,) = caplog.records
    assert told.exc_info is not None


def test_a_store_that_is_silent_holds_one_thread_however_often_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.02)
    begun = 0
    heard = threading.Event()

    def silent() -> None:
        nonlocal begun
        begun += 1
        heard.wait(30)

    async def look_thrice_then_hear() -> list[bool]:
        probe = HealthProbe(
            in_process(Lineup(CHAMPION)), stores={"database": StoreProbe("database", silent, seconds=-1.0)}
        )
        found = [(await look(probe)).is_healthy for _ in range(3)]
        heard.set()
        while not (healthy := (await look(probe)).is_healthy):
            await asyncio.sleep(0.01)
        return [*found, healthy]

    assert asyncio.run(look_thrice_then_hear()) == [False, False, False, True]
    assert begun <= 2


async def look(probe: HealthProbe) -> health.Health:
    """What it finds, however fresh the last outcome is."""
    probe._asked_at = float("-inf")
    return await probe.look()
