"""Starts the service as its users do, as a process of its own, and stops exactly what it started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from integration import commands

from bentos.home import serving_environment
from docflow.classify import CANDIDATES, CandidateName, save
from docflow.embedding import SIZE, Embedding, with_embedding
from docflow.ocr.page_embedding import PageEmbedder
from docflow.registry import CHAMPION
from docflow.rollout.files import publish
from docflow.settings import Settings
from docflow.store import Store
from docflow.thumbnail import thumbnail_of
from docflow.types import LabelledText

ROOT = Path(__file__).parents[2]

WORDS = {
    "invoice": "invoice number {n} bill to payment due subtotal vat total amount due",
    "receipt": "receipt {n} cash change cashier thank you card till items",
}

START_SECONDS = 90.0
"""Three processes that import everything afresh, on a machine busy with other tests."""

IMPORT = "from bentos.models import import_models; from docflow.settings import load_settings; \
print(import_models(load_settings())['champion'])"

BUILD = """
import json, sys
from pathlib import Path
from bentos.building import build_bundle
from docflow.settings import load_settings

version, *names = sys.argv[1:]
documents = [Path("examples/documents") / name for name in names]
print(json.dumps(build_bundle(load_settings(), root=Path(), documents=documents, version=version).to_dict()))
"""


def promote_small_model(
    var_dir: Path,
    *,
    version: str = "1",
    seed: int = 0,
    alias: str = CHAMPION,
    spoilt: bool = False,
    candidate: CandidateName = "linear",
) -> None:
    """Train a model of two kinds, and leave it as a promotion leaves it; `spoilt`, with the digest of other files.

    What `multimodal` learns of pages is made up, for the network that is installed.
    """
    samples = [
        LabelledText(text.format(n=n), label, "eng", group=f"{label}{n % 5}")
        for label, text in WORDS.items()
        for n in range(40)
    ]
    if candidate == "multimodal":
        samples = [replace(sample, thumbnail=made_up_page(row)) for row, sample in enumerate(samples)]
    folder = var_dir / "trained" / version
    digest = save(CANDIDATES[candidate].fit(samples, seed=seed), folder)
    settings = Settings(var_dir=var_dir)
    store = Store.open(settings.effective_database_url)
    store.record_promotion(
        model_name="docflow",
        model_version=version,
        digest="0" * 64 if spoilt else digest,
        alias=alias,
        promoted_by="test",
        files=publish(folder, settings=settings),
    )
    store.close()


def made_up_page(seed: int) -> bytes:
    """The thumbnail of an empty page, with an embedding of no page at all."""
    values = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
    empty = thumbnail_of(np.full((96, 68), 255, np.uint8))
    return with_embedding(empty, Embedding(PageEmbedder().network, values / np.linalg.norm(values)))


def environment(var_dir: Path) -> dict[str, str]:
    """What the service's processes see: the settings under test, and nothing that was left over."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOCFLOW_", "BENTOML_"))}
    own = {
        name: value
        for name, value in serving_environment(Settings(var_dir=var_dir)).items()
        if name.startswith(("DOCFLOW_", "BENTOML_"))
    }
    tested = {
        "DOCFLOW_LOG_LEVEL": "INFO",
        "DOCFLOW_INTAKE__MAX_BYTES": "2000000",
        # A model of eighty short texts is rarely sure of a picture's words.
        "DOCFLOW_CLASSIFY__THRESHOLD": "0",
        "DOCFLOW_ROLLOUT__REFRESH_SECONDS": "0.5",
        "DOCFLOW_ROLLOUT__SHARE": "0.5",
    }
    return kept | own | tested


def run(code: str, *arguments: str, var_dir: Path, **more: str) -> str:
    """What Python prints for `-c CODE ARGUMENTS`; the test fails with its errors where it fails."""
    done = commands.run(*arguments, code=code, environment=environment(var_dir) | more, folder=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def import_champion(var_dir: Path) -> str:
    """The tag of the promoted model in BentoML's store."""
    return run(IMPORT, var_dir=var_dir).strip().splitlines()[-1]


def build_bundle(
    var_dir: Path, *, version: str, documents: Sequence[str] = ("invoice-eng.pdf", "receipt-rus.jpg"), first: str = ""
) -> dict[str, Any]:
    """What `docflow bundle build` tells of the bundle that it made and tried; `first` is code that runs before."""
    told: dict[str, Any] = json.loads(run(first + BUILD, version, *documents, var_dir=var_dir).strip().splitlines()[-1])
    return told


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(
    target: str, *, var_dir: Path, cwd: Path = ROOT, python: str = sys.executable, **more: str
) -> Iterator[httpx.Client]:
    """A client of `bentoml serve target`, run by this Python, once it is healthy."""
    port = free_port()
    log = var_dir / "service.log"
    arguments = ["-m", "bentoml", "serve", target, "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [python, *arguments],
            cwd=cwd,
            env=environment(var_dir) | more,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_until_healthy(client, process, log)
            yield client
    finally:
        stop(process)


def wait_until_healthy(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once /health says so; the test fails with the service's log where it never does."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if client.get("/health").json()["status"] == "healthy":
                return
        except (httpx.TransportError, ValueError):
            pass
        time.sleep(0.25)
    raise AssertionError("the service did not become healthy:\n" + log.read_text()[-5000:])


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the service, and what it left running in its session."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
