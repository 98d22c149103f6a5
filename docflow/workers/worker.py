"""The worker's own side: it makes its object, then does one job after another until its parent is gone."""

from __future__ import annotations

import faulthandler
import pickle
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from typing import Any

from docflow.errors import DocFlowError
from docflow.workers.messages import Kind, error_parts, frame
from docflow.workers.parent import die_with


def main(channel: int, *, parent: int, data_bytes: int) -> None:
    """Serve jobs that come over the socket `channel`; does not return before the parent has closed it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    _limit(data_bytes)
    die_with(parent)
    with socket.socket(fileno=channel) as connection, connection.makefile("rb") as incoming:
        try:
            held = pickle.load(incoming)()  # noqa: S301 - the parent's own bytes
            connection.sendall(frame(Kind.READY))
            while True:
                _serve(held, pickle.load(incoming), connection)  # noqa: S301
        except (EOFError, ConnectionError):
            # The parent has let go of this worker.
            return


def _serve(held: Any, job: tuple[str, tuple[Any, ...], dict[str, Any]], connection: socket.socket) -> None:
    connection.sendall(frame(Kind.BEGUN))
    method, arguments, options = job
    try:
        answer = getattr(held, method)(*arguments, **options)
        for result in answer if isinstance(answer, Iterator) else (answer,):
            connection.sendall(frame(Kind.RESULT, result))
        ending = frame(Kind.DONE)
    except DocFlowError as error:
        ending = frame(Kind.ERROR, error_parts(error))
    except MemoryError:
        ending = frame(Kind.NO_MEMORY)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the process's boundary: the parent types it
        ending = frame(Kind.FAULT, (type(error).__name__, traceback.format_exc()))
    connection.sendall(ending)


def _limit(data_bytes: int) -> None:
    """No core dumps, and so many bytes of private memory, here and in each program that is started from here."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))


if __name__ == "__main__":
    main(int(sys.argv[1]), parent=int(sys.argv[2]), data_bytes=int(sys.argv[3]))
