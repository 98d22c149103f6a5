"""A worker's folder of temporary files: it goes with the worker, or at the next start where nobody could remove it.

Whose folder it is tells a lock and not a process's number: in a container that is restarted, the numbers are the same
again, and containers that share their temporary files do not see each other's.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "docflow-worker-"


class WorkerFolder:
    """A new, empty folder that is held until it is removed, or until this process ends. Raises `OSError`."""

    def __init__(self) -> None:
        while True:
            self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
            self.name = self._folder.name
            try:
                self._lock = _locked(self.name)
            except (BlockingIOError, FileNotFoundError):
                # Another process sweeps, and found it before it was held.
                self._folder.cleanup()
            except OSError:
                self._folder.cleanup()
                raise
            else:
                return

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        self._folder.cleanup()
        os.close(self._lock)


def sweep() -> None:
    """Remove the folders of workers whose parents were killed, as far as they are this user's."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.geteuid():
                _remove_abandoned(folder)


def _remove_abandoned(folder: Path) -> None:
    lock = _locked(str(folder))
    try:
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _locked(folder: str) -> int:
    """A handle that holds the folder; `BlockingIOError` where another does, `FileNotFoundError` where it is gone."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It may have been removed between the two.
        Path(folder).stat()
    except OSError:
        os.close(handle)
        raise
    return handle
