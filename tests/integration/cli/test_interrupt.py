"""Ctrl-C and SIGTERM end `docflow process` at once, whatever is in work, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from PIL import Image

SOON = 5.0
"""Seconds; a document may take `intake.max_seconds`, 120."""


@pytest.mark.parametrize(
    ("sent", "code", "options"),
    [(signal.SIGINT, 130, []), (signal.SIGINT, 130, ["--json"]), (signal.SIGTERM, 143, [])],
)
def test_a_signal_ends_the_command_with_its_workers_and_their_files(
    champion_var_dir: Path, tmp_path: Path, sent: signal.Signals, code: int, options: list[str]
) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    for number in range(4):
        Image.new("L", (60, 40), 200 + number).save(scans / f"{number}.png")
    begun = tmp_path / "begun"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DOCFLOW_")}
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    own = {"PYTHONPATH": path, "BEGUN": str(begun), "DOCFLOW_OCR__WORKERS": "2"}
    with subprocess.Popen(
        [sys.executable, "-c", "import hanging_command; hanging_command.run()", "process", str(scans), *options],
        env=kept | own | {"DOCFLOW_VAR_DIR": str(champion_var_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        try:
            while not begun.exists() and command.poll() is None:
                time.sleep(0.05)
            workers = psutil.Process(command.pid).children(recursive=True)
            kept_at = Path(begun.read_text())
            assert kept_at.exists()
            command.send_signal(sent)
            since = time.monotonic()
            _, told = command.communicate(timeout=60)
            assert time.monotonic() - since < SOON
        finally:
            command.kill()
    assert command.returncode == code, told
    assert "Traceback" not in told
    assert workers
    assert not any(worker.is_running() for worker in workers)
    assert not kept_at.parent.exists()
