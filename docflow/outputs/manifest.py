"""Which files in a folder are outputs, and of which document: kept in the folder itself, in a hidden file.

A line stands for a document: {"sha256": "…", "names": ["scan.txt", "scan.pdf"]}. Lines are only added, each in one
piece, and a later one counts for a name that several have.
"""

from __future__ import annotations

import fcntl
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

FILE_NAME = ".docflow-outputs"


class Manifest:
    """The outputs in `folder`, by their names the SHA-256 of the documents that they were made of.

    What is damaged in its file counts as not there. Serves many threads and processes, while it is `held`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._sources: dict[str, str] = {}
        self._read_to = 0

    def names(self) -> frozenset[str]:
        """The names of all outputs, whether or not they are still there; none where nobody kept a manifest.

        Raises `OSError` where the manifest is there and cannot be read.
        """
        with suppress(FileNotFoundError, NotADirectoryError), self._path.open("rb") as file:
            self._read_on(file)
        return frozenset(self._sources)

    @contextmanager
    def held(self) -> Iterator[HeldManifest]:
        """The manifest as it is, which nobody else changes until the block ends. Raises `OSError`."""
        with self._path.open("a+b") as file:
            # Where a file system has no locks, two that write at once may not see each other's names.
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX)
            self._read_on(file)
            yield HeldManifest(file, self._sources)

    def _read_on(self, file: BinaryIO) -> None:
        """Read what was added since the last time: folders of many thousand documents have large manifests."""
        if file.seek(0, io.SEEK_END) < self._read_to:
            self._sources.clear()
            self._read_to = 0
        file.seek(self._read_to)
        for line in file:
            self._sources |= _entries(line)
        self._read_to = file.tell()


class HeldManifest:
    """A manifest that can be added to."""

    def __init__(self, file: BinaryIO, sources: dict[str, str]) -> None:
        self._file = file
        self._sources = sources

    def source(self, name: str) -> str | None:
        """The SHA-256 of the document that the output is of; None where it is not known as one."""
        return self._sources.get(name)

    def add(self, names: Iterable[str], *, sha256: str) -> None:
        """Keep that the files of these names are outputs of this document. Raises `OSError`."""
        new = [name for name in names if self._sources.get(name) != sha256]
        if not new:
            return
        # What a process that was killed left of a line is ended before it.
        self._file.write(f"\n{json.dumps({'sha256': sha256, 'names': new})}\n".encode("ascii"))
        self._file.flush()
        self._sources |= dict.fromkeys(new, sha256)


def _entries(line: bytes) -> dict[str, str]:
    """What a line says; nothing where it is damaged."""
    try:
        entry = json.loads(line)
        names, sha256 = entry["names"], entry["sha256"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
    if not isinstance(names, list) or not isinstance(sha256, str):
        return {}
    return {name: sha256 for name in names if isinstance(name, str)}
