"""An object for workers to hold, whose methods do to their process what native code does."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from docflow.errors import LanguageMissing
from docflow.workers import Pool, WorkerLimits
from docflow.workers.messages import HEADER

MEGABYTE = 1_000_000


class Toy:
    """Made in the worker; `pid` tells which one."""

    def pid(self) -> int:
        return os.getpid()

    def count(self, most: int, *, pause: float = 0.0) -> Iterator[int]:
        for number in range(most):
            time.sleep(pause)
            yield number

    def segfault(self) -> None:
        ctypes.string_at(0)

    def exit(self) -> None:
        os._exit(3)

    def killed(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def hang(self, *, after: int = 0) -> Iterator[int]:
        yield from range(after)
        # PyDLL keeps the interpreter's lock: no thread and no signal handler of Python's runs meanwhile.
        for number in range(1, signal.NSIG):
            if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
                signal.signal(number, signal.SIG_IGN)
        ctypes.PyDLL(None).sleep(600)

    def folder(self) -> str:
        return tempfile.mkdtemp()

    def eat(self, megabytes: int) -> int:
        held = []
        for _ in range(megabytes // 10):
            held.append(b"x" * 10 * MEGABYTE)
            time.sleep(0.005)
        return len(held)

    def grab(self, megabytes: int) -> int:
        return len(bytearray(megabytes * MEGABYTE))

    def raise_typed(self) -> None:
        raise LanguageMissing("no data", detail={"missing": ["xyz"]}, next_step="Install it.")

    def raise_untyped(self) -> None:
        raise ValueError("/secret/path")

    def lose_its_own_connection(self) -> None:
        raise ConnectionResetError("a server that the job talked to")

    def leave(self) -> None:
        sys.exit("goodbye")

    def echo(self, value: object) -> object:
        return value

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def say(self, message: object, *, after: float = 0.0) -> int:
        """Writes a message of its own making to the parent, as a hostile file could have its worker do."""
        body = pickle.dumps(message)

        def write() -> None:
            time.sleep(after)
            os.write(int(sys.argv[1]), HEADER.pack(len(body)) + body)

        threading.Thread(target=write).start() if after else write()
        return os.getpid()

    def answer_a_function(self) -> object:
        return os.system

    def shout(self, megabytes: int) -> int:
        for _ in range(megabytes):
            os.write(2, b"Error in boxClipToRectangle: box outside rectangle\n" * 20_000)
            os.write(1, b"noise and no text: \xff\xfe\n" * 20)
        return os.getpid()

    def child(self) -> int:
        started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        return started.pid

    def child_and_hang(self) -> Iterator[int]:
        yield self.child()
        time.sleep(600)


def telling(made: Path) -> Toy:
    made.touch()
    return Toy()


def broken() -> Toy:
    raise RuntimeError("this object cannot be made")


def toys(workers: int = 1, queue: int = 8, *, memory_mb: int = 400, results: int = 1000, **options: object) -> Pool:
    return Pool(
        Toy, workers=workers, queue=queue, limits=WorkerLimits(memory_bytes=memory_mb * MEGABYTE, results=results),
        **options,  # type: ignore[arg-type]
    )  # fmt: skip


def call(
    pool: Pool, method: str, *arguments: object, total: float = 60, progress: float = 30, **options: object
) -> list:
    return list(pool.run(method, *arguments, total=total, progress=progress, **options))  # type: ignore[arg-type]
