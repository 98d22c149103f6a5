"""Who runs the command is known by name, or by number where the system has no name for it, as in a container."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from pathlib import Path

import pytest

from docflow.cli.who import login_name

NAMELESS = 54321
VARIABLES = ("LOGNAME", "USER", "LNAME", "USERNAME")
"""What the system asks before it looks the user up."""


def test_the_login_name_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    assert login_name() == getpass.getuser()
    monkeypatch.setenv("LOGNAME", "ann")
    assert login_name() == "ann"


def test_a_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: NAMELESS)
    assert login_name() == "uid 54321"


@pytest.mark.parametrize("verb", [["models", "history"], ["labels", "list"]])
def test_a_user_without_a_name_may_use_the_command(verb: list[str], tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in VARIABLES}
    code = (
        f"import os, sys; os.getuid = lambda: {NAMELESS}; sys.argv = ['docflow', *{verb}];"
        "from docflow.cli.app import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"DOCFLOW_VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "Nothing yet."), done.stderr
