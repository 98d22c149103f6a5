from __future__ import annotations

import re

import docflow
from docflow.registry import code_version


def test_a_run_says_which_version_and_commit_made_it() -> None:
    tags = code_version()
    assert tags["docflow_version"] == docflow.__version__
    assert "git_commit" not in tags or re.fullmatch(r"[0-9a-f]{40}(-dirty)?", tags["git_commit"])
