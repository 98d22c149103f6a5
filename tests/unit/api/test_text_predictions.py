"""What is said about a text is stored without the text, and answered whether or not it could be stored."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from docflow.api import Ask, in_process
from docflow.monitor import UNSTORED_PREDICTIONS
from docflow.rollout import Lineup
from docflow.settings import Settings
from docflow.testing import FakeClassifier

CHAMPION = FakeClassifier({"invoice": "bill"}, version="1")
CHALLENGER = FakeClassifier({"receipt": "bill"}, version="2")

Serve = Callable[[Settings, Ask], httpx.Client]


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a database that no other test has."""
    return settings.model_copy(update={"var_dir": tmp_path})


def stored(settings: Settings) -> list[tuple[str, ...]]:
    with sqlite3.connect(settings.var_dir / "docflow.db") as database:
        return database.execute(
            "SELECT text_sha256, label, model_version, variant FROM text_predictions ORDER BY model_version"
        ).fetchall()


@pytest.mark.parametrize(("share", "variants"), [(0.0, ("champion", "shadow")), (1.0, ("shadow", "challenger"))])
def test_what_each_version_said_is_stored_by_the_texts_hash(
    own: Settings, serve: Serve, share: float, variants: tuple[str, str]
) -> None:
    client = serve(own, in_process(Lineup(CHAMPION, challenger=CHALLENGER, share=share)))
    for _ in range(2):
        assert client.post("/predict/text", json={"text": "bill of Ann"}).status_code == 200
    name = hashlib.sha256(b"bill of Ann").hexdigest()
    assert stored(own) == [(name, "invoice", "1", variants[0]), (name, "receipt", "2", variants[1])]
    for file in own.var_dir.glob("docflow.db*"):
        assert b"bill of Ann" not in file.read_bytes()


def test_a_database_that_does_not_take_it_keeps_no_text_from_being_answered(own: Settings, serve: Serve) -> None:
    client = serve(own, in_process(Lineup(CHAMPION)))
    before = UNSTORED_PREDICTIONS._value.get()
    writer = sqlite3.connect(own.var_dir / "docflow.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    started = time.perf_counter()
    answer = client.post("/predict/text", json={"text": "bill"})
    assert (answer.status_code, answer.json()["predicted_class"]) == (200, "invoice")
    assert time.perf_counter() - started < 5
    assert UNSTORED_PREDICTIONS._value.get() == before + 1
    writer.execute("ROLLBACK")
    writer.close()
