"""Where documents are read from: local paths and `s3://bucket/folder`."""

from __future__ import annotations

import errno
from collections.abc import Iterable

from docflow.errors import FileTooLarge
from docflow.settings import S3Settings
from docflow.store import file_failures, open_filesystem, storage_failures


def list_sources(source: str, *, s3: S3Settings) -> list[str]:
    """The files of a folder, at any depth and in order; the source itself where it is one file.

    Hidden files are left out, and what is in hidden folders below it. Raises `StorageUnavailable` where the source
    cannot be listed or is not there.
    """
    filesystem, path = open_filesystem(source, s3=s3)
    with storage_failures("the source of documents"):
        found = [path] if filesystem.isfile(path) else sorted(filesystem.find(path))
        if not found and not filesystem.exists(path):
            raise FileNotFoundError(errno.ENOENT, "there is no such source", source)
        visible = [p for p in found if p == path or not is_hidden(p.removeprefix(path).split("/"))]
        return [filesystem.unstrip_protocol(p) for p in visible]


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
