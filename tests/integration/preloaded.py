"""Runs commands in forks of this process, which has imported what a command alone takes seconds to import.

Each line of standard input is a command, in JSON; its exit code is written to standard output once it has ended. Of a
process of its own a command lacks nothing but the imports: environment, streams, signals and end are its own.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from importlib import import_module
from typing import Any

from docflow.cli.app import VERBS, main

LATE = (
    "bentos.models",
    "datasketch",
    "matplotlib.backends.backend_agg",
    "mlflow.artifacts",
    "mlflow.store.model_registry.sqlalchemy_store",
    "mlflow.store.tracking.sqlalchemy_store",
    "skops.io",
)
"""What verbs import where they use it. Not BentoML, which reads its settings from the environment on import."""


def commands() -> dict[str, Any] | None:
    """The command that this fork is to run; None in the process itself, once nobody has any more."""
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            answers.close()
            command: dict[str, Any] = json.loads(line)
            return command
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
    return None


def become(command: dict[str, Any]) -> None:
    """Take on the arguments, environment, folder and streams of a command."""
    sys.argv = command["arguments"]
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["folder"])
    for number, path in enumerate((os.devnull, command["stdout"], command["stderr"])):
        stream = os.open(path, os.O_RDWR)
        os.dup2(stream, number)
        os.close(stream)


if __name__ == "__main__":
    for module in (*(f"docflow.cli.{file}" for file in VERBS), *LATE):
        import_module(module)
    # A fork's end would else look through, and so copy, all that was imported: a second and a half.
    gc.freeze()
    if (own := commands()) is not None:
        become(own)
        if own["code"] is None:
            main()
        else:
            exec(own["code"], {"__name__": "__main__"})
