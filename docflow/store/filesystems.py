"""File systems by URL, a local folder's or S3's, with timeouts, and one name for their failures."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import fsspec
from pydantic import SecretStr

from docflow.errors import SettingsError, StorageUnavailable, UnreadableFile
from docflow.settings import S3Settings

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

S3 = "s3://"
FILE = "file://"

RETRIES = 1
"""How often a request to S3 is tried again here; the caller, told that it may, can try more often."""

OF_ONE_FILE = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
"""What a file system that is well raises for a single file."""

HOME_REGIONS = ("us-east-1", "aws-global", None)
"""The regions that must not be named when a bucket is made: it is made there by default."""


def open_filesystem(url: str, *, s3: S3Settings) -> tuple[AbstractFileSystem, str]:
    """The file system of a local path, a `file://` or an `s3://` URL, and the path in it, not yet connected.

    What is after `file://` is taken as it is, without percent-decoding. S3 has timeouts and no cache of
    listings. Use it within `storage_failures`. Raises `SettingsError` for any other URL.
    """
    if url.startswith(S3) and url.strip("/") != "s3:":
        return _open_s3(s3, os.getpid()), url.removeprefix(S3).strip("/")
    path = url.removeprefix(FILE)
    if not path or "://" in path:
        raise SettingsError("a place for files is a local path, file:///PATH or s3://BUCKET/PREFIX")
    return fsspec.filesystem("file", auto_mkdir=True), str(_expanded(Path(path)).absolute())


def _expanded(path: Path) -> Path:
    """The path with the home folder that it begins with; a file may have a name like that of nobody's, `~$a.docx`."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


@contextmanager
def storage_failures(place: str) -> Iterator[None]:
    """Raise `StorageUnavailable`, which names `place` and the cause, for a file system's own errors."""
    from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

    try:
        yield
    except (OSError, BotoCoreError, ClientError) as error:
        raise StorageUnavailable(f"{place} does not answer or refuses: {_reason(error)}") from error


@contextmanager
def file_failures(place: str) -> Iterator[None]:
    """Raise `UnreadableFile` where the one file that is read is the cause; else as `storage_failures` does."""
    with storage_failures(place):
        try:
            yield
        except OSError as error:
            if isinstance(error, OF_ONE_FILE) or error.errno == errno.ELOOP:
                raise UnreadableFile(f"the file cannot be read: {_reason(error)}") from error
            raise


def make_bucket(filesystem: AbstractFileSystem, bucket: str) -> None:
    """Make the bucket in the client's own region, unless another process just did."""
    region = filesystem.connect().meta.region_name
    try:
        filesystem.mkdir(bucket, region_name=None if region in HOME_REGIONS else region)
    except FileExistsError:
        return


@lru_cache(maxsize=8)
def _open_s3(settings: S3Settings, _process: int) -> AbstractFileSystem:
    """The S3 that the settings or the AWS environment name, one for all threads of a process.

    A forked child has its own: on its parent's event loop s3fs would hang.
    """
    import s3fs

    filesystem = s3fs.S3FileSystem(
        key=_plain(settings.access_key_id),
        secret=_plain(settings.secret_access_key),
        endpoint_url=settings.endpoint_url,
        config_kwargs={
            "connect_timeout": settings.connect_seconds,
            "read_timeout": settings.read_seconds,
            "retries": {"total_max_attempts": 1 + RETRIES, "mode": "standard"},
            "signature_version": "s3v4",
        },
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    filesystem.retries = 1  # s3fs would repeat botocore's own retries five times
    return filesystem


def _plain(secret: SecretStr | None) -> str | None:
    """The secret's text."""
    return None if secret is None else secret.get_secret_value()


def _reason(error: Exception) -> str:
    """The error's cause in a few words, without the paths and addresses that its own message has."""
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno).lower()
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
