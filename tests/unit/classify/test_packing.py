"""A published model is the same bytes for the same files, and unpacks nowhere but where it is told to."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from docflow.classify import pack, packing, unpack
from docflow.errors import ModelFileError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files, one of them deeper."""
    made = tmp_path / "model"
    (made / "arrays").mkdir(parents=True)
    (made / "model.json").write_text("{}")
    (made / "arrays" / "0.npy").write_bytes(bytes(range(256)))
    return made


def zipped(name: str, content: bytes = b"x") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(name, content)
    return written.getvalue()


def test_files_come_out_as_they_went_in(folder: Path, tmp_path: Path) -> None:
    unpack(pack(folder), tmp_path / "out")
    found = {path.relative_to(tmp_path / "out"): path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
    assert found == {Path("model.json"): b"{}", Path("arrays/0.npy"): bytes(range(256))}


def test_equal_files_are_equal_bytes(folder: Path) -> None:
    first = pack(folder)
    (folder / "model.json").touch()
    assert pack(folder) == first


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", "a/../../out.txt", "..\\out.txt"])
def test_a_file_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="outside"):
        unpack(zipped(name), tmp_path / "in" / "deep")
    assert not list(tmp_path.rglob("out.txt"))


def test_more_than_a_model_has_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "LARGEST_MODEL", 10)
    with pytest.raises(ModelFileError, match="more than 10 bytes"):
        unpack(zipped("a", b"x" * 11), tmp_path / "in")


@pytest.mark.parametrize("content", [b"", b"no archive", zipped("a", b"x" * 500)[:-40]])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no archive"):
        unpack(content, tmp_path / "in")
