"""Where documents are read from: local paths and `s3://bucket/folder/`."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from fsspec.implementations.local import LocalFileSystem
from fsspec.spec import AbstractFileSystem

from docflow.errors import FileTooLarge
from docflow.settings import S3Settings
from docflow.store import file_failures, open_filesystem, storage_failures
from docflow.store.filesystems import S3


def list_sources(source: str, *, s3: S3Settings) -> list[str]:
    """The files of a folder, at any depth and in order; the source itself where it is one file.

    Hidden files are left out, and what is in hidden folders below it. S3 has no folders without files: one whose URL
    ends with a slash may have none yet, and what clients make for a folder there is no file. Raises
    `StorageUnavailable` where the source, or a folder in it, cannot be listed or is not there.
    """
    filesystem, path = open_filesystem(source, s3=s3)
    may_be_empty = source.startswith(S3) and source.endswith("/")
    with storage_failures("the source of documents"):
        found = [path] if filesystem.isfile(path) else sorted(files_in(filesystem, path))
        # A bucket that is missing or refuses has raised by now.
        if not found and not may_be_empty and not filesystem.exists(path):
            raise FileNotFoundError(errno.ENOENT, "there is no such source", source)
        visible = [p for p in found if p == path or not is_hidden(p.removeprefix(path).split("/"))]
        return [filesystem.unstrip_protocol(p) for p in visible if not p.endswith("/")]


def files_in(filesystem: AbstractFileSystem, path: str) -> Iterable[str]:
    """What lies in a folder, at any depth."""
    if isinstance(filesystem, LocalFileSystem):
        return map(str, local_files(path))
    found: Iterable[str] = filesystem.find(path)
    return found


def local_files(folder: str | Path) -> Iterator[Path]:
    """The files of a local folder, at any depth but in hidden folders; raises `OSError` where one cannot be listed.

    fsspec leaves such folders out without a word, and so does `Path.rglob`.
    """
    for parent, folders, names in os.walk(folder, onerror=unless_gone):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in names)


def unless_gone(error: OSError) -> None:
    """Raise what keeps a folder from being listed, but that it is there no more."""
    if not isinstance(error, FileNotFoundError):
        raise error


def is_hidden(parts: Iterable[str]) -> bool:
    """Whether a file is hidden, or one of the folders on the way to it; `parts` are their names."""
    return any(part.startswith(".") for part in parts)


def read_source(url: str, *, limit: int, s3: S3Settings) -> bytes:
    """A file's bytes; `FileTooLarge` before they are read, where there are more than `limit`.

    Raises `UnreadableFile` where only this file cannot be read, `StorageUnavailable` where the storage does not answer.
    """
    filesystem, path = open_filesystem(url, s3=s3)
    with file_failures("the source of documents"):
        size = filesystem.size(path)
        if size is not None and size > limit:
            raise FileTooLarge(
                f"the file has {size} bytes; the limit is {limit}", detail={"size": size, "limit": limit}
            )
        return bytes(filesystem.cat_file(path))
