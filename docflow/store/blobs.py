"""The documents' bytes under their own SHA-256, in a folder or in an S3-compatible storage.

A blob is never changed: its key says what is in it, so writing it twice is the same as writing it once.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docflow.errors import BlobNotFound
from docflow.settings import S3Settings
from docflow.store.filesystems import S3, make_bucket, open_filesystem, storage_failures

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

KEY = re.compile(r"(?P<folder>[0-9a-f]{2})/(?P<sha256>(?P=folder)[0-9a-f]{62})(\.[a-z0-9]{1,10})?")
"""What `BlobStore.put` returns; nothing else is ever read, so no key leads out of the storage."""


@dataclass(frozen=True)
class BlobStore:
    """A storage of blobs, for any number of threads and, passed on, for other processes.

    Every method raises `StorageUnavailable` where the storage does not answer.
    """

    url: str
    s3: S3Settings

    @classmethod
    def open(cls, url: str, *, s3: S3Settings) -> BlobStore:
        """The storage at a folder's path, `file:///path` or `s3://bucket/prefix`; made when first written to.

        Raises `SettingsError` for any other URL.
        """
        open_filesystem(url, s3=s3)
        return cls(url, s3)

    def put(self, data: bytes, *, sha256: str, extension: str) -> str:
        """The key under which the bytes are kept: `ab/abcdef….pdf`, relative to the storage's root.

        The blob is there whole or not at all. One that is there already is not written again, unless its
        size tells that it was damaged. Raises `ValueError` where `sha256` is none.
        """
        key = key_of(sha256, extension=extension)
        with self._failures():
            if self._size(key) != len(data):
                self._write(key, data)
        return key

    def get(self, key: str) -> bytes:
        """The blob's bytes; raises `BlobNotFound` where it is missing or its SHA-256 is not the key's."""
        parsed = KEY.fullmatch(key)
        if parsed is None:
            raise BlobNotFound("this is not the key of a blob")
        filesystem, path = self._place(key)
        with self._failures():
            try:
                data = bytes(filesystem.cat_file(path))
            except FileNotFoundError as error:
                raise BlobNotFound("the document's bytes are not in the storage", detail={"key": key}) from error
        if hashlib.sha256(data).hexdigest() != parsed["sha256"]:
            raise BlobNotFound("the document's bytes are damaged in the storage", detail={"key": key})
        return data

    def exists(self, key: str) -> bool:
        """Whether a blob with this key is there."""
        with self._failures():
            return KEY.fullmatch(key) is not None and self._size(key) is not None

    def check(self) -> str:
        """One line that says what answered, after writing, reading and deleting a probe."""
        data = uuid.uuid4().bytes
        key = self.put(data, sha256=hashlib.sha256(data).hexdigest(), extension="probe")
        self.get(key)
        filesystem, path = self._place(key)
        with self._failures():
            filesystem.rm_file(path)
        return f"{self._name} takes and gives blobs"

    @property
    def _name(self) -> str:
        """What to call it in messages: the bucket, never a path."""
        return f"S3 bucket {self.url.removeprefix(S3).partition('/')[0]}" if self._is_s3 else "the blob folder"

    @property
    def _is_s3(self) -> bool:
        return self.url.startswith(S3)

    def _failures(self) -> AbstractContextManager[None]:
        return storage_failures(self._name)

    def _place(self, key: str) -> tuple[AbstractFileSystem, str]:
        """The file system, and the blob's path in it."""
        filesystem, root = open_filesystem(self.url, s3=self.s3)
        return filesystem, f"{root}/{key}"

    def _size(self, key: str) -> int | None:
        """The blob's size in bytes; None where it is missing."""
        filesystem, path = self._place(key)
        try:
            return int(filesystem.info(path)["size"])
        except FileNotFoundError:
            return None

    def _write(self, key: str, data: bytes) -> None:
        """Write the blob whole: S3 shows nothing of an object before its end."""
        filesystem, path = self._place(key)
        if not self._is_s3:
            write_file(filesystem, path, data)
            return
        try:
            filesystem.pipe_file(path, data)
        except FileNotFoundError:
            make_bucket(filesystem, path.partition("/")[0])
            filesystem.pipe_file(path, data)


def key_of(sha256: str, *, extension: str) -> str:
    """The key of the bytes with this SHA-256; raises `ValueError` where it is none."""
    suffix = extension.lower().lstrip(".")
    key = f"{sha256[:2]}/{sha256}" + (f".{suffix}" if suffix else "")
    if not KEY.fullmatch(key):
        raise ValueError("a blob needs a SHA-256 in lower-case hexadecimals and a plain extension")
    return key


def write_file(filesystem: AbstractFileSystem, path: str, data: bytes) -> None:
    """Write beside the path, to the disk, and rename: what bears the name is whole, power cut or not."""
    beside = f"{path}.{uuid.uuid4().hex}.part"
    try:
        with filesystem.open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.f.fileno())
        filesystem.mv(beside, path)
    except BaseException:
        if filesystem.exists(beside):
            filesystem.rm_file(beside)
        raise
