"""A built bundle, tried: served from elsewhere, by an environment with nothing else in it, and sent real documents."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from docflow.errors import BundleFailed
from docflow.store import Store
from docflow.types import Classifier

START_SECONDS = 120.0
DOCUMENT_SECONDS = 120.0
END_SECONDS = 20.0
SHARE = 0.5
"""Of the documents, what a bundled challenger answers while it is tried."""

MOST_TEXTS = 64
"""Texts that are sent until every bundled version has answered: at that share, one that is there answers for some."""

SHOWN = 3000

OWNED = """
import os, sys
from docflow.workers.parent import die_with

die_with(int(sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Runs a command in this process's place, which the kernel kills when the first argument's process ends."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What the served bundle answered for one document."""

    file: str
    kind: str
    confidence: float
    pages: int
    seconds: float


def smoke_test(
    tag: str,
    *,
    python: Path,
    home: Path,
    documents: Sequence[Path],
    models: Sequence[Classifier],
    variables: Mapping[str, str],
) -> list[Tried]:
    """The answers of the served bundle, which uses neither the database nor the settings of this machine.

    It has the `variables` of its image, but for those of the bentofile, which open it to other machines.

    Raises `BundleFailed` where it does not start or stops answering, a document is refused, is read without a word, is
    answered by another version than those of the bundled `models`, or is called otherwise than that model calls what
    was read; and where one of these does not answer at all.
    """
    bundled = {model.model.version: model for model in models}
    with tempfile.TemporaryDirectory(prefix="docflow-bundle-") as scratch:
        own = {
            "BENTOML_HOME": str(home),
            "BENTOML_DO_NOT_TRACK": "true",
            "DOCFLOW_VAR_DIR": scratch,
            "DOCFLOW_ROLLOUT__SHARE": str(SHARE),
            **variables,
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DOCFLOW_", "PYTHON"))}
        with (
            served(tag, python=python, environment=kept | own, folder=Path(scratch)) as client,
            Store.open(f"sqlite:///{scratch}/docflow.db") as store,
        ):
            tried = [ask(client, path, models=bundled, store=store) for path in documents]
            ask_each(client, versions=list(bundled))
            return tried


def ask_each(client: httpx.Client, *, versions: Sequence[str]) -> None:
    """Send texts until every version has answered one; the service leaves a version out that it cannot load."""
    silent = set(versions)
    for number in range(MOST_TEXTS):
        answer = client.post("/predict/text", json={"text": f"text number {number}"})
        if answer.status_code != httpx.codes.OK:
            raise BundleFailed(f"the bundle answered {answer.status_code} for a text: {answer.text[:SHOWN]}")
        silent.discard(answer.json()["model_version"])
        if not silent:
            return
    raise BundleFailed(f"version {', '.join(sorted(silent))} was bundled, and did not answer one of {MOST_TEXTS} texts")


def ask(client: httpx.Client, path: Path, *, models: Mapping[str, Classifier], store: Store) -> Tried:
    """What the bundle says of one document, which it keeps in `store`, and its models by their versions say as well."""
    with path.open("rb") as file:
        answer = client.post("/upload-and-predict", files={"file": (path.name, file)})
    if answer.status_code != httpx.codes.OK:
        raise BundleFailed(f"the bundle answered {answer.status_code} for {path.name}: {answer.text[:SHOWN]}")
    said = answer.json()["prediction"]
    version = said["model_version"]
    if version not in models:
        raise BundleFailed(f"version {version} answered for {path.name}, and {' and '.join(models)} was bundled")
    if said["ocr"]["confidence"] is None:
        raise BundleFailed(f"the bundle read no word of {path.name}")
    right = named(said["document_id"], model=models[version], store=store)
    if said["predicted_class"] != right:
        raise BundleFailed(
            f"the bundle calls {path.name} {said['predicted_class']}; version {version} calls it {right}"
        )
    return Tried(path.name, said["predicted_class"], said["confidence_score"], said["pages"], said["seconds"])


def named(document_id: int, *, model: Classifier, store: Store) -> str:
    """What the model calls the document as it was read, asked here."""
    recognition = store.latest_recognition(document_id)
    if recognition is None:
        raise BundleFailed(f"the bundle answered for document {document_id}, and did not keep what it read")
    (prediction,) = model.predict([recognition.text], [store.thumbnail(recognition.id)])
    return prediction.label


@contextmanager
def served(tag: str, *, python: Path, environment: Mapping[str, str], folder: Path) -> Iterator[httpx.Client]:
    """A client of `bentoml serve tag` on a free port, once it is healthy; all that was started ends afterwards.

    It ends where this process is killed, too.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    serve = [str(python), "-m", "bentoml", "serve", tag, "--host", "127.0.0.1", "--port", str(port)]
    command = [sys.executable, "-c", OWNED, str(os.getpid()), *serve]
    log = folder / "service.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DOCUMENT_SECONDS) as client:
            if not becomes_healthy(client, process):
                raise BundleFailed(f"the bundle did not become healthy: {log.read_text(errors='replace')[-SHOWN:]}")
            yield client
    except httpx.HTTPError as error:
        words = log.read_text(errors="replace")[-SHOWN:]
        raise BundleFailed(f"the bundle stopped answering ({error!r}): {words}") from error
    finally:
        end(process)


def becomes_healthy(client: httpx.Client, process: subprocess.Popen[bytes]) -> bool:
    """Whether /health says so in time."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if client.get("/health").json()["status"] == "healthy":
                return True
        except (httpx.TransportError, ValueError):
            pass
        time.sleep(0.25)
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """End the service, and what it left running in its session."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(END_SECONDS)
