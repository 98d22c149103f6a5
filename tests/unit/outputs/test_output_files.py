"""Outputs in folders: under which names they lie, and that nothing of others is written over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from pages_case import two_words

from docflow.errors import CorruptDocument, OutputUnwritable
from docflow.outputs import Format, Manifest, OutputFiles, ReadDocument
from docflow.outputs.manifest import FILE_NAME

A, B = "a" * 64, "b" * 64


def document(sha256: str = A, *, pdf: Callable[[], bytes] = lambda: b"%PDF") -> ReadDocument:
    def overlays() -> Iterator[bytes]:
        yield b"picture"

    return ReadDocument(name="scan.jpg", sha256=sha256, pages=(two_words(),), searchable_pdf=pdf, overlays=overlays)


def written(
    folder: Path,
    *formats: Format,
    source: str = "in/scan.jpg",
    sha256: str = A,
    sources: tuple[str, ...] = (),
    overlays: Path | None = None,
) -> list[str]:
    """The names of what a run of its own writes for the document."""
    paths = [Path(one) for one in (source, *sources)]
    files = OutputFiles(paths, folder=folder, formats=formats or (Format.TEXT,), overlays=overlays)
    return [path.name for path in files.write(document(sha256), source=paths[0])]


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name != FILE_NAME}


def test_the_same_document_is_written_over_and_another_of_its_name_is_not(tmp_path: Path) -> None:
    assert written(tmp_path, source="mon/scan.jpg", sha256=A) == ["scan.txt"]
    assert written(tmp_path, source="tue/scan.jpg", sha256=B) == ["scan-bbbbbbbb.txt"]
    for _ in range(2):
        assert written(tmp_path, source="mon/scan.jpg", sha256=A) == ["scan.txt"]
        assert written(tmp_path, source="tue/scan.jpg", sha256=B) == ["scan-bbbbbbbb.txt"]
    assert visible(tmp_path) == {"scan.txt", "scan-bbbbbbbb.txt"}


@pytest.mark.parametrize("place", ["scan.txt", "scan.pdf", "scan-page-1.jpg"])
@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: path.symlink_to("nothing")])
def test_what_lies_there_already_is_left_and_all_outputs_get_the_digest(
    place: str, make: Callable[[Path], object], tmp_path: Path
) -> None:
    make(tmp_path / place)
    before = (tmp_path / place).lstat()
    names = written(tmp_path, Format.TEXT, Format.PDF, overlays=tmp_path)
    assert names == [f"scan-aaaaaaaa{end}" for end in (".txt", ".pdf", "-page-1.jpg")]
    assert (tmp_path / place).lstat().st_ino == before.st_ino


def test_a_name_with_a_digest_is_the_documents_own_where_the_manifest_was_lost(tmp_path: Path) -> None:
    for _ in range(2):
        assert written(tmp_path, sources=("more/scan.pdf",)) == ["scan-aaaaaaaa.txt"]
        (tmp_path / FILE_NAME).unlink()


def test_a_source_is_never_written_over_under_any_name(tmp_path: Path) -> None:
    source = tmp_path / "scan-aaaaaaaa.pdf"
    source.write_text("a source")
    (tmp_path / "scan.pdf").write_text("someone's own")
    with pytest.raises(OutputUnwritable, match="scan-aaaaaaaa") as caught:
        written(tmp_path, Format.PDF, sources=(str(source),))
    assert "another folder" in caught.value.next_step
    assert source.read_text() == "a source"
    assert visible(tmp_path) == {"scan-aaaaaaaa.pdf", "scan.pdf"}


def test_a_move_that_fails_takes_back_the_ones_before_it(tmp_path: Path) -> None:
    out, looks = tmp_path / "out", tmp_path / "looks"
    for folder in (out, looks):
        folder.mkdir()
    (out / "scan.txt").touch()
    (looks / "scan-aaaaaaaa-page-1.jpg").mkdir()
    with pytest.raises(OutputUnwritable, match="directory"):
        written(out, Format.TEXT, Format.PDF, overlays=looks)
    assert visible(out) == {"scan.txt"}
    assert Manifest(out).names() == frozenset()


def test_a_document_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    def damaged() -> bytes:
        raise CorruptDocument("the PDF is too damaged")

    files = OutputFiles([Path("scan.jpg")], folder=tmp_path, formats=(Format.TEXT, Format.PDF), overlays=None)
    with pytest.raises(CorruptDocument):
        files.write(document(pdf=damaged), source=Path("scan.jpg"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stem", ["s" * 251, "я" * 125, "я" * 120, "\U0001f4c4" * 62])
def test_a_long_name_is_cut_between_characters_so_that_every_ending_fits(stem: str, tmp_path: Path) -> None:
    names = written(tmp_path, *Format, source=f"{stem}.jpg", overlays=tmp_path)
    assert len(names) == len(Format) + 1
    assert max(len(name.encode()) for name in names) > 238
    for name in names:
        kept, _, end = name.partition("-aaaaaaaa")
        assert stem.startswith(kept)
        assert end
        assert (tmp_path / name).is_file()
    assert written(tmp_path, *Format, source=f"{stem}.jpg", overlays=tmp_path) == names


def test_outputs_and_pictures_can_share_a_folder_that_is_spelled_in_two_ways(tmp_path: Path) -> None:
    assert written(tmp_path / "out", overlays=tmp_path / "in" / ".." / "out") == ["scan.txt", "scan-page-1.jpg"]
    assert Manifest(tmp_path / "out").names() == {"scan.txt", "scan-page-1.jpg"}


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x00\xff", b"[]", b"7\n", b'{"names": 7}', b'{"sha256": 7, "names": ["scan.txt"]}', b"[" * 100_000,
     b'{"sha256": "aa", "names": [["scan.txt"], 7]}', b'{"sha256": "'],
)  # fmt: skip
def test_a_damaged_manifest_knows_nothing_and_is_kept_on(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(damage)
    (tmp_path / "scan.txt").touch()
    for _ in range(2):
        assert written(tmp_path) == ["scan-aaaaaaaa.txt"]
        assert Manifest(tmp_path).names() == {"scan-aaaaaaaa.txt"}


def test_the_manifest_does_not_grow_where_the_same_is_written_again(tmp_path: Path) -> None:
    written(tmp_path)
    size = (tmp_path / FILE_NAME).stat().st_size
    written(tmp_path)
    assert (tmp_path / FILE_NAME).stat().st_size == size


def test_a_manifest_that_was_begun_anew_is_read_anew(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    with manifest.held() as held:
        held.add(["one.txt", "two.txt"], sha256=A)
    assert manifest.names() == {"one.txt", "two.txt"}
    (tmp_path / FILE_NAME).write_text(json.dumps({"sha256": B, "names": ["1"]}))
    with manifest.held() as held:
        assert (held.source("1"), held.source("one.txt")) == (B, None)


def add_many(folder: Path, first: int) -> None:
    for number in range(first, first + 50):
        with Manifest(folder).held() as held:
            held.add([f"{number}.txt"], sha256=A)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        for done in [processes.submit(add_many, tmp_path, first) for first in (0, 50)]:
            done.result(timeout=60)
    assert Manifest(tmp_path).names() == {f"{number}.txt" for number in range(100)}


def test_nobody_takes_a_name_while_another_process_holds_the_manifest(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        processes.submit(add_many, tmp_path, 0).result(timeout=60)
        with Manifest(tmp_path).held():
            waiting = processes.submit(written, tmp_path)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=1)
            assert not (tmp_path / "scan.txt").exists()
        assert waiting.result(timeout=60) == ["scan.txt"]
