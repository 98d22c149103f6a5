"""What a worker writes to its parent: frames of pickled values, of which the parent takes a few types only.

A worker runs hostile input through native code, so its bytes are not trusted: they build plain Python values,
numpy's numbers and the values of `docflow.types`, never anything else (https://docs.python.org/3/library/pickle.html#restricting-globals).
"""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

from docflow import errors, types
from docflow.errors import DocFlowError, WorkerCrashed

HEADER = struct.Struct("!Q")
MOST_BYTES = 64 * 2**20
"""Longest frame taken: a page of 50,000 words has about 5 MB."""


class Kind(StrEnum):
    """What a message says."""

    READY = "ready"
    BEGUN = "begun"
    RESULT = "result"
    ERROR = "error"
    FAULT = "fault"
    NO_MEMORY = "no_memory"
    DONE = "done"


NUMBERS = frozenset({("numpy", "dtype"), ("numpy._core.multiarray", "scalar")})
"""What numpy's numbers are pickled as: engines give confidences and boxes as such."""

PARTS: Mapping[Kind, tuple[type, ...]] = {Kind.ERROR: (str, str, dict, str), Kind.FAULT: (str, str)}
"""What these messages consist of. A result may be any value, and all others say nothing but what they are."""

Message = tuple[Kind, Any]


class BadMessage(Exception):
    """A worker's bytes are not a message."""


def frame(kind: Kind, value: Any = None) -> bytes:
    """The bytes of a message, length first."""
    body = pickle.dumps((kind.value, value))
    return HEADER.pack(len(body)) + body


class Inbox:
    """Bytes as they come in, and the messages that they make."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, received: bytes) -> None:
        """Take more bytes."""
        self._bytes += received

    def take(self) -> Message | None:
        """The next whole message; None until there is one. Raises `BadMessage`."""
        if len(self._bytes) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(self._bytes)
        if length > MOST_BYTES:
            raise BadMessage(f"a message of {length:,} bytes")
        end = HEADER.size + length
        if len(self._bytes) < end:
            return None
        body = bytes(self._bytes[HEADER.size : end])
        del self._bytes[:end]
        return _loaded(body)


def error_parts(error: DocFlowError) -> tuple[str, str, dict[str, Any], str]:
    """A typed error as plain values."""
    return type(error).__name__, error.message, error.detail, error.next_step


def error_from(parts: tuple[str, str, dict[str, Any], str]) -> DocFlowError:
    """The error that `error_parts` took apart, of the same class."""
    name, message, detail, next_step = parts
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, DocFlowError)):
        kind = WorkerCrashed
    return kind(message, detail=detail, next_step=next_step)


def _loaded(body: bytes) -> Message:
    try:
        name, value = _Unpickler(io.BytesIO(body)).load()
        kind = Kind(name)
    except Exception as error:
        raise BadMessage("a message that cannot be read") from error
    if kind in PARTS and not _consists_of(PARTS[kind], value):
        raise BadMessage(f"a message of the kind {kind} that is none")
    return kind, value


def _consists_of(kinds: tuple[type, ...], value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == len(kinds) and all(map(isinstance, value, kinds))


def member(kind: Any, name: str) -> Enum:
    """The member of an enumeration: until 3.11.3, Python pickles one as an attribute of its class."""
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        raise pickle.UnpicklingError(f"{kind!r} is no enumeration")
    return kind[name]


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("builtins", "getattr"):
            return member
        if (module, name) in NUMBERS:
            return super().find_class(module, name)
        found = getattr(types, name, None) if module == types.__name__ else None
        if not (isinstance(found, type) and found.__module__ == types.__name__):
            raise pickle.UnpicklingError(f"{module}.{name} is not a value's type")
        return found
