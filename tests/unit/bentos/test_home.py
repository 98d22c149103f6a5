from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bentos.home import bundled_tag, check_free, hold, serving_environment
from docflow.errors import ServiceRunning
from docflow.settings import Settings

MANIFEST = """
models:
- tag: docflow:mlflow-v3
  module: ''
- tag: docflow-challenger:mlflow-v5
  module: ''
"""
HOLD = "import sys; from pathlib import Path; from bentos.home import hold; hold(Path(sys.argv[1]))"


def test_bentoml_lives_in_var_dir_and_sends_nothing_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BENTOML_HOME", raising=False)
    environment = serving_environment(Settings(var_dir=tmp_path))
    assert environment["BENTOML_HOME"] == str(tmp_path / "bentoml")
    assert environment["BENTOML_DO_NOT_TRACK"] == "true"
    assert (tmp_path / "bentoml").is_dir()


def test_a_home_that_is_set_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENTOML_HOME", str(tmp_path / "own"))
    assert serving_environment(Settings(var_dir=tmp_path))["BENTOML_HOME"] == str(tmp_path / "own")


def test_the_workers_get_an_absolute_var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = serving_environment(Settings(var_dir=Path("var")))
    assert environment["DOCFLOW_VAR_DIR"] == str(tmp_path / "var")


def test_a_bundle_knows_the_models_that_it_was_built_with(tmp_path: Path) -> None:
    code = tmp_path / "src" / "bentos" / "home.py"
    assert bundled_tag("docflow", code=code) is None
    (tmp_path / "bento.yaml").write_text(MANIFEST)
    assert bundled_tag("docflow", code=code) == "docflow:mlflow-v3"
    assert bundled_tag("docflow-challenger", code=code) == "docflow-challenger:mlflow-v5"
    assert bundled_tag("docflow-shadow", code=code) is None


def test_this_source_tree_is_no_bundle() -> None:
    assert bundled_tag("docflow") is None


def test_a_home_is_held_by_one_service_for_as_long_as_that_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    held = hold(tmp_path)
    try:
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "ServiceRunning: another service runs on" in second.stderr
    finally:
        os.close(held)
    subprocess.run(command, timeout=60, check=True)


def test_a_lock_outlasts_becoming_another_program(tmp_path: Path) -> None:
    become = HOLD + "; import os; os.execv('/bin/sh', ['sh', '-c', 'echo held; read line'])"
    with subprocess.Popen(
        [sys.executable, "-c", become, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "held\n"
        with pytest.raises(ServiceRunning):
            hold(tmp_path)
        program.communicate("go\n", timeout=10)
    os.close(hold(tmp_path))


def test_a_port_that_is_taken_is_told_before_anything_is_started() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ServiceRunning, match=f"127.0.0.1:{port} cannot be listened on: Address already in use"):
            check_free("127.0.0.1", port)
    check_free("127.0.0.1", port)
