"""`python -m benchmarks.orchestration`: what the ingest flow costs over the same work in plain threads.

Both take the same generated documents, scans and PDFs with a text layer, each into a database of its own that has
the same champion. Prefect's server is started by a run of the flow over nothing, which is not counted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from benchmarks.machine import describe
from docflow.cli.documents import process_all
from docflow.pipeline import Pipeline
from docflow.settings import load_settings
from docflow.synth import write_dataset

DOCUMENTS = 160


def main() -> None:
    """Print both times and their difference."""
    console = Console(width=130)
    console.print(describe())
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        written = write_dataset(root / "in", count=DOCUMENTS, seed=5)
        inbox = root / "inbox"
        inbox.mkdir()
        for path in written:
            shutil.copy(path, inbox)
        promote_into(root / "base")
        for copy in ("plain", "flow"):
            shutil.copytree(root / "base", root / copy)
        plain = in_threads(root / "plain", inbox)
        flow = in_flow(root / "flow", inbox, prefect_home=root / "prefect")
    console.print(
        f"{DOCUMENTS} documents: plain threads {plain:.1f} s, the flow {flow:.1f} s, "
        f"orchestration {100 * (flow - plain) / plain:.1f} % of the work"
    )


def promote_into(var_dir: Path) -> None:
    """Train and promote a classifier in an empty var_dir, and pull it."""
    environment = os.environ | {"DOCFLOW_VAR_DIR": str(var_dir)}
    for verb in (["train", "--promote"], ["models", "pull"]):
        subprocess.run([sys.executable, "-m", "docflow", *verb], env=environment, check=True, stdout=subprocess.DEVNULL)


def in_threads(var_dir: Path, inbox: Path) -> float:
    """Seconds for the documents in plain threads."""
    paths = sorted(inbox.iterdir())
    with Pipeline.open(load_settings(var_dir=var_dir)) as pipeline:
        _ = pipeline.engine, pipeline.models
        started = time.perf_counter()
        results = list(process_all(pipeline, paths, languages=None, progress=False))
        took = time.perf_counter() - started
    assert all(result.outcome for result in results)
    return took


def in_flow(var_dir: Path, inbox: Path, *, prefect_home: Path) -> float:
    """Seconds for the documents in the flow, Prefect's own start left out."""
    os.environ |= {
        "DOCFLOW_VAR_DIR": str(var_dir),
        "PREFECT_HOME": str(prefect_home),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        "PREFECT_LOGGING_LEVEL": "WARNING",
    }
    from flows.ingest import ingest

    ingest([])
    started = time.perf_counter()
    rows = ingest(str(inbox))
    took = time.perf_counter() - started
    assert all(row["status"] == "done" for row in rows)
    return took


if __name__ == "__main__":
    main()
