"""Weights come over real HTTP, verified, whole or not at all."""

import hashlib
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from docflow.errors import ModelDownloadFailed, OutputUnwritable
from docflow.ocr.easyocr_models import DownloadLimits, ModelFile, pull

WEIGHTS = bytes(range(256)) * 400


def zipped(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.writestr("../outside.txt", b"never extracted")
    return held.getvalue()


@dataclass
class Shelf:
    """What a server gives by path: whole, or cut after so many bytes; and what it was asked for."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: dict[str, int] = field(default_factory=dict)
    stall: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def model(self, path: str, content: bytes = WEIGHTS, *, filename: str = "model.pth") -> ModelFile:
        return ModelFile(filename, f"{self.address}{path}", hashlib.md5(content).hexdigest())


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shelf.asked.append(self.path)
            content = shelf.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: shelf.cut_after.get(self.path, len(content))])
            self.wfile.flush()
            if self.path in shelf.stall:
                shelf.released.wait(20)

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shelf.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield shelf
    shelf.released.set()
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


def test_a_file_is_fetched_and_lies_alone_in_its_folder(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/model.zip"] = zipped("model.pth", WEIGHTS)
    told: list[tuple[str, int, int | None]] = []
    (path,) = pull([shelf.model("/model.zip")], tmp_path / "new", progress=lambda *part: told.append(part))
    assert path.read_bytes() == WEIGHTS
    assert list((tmp_path / "new").iterdir()) == [path]
    assert not (tmp_path / "outside.txt").exists()
    assert told[-1] == ("model.pth", len(shelf.files["/model.zip"]), len(shelf.files["/model.zip"]))


def test_what_is_there_and_right_is_not_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "model.pth").write_bytes(WEIGHTS)
    pull([shelf.model("/model.zip")], tmp_path)
    assert shelf.asked == []


def test_what_is_there_and_wrong_is_replaced(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/model.zip"] = zipped("model.pth", WEIGHTS)
    (tmp_path / "model.pth").write_bytes(b"half of it")
    pull([shelf.model("/model.zip")], tmp_path)
    assert (tmp_path / "model.pth").read_bytes() == WEIGHTS


def refused(shelf: Shelf, folder: Path, model: ModelFile, *, limits: DownloadLimits | None = None) -> str:
    """The message with which the pull fails; nothing of it is left in the folder."""
    with pytest.raises(ModelDownloadFailed) as caught:
        pull([model], folder, limits=limits)
    assert list(folder.iterdir()) == []
    return caught.value.message


def test_another_checksum_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/model.zip"] = zipped("model.pth", b"something else")
    assert "checksum" in refused(shelf, tmp_path, shelf.model("/model.zip"))


def test_a_download_that_is_cut_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/model.zip"] = zipped("model.pth", WEIGHTS)
    shelf.cut_after["/model.zip"] = 500
    assert "cut off: 500 of" in refused(shelf, tmp_path, shelf.model("/model.zip"))


def test_a_server_that_stalls_is_given_up(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/model.zip"] = zipped("model.pth", WEIGHTS)
    shelf.cut_after["/model.zip"] = 500
    shelf.stall.add("/model.zip")
    message = refused(shelf, tmp_path, shelf.model("/model.zip"), limits=DownloadLimits(stalled_seconds=0.5))
    assert "TimeoutError" in message


def test_more_bytes_than_the_limit_are_refused(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/model.zip"] = zipped("model.pth", WEIGHTS)
    assert "more than 100 bytes" in refused(
        shelf, tmp_path, shelf.model("/model.zip"), limits=DownloadLimits(most_bytes=100)
    )


def test_a_zip_that_unpacks_to_more_than_the_limit_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    bomb = b"\0" * 2_000_000
    shelf.files["/model.zip"] = zipped("model.pth", bomb)
    assert "more than 100000 bytes" in refused(
        shelf, tmp_path, shelf.model("/model.zip", bomb), limits=DownloadLimits(most_bytes=100_000)
    )


def test_what_is_no_zip_or_lacks_the_file_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/page.zip"] = b"<html>sign in first</html>"
    assert "no zip" in refused(shelf, tmp_path, shelf.model("/page.zip"))
    shelf.files["/other.zip"] = zipped("other.pth", WEIGHTS)
    assert "no zip" in refused(shelf, tmp_path, shelf.model("/other.zip"))


def test_a_zip_with_any_bit_turned_over_is_refused_or_gives_the_file(shelf: Shelf, tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.pth", b"weights " * 20)
    whole = held.getvalue()
    model = shelf.model("/model.zip", b"weights " * 20)
    for bit in range(8 * len(whole)):
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        shelf.files["/model.zip"] = bytes(turned)
        with suppress(ModelDownloadFailed):
            (path,) = pull([model], tmp_path)
            assert path.read_bytes() == b"weights " * 20
            path.unlink()
        assert list(tmp_path.iterdir()) == []


def test_data_that_does_not_inflate_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    content = bytearray(zipped("model.pth", WEIGHTS))
    content[30 + len("model.pth")] |= 0b110
    shelf.files["/model.zip"] = bytes(content)
    assert "no zip" in refused(shelf, tmp_path, shelf.model("/model.zip"))


@pytest.mark.parametrize("folder", ["a file", "a file/under it", "/proc/weights"])
def test_a_folder_that_cannot_be_written_to_is_a_typed_error(shelf: Shelf, tmp_path: Path, folder: str) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(OutputUnwritable) as caught:
        pull([shelf.model("/model.zip")], tmp_path / folder)
    assert "folder" in caught.value.next_step
    assert shelf.asked == []


def test_a_full_disk_is_not_blamed_on_the_server(shelf: Shelf, tmp_path: Path) -> None:
    shelf.files["/model.zip"] = zipped("model.pth", WEIGHTS)
    (tmp_path / f".model.pth.{os.getpid()}.zip").symlink_to("/dev/full")
    with pytest.raises(OutputUnwritable, match="No space"):
        pull([shelf.model("/model.zip")], tmp_path)


def test_a_missing_file_and_a_dead_server_are_typed_errors(shelf: Shelf, tmp_path: Path) -> None:
    assert "answers 404" in refused(shelf, tmp_path, shelf.model("/nowhere.zip"))
    dead = ModelFile("model.pth", "http://127.0.0.1:9/model.zip", "0" * 32)
    assert "URLError" in refused(shelf, tmp_path, dead, limits=DownloadLimits(stalled_seconds=2))


def test_other_schemes_than_http_are_refused(shelf: Shelf, tmp_path: Path) -> None:
    assert "HTTP" in refused(shelf, tmp_path, ModelFile("model.pth", "file:///etc/hostname", "0" * 32))
