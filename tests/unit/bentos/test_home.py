from __future__ import annotations

from pathlib import Path

import pytest

from bentos.home import serving_environment
from docflow.settings import Settings


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
