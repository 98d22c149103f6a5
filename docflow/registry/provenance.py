"""Which code made a run: the package's version, and the commit where it runs from a git checkout."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from docflow import __version__

SECONDS = 5


def code_version() -> dict[str, str]:
    """Tags for a run: `docflow_version`, and `git_commit` in a checkout, `-dirty` where tracked files were changed."""
    tags = {"docflow_version": __version__}
    commit = _git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    return tags | ({"git_commit": commit} if commit else {})


def _git(*arguments: str) -> str:
    """What git says of the checkout that the package lies in; empty where it is in none, or there is no git."""
    git, root = shutil.which("git"), Path(__file__).parents[2]
    if git is None or not (root / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            [git, "-C", str(root), *arguments], capture_output=True, text=True, timeout=SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
