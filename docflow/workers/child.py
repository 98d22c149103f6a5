"""A child process with a socket to it, whose standard streams disturb nobody; killed with all that it started.

Its temporary files are in a folder of its own, which goes with it. Where this process is killed itself, the child ends
with it, and a program that the child has started goes on to its own end.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil

from docflow.workers.folder import WorkerFolder
from docflow.workers.messages import Inbox, Message

log = logging.getLogger(__name__)

PROGRAM = [sys.executable, "-P", "-m", "docflow.workers.worker"]
"""Neither a fork, whose locks other threads may hold, nor `multiprocessing`, which runs the caller's script again."""

TICK = 0.05
"""Seconds between two looks at a child's memory and time."""

PRIVATE = ("AWS_", "DOCFLOW_", "FSSPEC_", "MLFLOW_", "PGPASS", "PREFECT_")
"""A child goes without variables whose names begin so: in them are passwords, and the addresses that these open."""

DEATH_SECONDS = 10.0
"""Longest wait for a killed process to be gone."""

READ_BYTES = 2**18

NOISE_BYTES = 4000
"""As much of what a child wrote to its standard streams is kept for the log."""


class Gone(Exception):
    """The process has closed its side of the socket: it ended, or is about to."""


class Child:
    """A process that runs `docflow.workers.worker`. Raises `OSError` where the system has no room for it.

    It has this process's environment without what is `PRIVATE`, and `environment`. That keeps passwords from what a
    child shows or hands on; code that runs in it is the same user's, who may read this process's own in /proc.
    """

    def __init__(self, *, data_bytes: int, environment: Mapping[str, str]) -> None:
        self._inbox = Inbox()
        self._noise = bytearray()
        with ExitStack() as theirs, ExitStack() as ours:
            # Who is killed cleans nothing up, and what a worker keeps in files are the documents of others.
            folder = WorkerFolder()
            ours.callback(folder.remove)
            self._socket, channel = socket.socketpair()
            ours.callback(self._socket.close)
            theirs.callback(channel.close)
            self._output, written = os.pipe()
            ours.callback(os.close, self._output)
            theirs.callback(os.close, written)
            os.set_blocking(self._output, False)
            self._socket.settimeout(TICK)
            self._selector = ours.enter_context(selectors.DefaultSelector())
            self._selector.register(self._socket, selectors.EVENT_READ, self._receive)
            self._selector.register(self._output, selectors.EVENT_READ, self._listen)
            self._process = subprocess.Popen(
                [*PROGRAM, str(channel.fileno()), str(os.getpid()), str(data_bytes)],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                pass_fds=[channel.fileno()],
                # A session of its own: Ctrl-C does not reach it, and one kill reaches all that it starts.
                start_new_session=True,
                env=_public() | {"PYTHONPATH": _import_path()} | dict(environment) | {"TMPDIR": folder.name},
            )
            self._held = ours.pop_all()
        self.pid = self._process.pid

    def send(self, data: bytes, watch: Callable[[], None]) -> None:
        """Write to the child; raises `Gone`, and what `watch`, called in between, raises."""
        left = memoryview(data)
        while left:
            watch()
            try:
                left = left[self._socket.send(left) :]
            except TimeoutError:
                continue
            except OSError as error:
                raise Gone from error

    def message(self, watch: Callable[[], None]) -> Message:
        """The child's next message; raises `Gone`, `BadMessage`, and what `watch`, called in between, raises."""
        while (message := self._inbox.take()) is None:
            watch()
            for key, _ in self._selector.select(TICK):
                key.data()
        return message

    def resident_bytes(self) -> int:
        """The memory that the child holds; 0 once it has ended."""
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def end(self) -> int:
        """The exit code of the process, which is killed with its group if it has not ended by itself."""
        if self._process.returncode is None:
            # Not after it was waited for: its number may be another process's by then.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        try:
            return self._process.wait(DEATH_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("worker %d was killed and does not end", self.pid)
            return -signal.SIGKILL

    def close(self) -> None:
        """End the process and free what is held here, its temporary files too."""
        self.end()
        self._listen()
        self.tell_noise()
        self._held.close()

    def tell_noise(self) -> None:
        """Log the last of what the child wrote to its standard streams, and forget it."""
        if self._noise:
            log.debug("worker %d wrote: %s", self.pid, self._noise.decode(errors="replace").strip())
            self._noise.clear()

    def _receive(self) -> None:
        try:
            received = self._socket.recv(READ_BYTES)
        except OSError as error:
            raise Gone from error
        if not received:
            raise Gone
        self._inbox.add(received)

    def _listen(self) -> None:
        try:
            written = os.read(self._output, READ_BYTES)
        except BlockingIOError:
            return
        self._noise += written
        del self._noise[:-NOISE_BYTES]
        if not written:
            # The child closed its streams; asked again, the selector would say so at once for ever.
            with suppress(KeyError):
                self._selector.unregister(self._output)


def _public() -> dict[str, str]:
    """This process's environment without what is private."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PRIVATE)}


def _import_path() -> str:
    """Where this process imports from, so that a child finds the same modules."""
    return os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
