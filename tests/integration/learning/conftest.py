"""The learning loop on databases of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from learning_case import Loop, open_copy, open_loop


@pytest.fixture(scope="session")
def empty_var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var_dir with both databases, made once, since MLflow's takes seconds; not to be written to."""
    var_dir = tmp_path_factory.mktemp("learning") / "var"
    var_dir.mkdir()
    open_loop(var_dir).store.close()
    return var_dir


@pytest.fixture
def loop(empty_var_dir: Path, tmp_path: Path) -> Iterator[Loop]:
    shutil.copytree(empty_var_dir, tmp_path / "var")
    opened = open_loop(tmp_path / "var")
    with opened.store:
        yield opened


@pytest.fixture(scope="session")
def two_var_dir(empty_var_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var_dir whose version 1 is the champion, and version 2 is registered; not to be written to."""
    var_dir = Path(shutil.copytree(empty_var_dir, tmp_path_factory.mktemp("two") / "var"))
    made = open_loop(var_dir)
    with made.store:
        made.train()
        made.train(seed=1)
        made.promote("1")
    return var_dir


@pytest.fixture
def two(two_var_dir: Path, tmp_path: Path) -> Iterator[Loop]:
    """A loop of the test's own whose version 1 is the champion, and version 2 is registered."""
    opened = open_copy(two_var_dir, tmp_path / "var")
    with opened.store:
        yield opened


@pytest.fixture
def trial(two: Loop) -> Loop:
    """A loop whose version 1 is the champion and version 2 the challenger."""
    two.challenge("2")
    return two
