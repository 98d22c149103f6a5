"""Servers that go away in the middle of a chunk and come back: the chunk is tried again, and only then."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integration.servers import PostgresServer, running_postgres
from prefect import flow

from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.synth import write_dataset
from docflow.testing import FakeClassifier, FakeEngine
from docflow.types import PageImage
from flows.ingest import process_chunk

pytestmark = [
    pytest.mark.usefixtures("prefect_server"),
    # Prefect's own server leaves these behind when it is stopped in the same process.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]

BACK_AFTER_SECONDS = 1.5


@pytest.fixture
def scans(tmp_path: Path) -> list[str]:
    folder = tmp_path / "scans"
    folder.mkdir()
    for path in write_dataset(tmp_path / "made", count=3, seed=3, kinds=["receipt"], looks=["thermal"], dpi=80):
        shutil.copy(path, folder)
    return sorted(str(path) for path in folder.iterdir())


def at_the_second_page(then: Callable[[], object]) -> FakeEngine:
    """An engine that reads the same on every page, and calls `then` first at the second one."""
    pages = itertools.count(1)

    def read(_: PageImage) -> str:
        if next(pages) == 2:
            then()
        return "INVOICE"

    return FakeEngine(read)


def run(pipeline: Pipeline, sources: list[str]) -> list[dict[str, Any]]:
    """The rows of one chunk, run as the flow runs it, with shorter waits between tries."""
    chunk = process_chunk.with_options(retry_delay_seconds=[1, 2, 5])

    @flow(name="one-chunk")
    def one_chunk() -> list[dict[str, Any]]:
        return chunk(pipeline, sources, first=0, languages=None)

    return one_chunk()


def test_a_database_that_is_killed_and_comes_back_costs_no_document(scans: list[str], tmp_path: Path) -> None:
    with running_postgres() as server:
        outage = Outage(server)
        engine = at_the_second_page(outage.begin)
        settings = load_settings(var_dir=tmp_path / "var", database_url=server.new_database())
        classifier = FakeClassifier({"invoice": "INVOICE"})
        with Pipeline.open(settings, engine=engine, classifier=classifier) as pipeline:
            rows = run(pipeline, scans)
            outage.over.wait(60)
            assert [row["kind"] for row in rows] == ["invoice"] * 3
            assert len({row["document_id"] for row in rows}) == 3
            assert all(len(pipeline.store.predictions(row["document_id"], limit=9)) == 1 for row in rows)
        # The page that was read as the database went is read again, the one before it is not.
        assert [row["status"] for row in rows] == ["repeated", "done", "done"]
        assert engine.pages_read == 4


class Outage:
    """Stops the server at once, as a crash does, and starts it again a little later."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.over = threading.Event()

    def begin(self) -> None:
        self.server.stop()
        threading.Timer(BACK_AFTER_SECONDS, self.end).start()

    def end(self) -> None:
        self.server.resume()
        self.over.set()


def test_a_fault_that_will_not_pass_is_not_tried_again(scans: list[str], tmp_path: Path) -> None:
    def fault() -> None:
        raise ZeroDivisionError

    engine = at_the_second_page(fault)
    classifier = FakeClassifier({"invoice": "INVOICE"})
    settings = load_settings(var_dir=tmp_path / "var")
    with Pipeline.open(settings, engine=engine, classifier=classifier) as pipeline, pytest.raises(ZeroDivisionError):
        run(pipeline, scans)
    assert engine.pages_read == 2
