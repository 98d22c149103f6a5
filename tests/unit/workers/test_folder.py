"""A worker's temporary files: gone with it, and at the next start where their owner was killed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from workers_case import call, toys

from docflow.workers.folder import PREFIX, WorkerFolder, sweep

PARENT = """
import sys, time
sys.path[:0] = {path!r}
from workers_case import call, toys
if __name__ == "__main__":
    pool = toys()
    print(*call(pool, "folder"), flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files in which there are none."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_what_a_worker_kept_goes_with_it() -> None:
    with toys() as pool:
        (made,) = call(pool, "folder")
        assert Path(made).exists()
    assert not Path(made).parent.exists()


def test_what_the_workers_of_a_killed_process_left_goes_at_the_next_start() -> None:
    command = [sys.executable, "-c", PARENT.format(path=[str(Path(__file__).parent), *sys.path])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        left = Path(parent.stdout.readline().strip())
        try:
            with toys() as pool:
                pool.start()
            assert left.exists(), "its owner is alive"
        finally:
            parent.kill()
    assert left.exists()
    with toys() as pool:
        pool.start()
        assert not left.parent.exists()


def test_what_is_held_here_is_not_swept_and_other_folders_are_not_ours(temporary: Path) -> None:
    (temporary / "elsewhere").mkdir()
    (temporary / f"{PREFIX}link").symlink_to("elsewhere")
    (temporary / f"{PREFIX}file").touch()
    (temporary / f"{PREFIX}stale" / "deep").mkdir(parents=True)
    held = WorkerFolder()
    sweep()
    assert {path.name for path in temporary.iterdir()} == {
        "elsewhere", f"{PREFIX}link", f"{PREFIX}file", Path(held.name).name,
    }  # fmt: skip
    held.remove()
    assert not Path(held.name).exists()
