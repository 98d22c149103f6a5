"""The environment that a bundle asks for, installed as its container does it: its size, and its bill of materials."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from docflow.errors import BundleFailed

INSTALL_SECONDS = 900
SHOWN = 2000
"""Characters of a failed command's last words that the error carries."""


def install(requirements: Path, *, under: Path) -> Path:
    """The folder of an environment with just these requirements; kept for as long as the file stays the same."""
    name = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    folder = under / name
    done = folder / ".complete"
    if not done.is_file():
        run([sys.executable, "-m", "uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)])
        run([sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python_of(folder)),
             "-r", str(requirements)])  # fmt: skip
        done.touch()
    return folder


def python_of(environment: Path) -> Path:
    """The environment's interpreter."""
    return environment / "bin" / "python"


def installed_bytes(environment: Path) -> int:
    """What the environment's own files take, the interpreter not counted, since links lead to it."""
    return sum(path.stat().st_size for path in environment.rglob("*") if path.is_file() and not path.is_symlink())


def bill_of_materials(environment: Path, *, system_packages: Sequence[str] = ()) -> bytes:
    """The environment's packages with versions and licences, as CycloneDX 1.6 in JSON; the same for the same ones.

    The Debian packages that the container installs by name are listed without a version, which is settled when its
    image is made.
    """
    # Validating takes 15 seconds for the same file; a test does it.
    command = ["cyclonedx_py", "environment", "--no-validate", "--spec-version", "1.6", "--output-reproducible"]
    bill = json.loads(run([sys.executable, "-m", *command, "--of", "JSON", str(python_of(environment))]))
    for name in system_packages:
        purl = f"pkg:deb/debian/{name}"
        bill["components"].append({"type": "library", "bom-ref": purl, "name": name, "purl": purl})
    return json.dumps(bill, ensure_ascii=False, indent=2).encode()


def run(command: list[str], *, seconds: float = INSTALL_SECONDS, cwd: Path | None = None, **more: str) -> bytes:
    """What a command prints; `BundleFailed` with its last words where it fails or takes too long."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=seconds, check=False, cwd=cwd, env=os.environ | more
        )
    except subprocess.TimeoutExpired as error:
        raise BundleFailed(f"`{command[2]}` took longer than {seconds:.0f} s") from error
    if done.returncode:
        words = (done.stderr or done.stdout).decode(errors="replace")[-SHOWN:]
        raise BundleFailed(f"`{command[2]}` failed: {words.strip()}")
    return done.stdout
