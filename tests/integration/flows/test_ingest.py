"""The ingest flow, run for real by Prefect on a folder: results, bad files, and running it again."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client

from docflow.errors import StorageUnavailable
from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.store import BlobStore
from docflow.synth import write_dataset
from docflow.testing import FakeClassifier, FakeEngine
from flows import ingest as module
from flows.ingest import CHUNK, ingest, process_chunk

pytestmark = [
    pytest.mark.usefixtures("prefect_server"),
    # Prefect's own server leaves these behind when it is stopped in the same process.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_dataset(tmp_path_factory.mktemp("made"), count=CHUNK + 2, seed=3)


@pytest.fixture
def inbox(made: list[Path], tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for path in made:
        shutil.copy(path, folder)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    (folder / ".hidden").write_bytes(b"not a document")
    return folder


def by_status(rows: list[dict[str, Any]]) -> dict[str, int]:
    statuses = [row["status"] for row in rows]
    return {status: statuses.count(status) for status in sorted(set(statuses))}


def test_the_flow_run_twice_does_only_what_is_missing(
    inbox: Path, champion_var_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(champion_var_dir))
    first = ingest(str(inbox))
    (told,) = [one for one in caplog.messages if one.startswith("'broken.pdf' failed: ")]
    assert told.split()[2] in {"corrupt_document,", "truncated_document,"}
    assert by_status(first) == {"done": CHUNK + 2, "failed": 1}
    (failed,) = [row for row in first if row["status"] == "failed"]
    assert failed["file"] == "broken.pdf"
    assert failed["error"] in {"corrupt_document", "truncated_document"}

    second = ingest(str(inbox))
    assert by_status(second) == {"failed": 1, "repeated": CHUNK + 2}
    kept = {row["file"]: row["document_id"] for row in first if row["status"] == "done"}
    assert {row["file"]: row["document_id"] for row in second if row["status"] == "repeated"} == kept

    with get_client(sync_client=True) as client:
        artifacts = client.read_artifacts()
    tables = [str(artifact.data) for artifact in artifacts if artifact.key == "ingest" and artifact.type == "table"]
    assert any("broken.pdf" in table for table in tables)


def test_a_list_of_files_is_taken_as_well(inbox: Path, champion_var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(champion_var_dir))
    chosen = sorted(str(path) for path in inbox.glob("*-*"))[:2]
    assert [row["file"] for row in ingest(chosen)] == [Path(path).name for path in chosen]


class FlakyBlobs(BlobStore):
    """A storage that does not answer the first time it is written to."""

    failures = 1

    def put(self, data: bytes, *, sha256: str, extension: str) -> str:
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("no answer")
        return super().put(data, sha256=sha256, extension=extension)


def test_an_outage_is_retried_and_the_chunk_completes(inbox: Path, tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path / "var")
    pipeline = Pipeline.open(settings, engine=FakeEngine("INVOICE"), classifier=FakeClassifier({"invoice": "INVOICE"}))
    pipeline.blobs = FlakyBlobs.open(settings.effective_blobs_url, s3=settings.s3)
    impatient = process_chunk.with_options(retry_delay_seconds=0)
    sources = sorted(str(path) for path in inbox.glob("*-*"))[:2]
    with pipeline:
        rows = module.flow(lambda: impatient(pipeline, sources, first=0, languages=None), name="one-chunk")()
    # The second one was done in spite of the outage of the first.
    assert [row["status"] for row in rows] == ["done", "repeated"]


def test_a_file_that_cannot_be_read_has_its_error_in_its_row_and_those_behind_it_are_done(
    inbox: Path, champion_var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(champion_var_dir))
    (inbox / "broken.pdf").unlink()
    (inbox / "0-gone.pdf").symlink_to("nowhere")
    rows = ingest(str(inbox))
    assert (rows[0]["file"], rows[0]["error"]) == ("0-gone.pdf", "unreadable_file")
    assert by_status(rows[1:]).keys() <= {"done", "repeated"}
    assert len(rows) == CHUNK + 3


class RefusingBlobs(BlobStore):
    """A storage that never takes one document."""

    refused = ""

    def put(self, data: bytes, *, sha256: str, extension: str) -> str:
        if sha256 == self.refused:
            raise StorageUnavailable("no answer")
        return super().put(data, sha256=sha256, extension=extension)


def test_an_outage_that_stays_fails_the_run_with_all_rows_in_its_table(
    inbox: Path, champion_var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "broken.pdf").unlink()
    for path in sorted(inbox.glob("*-*"))[3:]:
        path.unlink()
    paths = sorted(inbox.glob("*-*"))
    pipeline = Pipeline.open(
        settings := load_settings(var_dir=champion_var_dir),
        engine=FakeEngine("INVOICE"),
        classifier=FakeClassifier({"invoice": "INVOICE"}),
    )
    blobs = RefusingBlobs.open(settings.effective_blobs_url, s3=settings.s3)
    blobs.refused = hashlib.sha256(paths[0].read_bytes()).hexdigest()
    pipeline.blobs = blobs
    monkeypatch.setattr(Pipeline, "open", lambda _: pipeline)
    monkeypatch.setattr(module, "process_chunk", process_chunk.with_options(retry_delay_seconds=0))
    with pytest.raises(StorageUnavailable, match="no answer"):
        ingest([str(path) for path in paths])

    with get_client(sync_client=True) as client:
        tables = [a for a in client.read_artifacts() if a.key == "ingest" and a.type == "table"]
    rows = json.loads(str(max(tables, key=lambda table: table.created or 0).data))
    assert [row["file"] for row in rows] == [path.name for path in paths]
    assert by_status(rows) == {"failed": 1, "repeated": 2}
    assert rows[0]["error"] == "storage_unavailable"
