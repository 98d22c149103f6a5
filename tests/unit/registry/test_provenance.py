from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import docflow
from docflow.registry import code_version

CHECKOUT = Path(docflow.__file__).parents[1]


def test_a_run_says_which_version_and_commit_made_it() -> None:
    tags = code_version()
    assert tags["docflow_version"] == docflow.__version__
    assert "git_commit" not in tags or re.fullmatch(r"[0-9a-f]{40}(-dirty)?", tags["git_commit"])


@pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="the package lies in no git checkout")
def test_in_a_checkout_the_commit_is_the_one_that_is_checked_out() -> None:
    head = subprocess.run(
        ["git", "-C", str(CHECKOUT), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=60, check=True
    )
    assert code_version()["git_commit"].removesuffix("-dirty") == head.stdout.strip()
