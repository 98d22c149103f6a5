"""What the bundle takes along: every file that the serving code reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pathspec
import yaml

ROOT = Path(__file__).parents[3]
BENTOFILE = yaml.safe_load((ROOT / "bentofile.yaml").read_text())
NOT_SERVED = ("docflow/synth/", "docflow/line_learning/", "docflow/cli/")


def tracked(folder: str) -> list[str]:
    """The folder's files that are in version control."""
    listed = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.split()


def test_every_file_of_the_serving_code_is_bundled() -> None:
    included = pathspec.PathSpec.from_lines("gitignore", BENTOFILE["include"])
    served = [path for path in tracked("docflow") if not path.startswith(NOT_SERVED)]
    assert len(served) > 100
    assert [path for path in served if not included.match_file(path)] == []


def test_what_only_builds_and_trains_is_left_out() -> None:
    excluded = pathspec.PathSpec.from_lines("gitignore", BENTOFILE["exclude"])
    left_out = [path for path in (*tracked("docflow"), *tracked("bentos")) if excluded.match_file(path)]
    assert {path.split("/")[1] for path in left_out} == {"synth", "line_learning", "cli", "building"}
