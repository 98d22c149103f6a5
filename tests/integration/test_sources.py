"""Where documents are read from: a folder and S3 alike."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docflow.cli.documents import files_below
from docflow.errors import FileTooLarge, SettingsError, StorageUnavailable, UnreadableFile
from docflow.settings import S3Settings
from docflow.sources import list_sources, read_source
from docflow.store import BlobStore, open_filesystem

FILES = {
    "b.pdf": b"b",
    "a/ä #1.png": b"long" * 10,
    ".hidden": b"h",
    "a/.part": b"p",
    ".trash/c.pdf": b"c",
    "a/.b/d/e.pdf": b"e",
}


@pytest.fixture(params=["folder", "s3"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, S3Settings]:
    """A place with `FILES`."""
    if request.param == "folder":
        url, s3 = str(tmp_path / "inbox"), S3Settings()
    else:
        url, s3 = request.getfixturevalue("bucket_url"), request.getfixturevalue("s3_settings")
        BlobStore.open(url, s3=s3).check()
    filesystem, root = open_filesystem(url, s3=s3)
    for name, data in FILES.items():
        filesystem.makedirs(f"{root}/{name}".rpartition("/")[0], exist_ok=True)
        filesystem.pipe_file(f"{root}/{name}", data)
    return url, s3


def test_all_files_but_hidden_ones_are_listed_in_order_and_can_be_read(inbox: tuple[str, S3Settings]) -> None:
    url, s3 = inbox
    listed = list_sources(url, s3=s3)
    assert [found.rpartition("inbox/")[2].rpartition("documents/")[2] for found in listed] == ["a/ä #1.png", "b.pdf"]
    assert [read_source(found, limit=100, s3=s3) for found in listed] == [FILES["a/ä #1.png"], b"b"]
    assert list_sources(listed[1], s3=s3) == [listed[1]]


def test_what_is_asked_for_by_name_is_listed_though_it_is_hidden(inbox: tuple[str, S3Settings]) -> None:
    url, s3 = inbox
    assert [found.rpartition("/")[2] for found in list_sources(f"{url}/.trash", s3=s3)] == ["c.pdf"]
    assert [found.rpartition("/")[2] for found in list_sources(f"{url}/.hidden", s3=s3)] == [".hidden"]


def test_a_file_over_the_limit_is_refused(inbox: tuple[str, S3Settings]) -> None:
    url, s3 = inbox
    with pytest.raises(FileTooLarge, match="40 bytes; the limit is 39"):
        read_source(f"{url}/a/ä #1.png", limit=39, s3=s3)


def test_a_source_that_is_not_there_is_an_error_and_not_an_empty_list(inbox: tuple[str, S3Settings]) -> None:
    url, s3 = inbox
    with pytest.raises(StorageUnavailable):
        list_sources(f"{url}/nowhere", s3=s3)


def test_a_place_in_s3_may_be_empty_where_its_url_ends_with_a_slash(bucket_url: str, s3_settings: S3Settings) -> None:
    with pytest.raises(StorageUnavailable):
        list_sources(f"{bucket_url}/", s3=s3_settings)
    BlobStore.open(bucket_url, s3=s3_settings).check()
    assert list_sources(f"{bucket_url}/", s3=s3_settings) == []
    filesystem, root = open_filesystem(bucket_url, s3=s3_settings)
    filesystem.pipe_file(f"{root}/a.pdf", b"a")
    assert list_sources(f"{bucket_url}/", s3=s3_settings) == [f"{bucket_url}/a.pdf"]


def test_a_folder_that_is_not_there_is_an_error_with_a_slash_too(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        list_sources(f"{tmp_path}/nowhere/", s3=S3Settings())


def test_a_file_that_is_gone_is_the_files_own_error(inbox: tuple[str, S3Settings]) -> None:
    url, s3 = inbox
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_source(f"{url}/nowhere.pdf", limit=10, s3=s3)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.symlink_to("nowhere"),
        lambda path: path.symlink_to(path.name),
        lambda path: path.mkdir(),
    ],
    ids=["link-to-nowhere", "link-to-itself", "folder"],
)
def test_what_is_no_file_is_that_files_own_error(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "odd.pdf")
    with pytest.raises(UnreadableFile) as told:
        read_source(str(tmp_path / "odd.pdf"), limit=10**6, s3=S3Settings())
    assert not told.value.retryable
    assert told.value.exit_code == 3


@pytest.fixture
def nobody() -> Iterator[None]:
    """The rights of a user who is not root, whom no file is closed to."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.usefixtures("nobody")
def test_a_file_that_may_not_be_read_is_that_files_own_error() -> None:
    with pytest.raises(UnreadableFile, match="permission denied"):
        read_source("/etc/shadow", limit=10**6, s3=S3Settings())


def test_a_storage_that_does_not_answer_is_unavailable() -> None:
    dead = S3Settings(endpoint_url="http://127.0.0.1:9", connect_seconds=0.5)
    with pytest.raises(StorageUnavailable):
        list_sources("s3://bucket/inbox", s3=dead)
    with pytest.raises(StorageUnavailable):
        read_source("s3://bucket/inbox/a.pdf", limit=10, s3=dead)


def test_a_kind_of_source_that_is_not_known_is_refused() -> None:
    with pytest.raises(SettingsError):
        list_sources("ftp://host/inbox", s3=S3Settings())


def test_what_clients_make_for_a_folder_in_s3_is_no_file(bucket_url: str, s3_settings: S3Settings) -> None:
    BlobStore.open(bucket_url, s3=s3_settings).check()
    filesystem, root = open_filesystem(bucket_url, s3=s3_settings)
    for key in ("inbox/", "inbox/sub/"):
        filesystem.call_s3("put_object", Bucket=root.partition("/")[0], Key=f"{root}/{key}".partition("/")[2], Body=b"")
    assert list_sources(f"{bucket_url}/inbox/", s3=s3_settings) == []
    filesystem.pipe_file(f"{root}/inbox/sub/a.pdf", b"a")
    assert list_sources(f"{bucket_url}/inbox/", s3=s3_settings) == [f"{bucket_url}/inbox/sub/a.pdf"]


@pytest.mark.parametrize(("error", "names"), [(PermissionError, None), (FileNotFoundError, ["a.pdf"])])
def test_a_folder_that_cannot_be_read_is_an_error_and_one_that_has_just_gone_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[OSError], names: list[str] | None
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / ".Trash-closed").mkdir()
    (tmp_path / "a.pdf").write_bytes(b"a")
    scandir = os.scandir

    def refusing(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("closed"):
            raise error(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    for listed in (lambda: list_sources(str(tmp_path), s3=S3Settings()), lambda: list(files_below([tmp_path]))):
        if names is None:
            with pytest.raises(StorageUnavailable, match="permission denied"):
                listed()
        else:
            assert [str(one).rpartition("/")[2] for one in listed()] == names


def test_a_file_may_have_a_name_like_that_of_nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "~$a.docx").write_bytes(b"a")
    monkeypatch.chdir(tmp_path)
    assert read_source("~$a.docx", limit=10, s3=S3Settings()) == b"a"
