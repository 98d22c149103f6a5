"""`python -m benchmarks.pipeline`: documents per minute, CPU-seconds per page and word F1 on real documents.

Each document goes through the whole pipeline with the default settings into an empty database.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.corpus import RealDocument, documents, truth_text, word_f1
from benchmarks.machine import cpu_seconds, describe, peak_mib
from benchmarks.model import generated_classifier
from docflow.errors import DocFlowError
from docflow.pipeline import Outcome, Pipeline
from docflow.settings import load_settings
from docflow.types import Classifier

MOST = 40
"""Documents of each set: enough for a steady mean, few enough for minutes."""


def main() -> None:
    """Print a line for each set of documents."""
    console = Console(width=130)
    console.print(describe())
    table = Table("documents", "count", "failed", "pages", "documents/min", "CPU-s/page", "word F1", box=None)
    classifier = generated_classifier()
    for kind, language in (("receipt", "eng"), ("letter", "eng"), ("contract", "eng"), ("invoice", "rus")):
        chosen = [d for d in documents(kinds=frozenset({kind})) if d.language == language][:MOST]
        table.add_row(f"{kind} {language}", *measure(chosen, classifier=classifier))
    console.print(table)
    console.print(f"peak memory {peak_mib():.0f} MiB, beside that of the processes that read")


def measure(chosen: Sequence[RealDocument], *, classifier: Classifier) -> tuple[str, ...]:
    """The cells of one set: count, failed, pages, documents per minute, CPU-seconds per page, mean word F1."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(var_dir=Path(folder), database_url=None, blobs_url=None)
        cpu = cpu_seconds()
        with Pipeline.open(settings, classifier=classifier) as pipeline:
            _ = pipeline.engine
            started = time.perf_counter()
            with ThreadPoolExecutor(settings.ocr.workers) as workers:
                outcomes = list(workers.map(lambda d: outcome_of(pipeline, d), chosen))
            wall = time.perf_counter() - started
        # The processes that read the documents have ended now, and their time counts.
        cpu = cpu_seconds() - cpu
    done = [(d, o) for d, o in zip(chosen, outcomes, strict=True) if o is not None]
    pages = sum(o.recognition.page_count for _, o in done)
    scores = [word_f1(str(truth_text(d)), o.recognition.text) for d, o in done if d.kind == "receipt"]
    return (
        str(len(chosen)),
        str(len(chosen) - len(done)),
        str(pages),
        f"{60 * len(done) / wall:.0f}",
        f"{cpu / max(pages, 1):.2f}",
        f"{statistics.mean(scores):.3f}" if scores else "–",
    )


def outcome_of(pipeline: Pipeline, document: RealDocument) -> Outcome | None:
    """The pipeline's outcome; None where it refused the document."""
    try:
        return pipeline.process(document.path.read_bytes(), filename=document.path.name)
    except DocFlowError:
        return None


if __name__ == "__main__":
    main()
