"""The command `docflow`, run as a process."""

import os
import subprocess
from pathlib import Path

from integration import commands


def docflow(*arguments: str, var_dir: Path, afresh: bool = False, **variables: str) -> subprocess.CompletedProcess[str]:
    """What `docflow ARGUMENTS` printed and how it ended; `afresh`, in an interpreter that begins with nothing."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DOCFLOW_")}
    run = commands.run_afresh if afresh else commands.run
    return run(*arguments, environment=kept | {"DOCFLOW_VAR_DIR": str(var_dir)} | variables)
