"""MLflow's own SQLite database, made whole or not at all, whoever is killed and whoever else makes it meanwhile."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

import psutil

log = logging.getLogger(__name__)

SQLITE = "sqlite:///"


def make_whole(uri: str) -> None:
    """See that the database is there with all of its tables, where it is a file of SQLite's that is missing.

    MLflow makes some twenty tables, one commit each, and takes a database that has a few of them for whole: a process
    that was killed between two left it useless for ever. So it is made under another name, and linked to its own once
    it is whole; of several that do so at once, the first one's stays. Raises what MLflow raises.
    """
    path = path_of(uri)
    if path is None or path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path)
    unfinished = path.with_name(f"{prefix_of(path)}{os.getpid()}")
    try:
        make(SQLITE + str(unfinished))
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def path_of(uri: str) -> Path | None:
    """The file that the URI names; None where it names no file of SQLite's."""
    name = uri.removeprefix(SQLITE)
    return Path(name) if uri.startswith(SQLITE) and name and name != ":memory:" else None


def prefix_of(path: Path) -> str:
    """What the names of this database's unfinished files begin with; the number of who makes it follows."""
    return f".{path.name}.made-by-"


def remove_leftovers(path: Path) -> None:
    """Remove the unfinished files of processes that are no more, and what SQLite keeps beside them."""
    for leftover in path.parent.glob(f"{prefix_of(path)}*"):
        maker = leftover.name.removeprefix(prefix_of(path)).partition("-")[0]
        if not (maker.isdecimal() and psutil.pid_exists(int(maker))):
            log.info("removing %s, which was left unfinished", leftover.name)
            leftover.unlink(missing_ok=True)


def make(uri: str) -> None:
    """Have MLflow make all tables of its tracking store and of its model registry, as it does on first use."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    client.search_experiments(max_results=1)
    client.search_registered_models(max_results=1)
