"""Where BentoML keeps its models, its bundles and its running servers' files."""

from __future__ import annotations

import os
from pathlib import Path

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
