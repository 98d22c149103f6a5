"""The service's log: DocFlow's records on standard error, each with its request's id."""

from __future__ import annotations

import logging

from docflow.api import RequestIdFilter

FORMAT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"


def show_logs(level: str) -> None:
    """Write DocFlow's own records from `level` on; other libraries' are left to BentoML."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(FORMAT))
    handler.addFilter(RequestIdFilter())
    for name in ("docflow", "bentos"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
