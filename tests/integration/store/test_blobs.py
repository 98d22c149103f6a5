"""What the blob storage promises, in a folder and on S3 alike."""

import hashlib
import pickle
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from docflow.errors import BlobNotFound, StorageUnavailable
from docflow.settings import S3Settings
from docflow.store import BlobStore, open_filesystem

DATA = b"%PDF-1.7 \x00\xff"
SHA256 = hashlib.sha256(DATA).hexdigest()
KEY = f"{SHA256[:2]}/{SHA256}.pdf"


@pytest.fixture
def silent_endpoint() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_blob_comes_back_under_its_own_hash(blobs: BlobStore) -> None:
    assert not blobs.exists(KEY)
    assert blobs.put(DATA, sha256=SHA256, extension="pdf") == KEY
    assert blobs.exists(KEY)
    assert blobs.get(KEY) == DATA


def test_writing_a_blob_twice_is_fine(blobs: BlobStore) -> None:
    assert blobs.put(DATA, sha256=SHA256, extension=".PDF") == blobs.put(DATA, sha256=SHA256, extension="pdf")
    assert blobs.get(KEY) == DATA


def test_eight_threads_may_write_the_same_blob(blobs: BlobStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: blobs.put(DATA, sha256=SHA256, extension="pdf"), range(8)))
    assert set(keys) == {KEY}
    assert blobs.get(KEY) == DATA


def test_a_blob_of_many_megabytes_comes_back(blobs: BlobStore) -> None:
    data = bytes(range(256)) * 80_000
    key = blobs.put(data, sha256=hashlib.sha256(data).hexdigest(), extension="tiff")
    assert blobs.get(key) == data


def test_a_blob_that_is_not_there_is_not_found(blobs: BlobStore) -> None:
    with pytest.raises(BlobNotFound):
        blobs.get(KEY)


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", f"00/{SHA256}.pdf", "", f"{KEY}/..", f"{KEY}\n"])
def test_what_is_no_key_is_never_read(blobs: BlobStore, key: str) -> None:
    assert not blobs.exists(key)
    with pytest.raises(BlobNotFound):
        blobs.get(key)


def test_a_damaged_blob_is_told_apart_and_mended_by_the_next_upload(blobs: BlobStore) -> None:
    blobs.put(DATA, sha256=SHA256, extension="pdf")
    filesystem, root = open_filesystem(blobs.url, s3=blobs.s3)
    filesystem.pipe_file(f"{root}/{KEY}", DATA[:3])
    with pytest.raises(BlobNotFound, match="damaged"):
        blobs.get(KEY)
    blobs.put(DATA, sha256=SHA256, extension="pdf")
    assert blobs.get(KEY) == DATA


@pytest.mark.parametrize(("sha256", "extension"), [("abc", "pdf"), (SHA256, "../x"), (SHA256.upper(), "pdf")])
def test_bytes_without_a_proper_hash_or_extension_are_refused(blobs: BlobStore, sha256: str, extension: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        blobs.put(DATA, sha256=sha256, extension=extension)


def test_the_check_leaves_nothing_behind(blobs: BlobStore) -> None:
    assert "takes and gives" in blobs.check()
    filesystem, root = open_filesystem(blobs.url, s3=blobs.s3)
    assert filesystem.find(root) == []


def test_a_storage_works_after_it_was_passed_to_another_process(blobs: BlobStore) -> None:
    blobs.put(DATA, sha256=SHA256, extension="pdf")
    assert pickle.loads(pickle.dumps(blobs)).get(KEY) == DATA


def test_an_endpoint_that_nobody_listens_on_fails_in_under_five_seconds() -> None:
    keys = {"access_key_id": SecretStr("me"), "secret_access_key": SecretStr("hush")}
    blobs = BlobStore.open("s3://bucket", s3=S3Settings(endpoint_url="http://127.0.0.1:9", **keys))
    started = time.perf_counter()
    with pytest.raises(StorageUnavailable, match="S3 bucket bucket") as caught:
        blobs.put(DATA, sha256=SHA256, extension="pdf")
    assert time.perf_counter() - started < 5
    assert caught.value.retryable
    assert "hush" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


def test_an_endpoint_that_never_answers_fails_after_the_set_time(silent_endpoint: str) -> None:
    blobs = BlobStore.open("s3://bucket", s3=settings(silent_endpoint))
    started = time.perf_counter()
    with pytest.raises(StorageUnavailable):
        blobs.get(KEY)
    assert time.perf_counter() - started < 5


def settings(endpoint: str) -> S3Settings:
    return S3Settings(
        endpoint_url=endpoint,
        access_key_id=SecretStr("me"),
        secret_access_key=SecretStr("hush"),
        connect_seconds=0.5,
        read_seconds=0.5,
    )


def test_a_bucket_that_may_not_be_is_told_without_its_answer(s3_settings: S3Settings) -> None:
    with pytest.raises(StorageUnavailable):
        BlobStore.open("s3://Not_A_Bucket!", s3=s3_settings).put(DATA, sha256=SHA256, extension="pdf")


def test_a_folder_that_cannot_be_made_is_told_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    blobs = BlobStore.open(str(tmp_path / "file"), s3=S3Settings())
    with pytest.raises(StorageUnavailable, match="not a directory") as caught:
        blobs.put(DATA, sha256=SHA256, extension="pdf")
    assert str(tmp_path) not in str(caught.value)


def test_a_file_url_names_a_folder_and_nothing_unfinished_is_left_in_it(tmp_path: Path) -> None:
    blobs = BlobStore.open(f"file://{tmp_path}/blobs", s3=S3Settings())
    blobs.put(DATA, sha256=SHA256, extension="pdf")
    assert [p for p in (tmp_path / "blobs").rglob("*") if p.is_file()] == [tmp_path / "blobs" / KEY]
