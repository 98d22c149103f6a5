"""The command `docflow`, run as a process."""

import os
import subprocess
import sys
from pathlib import Path


def docflow(*arguments: str, var_dir: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DOCFLOW_")}
    return subprocess.run(
        [sys.executable, "-m", "docflow", *arguments],
        env=kept | {"DOCFLOW_VAR_DIR": str(var_dir), "COLUMNS": "200"} | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
