"""Where BentoML keeps its models, its bundles and its running servers' files."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

import yaml

from docflow.errors import ServiceRunning
from docflow.settings import Settings

STORED_NAME = "docflow"
"""The model's name in BentoML's store, whatever it is called in the registry: the service refers to it."""

CHALLENGER_NAME = "docflow-challenger"
"""Likewise the version that is tried beside it, where there is one."""

FILES = "model"
"""The folder of our files in a stored model: BentoML's own beside them would change their digest."""


def serving_environment(settings: Settings) -> dict[str, str]:
    """The environment of a process that serves or builds: this one's, with BentoML's home in var_dir.

    Each server has a home of its own, since a second one on the same home removes the first one's metrics.
    BentoML runs its workers in another folder, so var_dir becomes absolute for them. A `BENTOML_HOME` that is
    set stays.
    """
    home = Path(os.environ.get("BENTOML_HOME") or settings.var_dir.resolve() / "bentoml")
    home.mkdir(parents=True, exist_ok=True)
    return os.environ | {
        "BENTOML_HOME": str(home),
        "BENTOML_DO_NOT_TRACK": "true",
        "DOCFLOW_VAR_DIR": str(settings.var_dir.resolve()),
    }


def bundled_tag(name: str, *, code: Path = Path(__file__)) -> str | None:
    """The tag of the model of this name that the bundle with this `code` was built with; None outside a bundle.

    BentoML keeps models beside the bundles and not in them: what is the latest there was promoted since, maybe.
    """
    manifest = code.parents[2] / "bento.yaml"
    if not manifest.is_file():
        return None
    tags: list[str] = [model["tag"] for model in yaml.safe_load(manifest.read_text())["models"]]
    return next((tag for tag in tags if tag.partition(":")[0] == name), None)


def hold(home: Path) -> int:
    """The descriptor of a lock on BentoML's home, which lasts as long as this process, whatever it becomes.

    Raises:
        ServiceRunning: another process has it: a second server on one home removes the first one's metrics.
    """
    descriptor = os.open(home / "serving.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise ServiceRunning(
            f"another service runs on {home}",
            next_step="Stop it, or give this one a folder of its own: DOCFLOW_VAR_DIR, or BENTOML_HOME alone.",
        ) from error
    os.set_inheritable(descriptor, True)
    return descriptor


def check_free(host: str, port: int) -> None:
    """Raise `ServiceRunning` where this address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise ServiceRunning(
            f"{host}:{port} cannot be listened on: {error.strerror}",
            next_step="Stop what listens there, or choose another with --port.",
        ) from error
