"""The service's Prometheus metrics, and their exposition summed over all of its processes.

Every label comes from a closed set: a route's template and never a path, an error's code and never its
message. prometheus_client writes to the files of `PROMETHEUS_MULTIPROC_DIR` where that is set before this
module is first imported; a server of several processes sets it for each, and any of them answers for all.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

BODY_TYPE = CONTENT_TYPE_LATEST
"""The media type of `exposition`."""

REQUESTS = Counter("docflow_http_requests", "HTTP requests answered.", labelnames=("method", "route", "status"))

REQUEST_SECONDS = Histogram(
    "docflow_http_request_seconds",
    "Seconds from a request's arrival to the end of its answer.",
    labelnames=("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 150, 300),
)

REQUESTS_IN_PROGRESS = Gauge(
    "docflow_http_requests_in_progress", "HTTP requests in work now.", multiprocess_mode="livesum"
)

DOCUMENTS = Counter(
    "docflow_documents",
    "Documents by what became of them: uploaded, duplicate, refused, classified, failed.",
    labelnames=("outcome",),
)

PAGES = Counter("docflow_pages", "Pages read, stored results not counted.")

OCR_SECONDS = Histogram(
    "docflow_ocr_seconds",
    "Seconds to read one document's pages, stored results not counted.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160),
)

PREDICTIONS = Counter("docflow_predictions", "Predictions by label.", labelnames=("label",))

WORKER_RESTARTS = Counter(
    "docflow_worker_restarts",
    "Processes that read documents and were replaced, by why: recycled, crashed, memory, timeout, stalled, abandoned, "
    "not_started.",
    labelnames=("reason",),
)

MODEL_ANSWERS = Counter(
    "docflow_model_answers",
    "Answers, by the model's version and the part it had; a newly promoted version shows when it is in use.",
    labelnames=("version", "variant"),
)

MODEL_REFUSED = Gauge(
    "docflow_model_refused",
    "1 while a promoted model is refused and those before it go on answering.",
    multiprocess_mode="livemax",
)

MODEL_FAILURES = Counter(
    "docflow_model_failures",
    "Texts that the champion failed to answer for, those of health probes included.",
    labelnames=("version",),
)

UNSTORED_PREDICTIONS = Counter(
    "docflow_unstored_predictions",
    "Texts that were answered while what was said of them could not be stored: no verdict counts them.",
)

ERRORS = Counter("docflow_errors", "Requests that failed, by the error's code.", labelnames=("code",))


def exposition() -> bytes:
    """All metrics in Prometheus' text format, of every process that shares `PROMETHEUS_MULTIPROC_DIR`."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    forget_the_dead(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget_the_dead(folder: Path) -> None:
    """Remove what processes that are gone left of gauges that say how it is now: who was killed did not."""
    for path in folder.glob("gauge_live*.db"):
        number = int(path.stem.rpartition("_")[2])
        if not is_running(number):
            # Another process may be at it.
            with suppress(FileNotFoundError):
                mark_process_dead(number, str(folder))  # type: ignore[no-untyped-call]


def is_running(number: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
