"""What the service measures of itself, for Prometheus."""

from docflow.monitor.metrics import (
    BODY_TYPE,
    DOCUMENTS,
    ERRORS,
    MODEL_ANSWERS,
    MODEL_FAILURES,
    MODEL_REFUSED,
    OCR_SECONDS,
    PAGES,
    PREDICTIONS,
    REQUEST_SECONDS,
    REQUESTS,
    REQUESTS_IN_PROGRESS,
    UNSTORED_PREDICTIONS,
    WORKER_RESTARTS,
    exposition,
)

__all__ = [
    "BODY_TYPE",
    "DOCUMENTS",
    "ERRORS",
    "MODEL_ANSWERS",
    "MODEL_FAILURES",
    "MODEL_REFUSED",
    "OCR_SECONDS",
    "PAGES",
    "PREDICTIONS",
    "REQUESTS",
    "REQUESTS_IN_PROGRESS",
    "REQUEST_SECONDS",
    "UNSTORED_PREDICTIONS",
    "WORKER_RESTARTS",
    "exposition",
]
