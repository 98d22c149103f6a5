"""The command `docflow` as a process: `run` forks it off one that has imported everything, `run_afresh` does not.

A fork costs a tenth of the five CPU-seconds in which a fresh process imports scikit-learn and MLflow. Where a test is
about the process itself, its interpreter's variables or equal results under different hash seeds, it runs afresh.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

SECONDS = 280
"""Longest time for one command, on a machine busy with other tests."""

COLUMNS = {"COLUMNS": "200"}
"""So wide that no table is broken; read when the command's console is made, on import."""

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true"}
"""As DocFlow sets it before it imports MLflow, which starts a thread otherwise."""

Done = subprocess.CompletedProcess[str]


@cache
def preloaded() -> subprocess.Popen[str]:
    """The process that commands are forked off; it ends once this one has."""
    process = subprocess.Popen(
        [sys.executable, "-P", str(Path(__file__).with_name("preloaded.py"))],
        env=os.environ | COLUMNS | QUIET,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    atexit.register(end, process)
    return process


def end(process: subprocess.Popen[str]) -> None:
    """End it with the command that it runs; the next command begins another."""
    preloaded.cache_clear()
    with process, suppress(psutil.NoSuchProcess):
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            each.kill()


def run(*arguments: str, environment: Mapping[str, str], folder: Path | None = None, code: str | None = None) -> Done:
    """What `docflow ARGUMENTS` printed and how it ended, run with this environment in this folder, or in ours.

    With `code`, the same of `python -c CODE ARGUMENTS`.
    """
    process = preloaded()
    assert process.stdin is not None
    assert process.stdout is not None
    argv = ["docflow" if code is None else "-c", *arguments]
    with tempfile.NamedTemporaryFile() as stdout, tempfile.NamedTemporaryFile() as stderr:
        command = {
            "arguments": argv,
            "code": code,
            "environment": dict(environment) | COLUMNS,
            "folder": str(folder or Path.cwd()),
            "stdout": stdout.name,
            "stderr": stderr.name,
        }
        process.stdin.write(json.dumps(command) + "\n")
        if not select.select([process.stdout], [], [], SECONDS)[0]:
            end(process)
            raise subprocess.TimeoutExpired(argv, SECONDS)
        ended = int(process.stdout.readline())
        return subprocess.CompletedProcess(argv, ended, stdout.read().decode(), stderr.read().decode())


def run_afresh(*arguments: str, environment: Mapping[str, str], folder: Path | None = None) -> Done:
    """What `docflow ARGUMENTS` printed and how it ended as a process that begins with nothing."""
    return subprocess.run(
        [sys.executable, "-m", "docflow", *arguments],
        env=dict(environment) | COLUMNS,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
