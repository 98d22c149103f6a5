"""Which files below a folder are read where outputs lie below it, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from docflow.cli.documents import files_below
from docflow.outputs import Manifest


def held(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()


@pytest.mark.parametrize("spelled", ["in/out", "in/../in/out", "link/out"])
def test_what_lies_in_a_folder_for_outputs_is_not_read(spelled: str, tmp_path: Path) -> None:
    held(tmp_path / "in", "a.pdf", "outside.pdf")
    held(tmp_path / "in" / "out", "a.pdf")
    held(tmp_path / "in" / "out" / "deep", "a.pdf")
    held(tmp_path / "in" / "outer", "b.pdf")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    read = list(files_below([tmp_path / "in"], outputs=[tmp_path / spelled]))
    assert read == [tmp_path / "in" / name for name in ("a.pdf", "outer/b.pdf", "outside.pdf")]


def test_in_the_folder_of_the_outputs_itself_only_what_its_manifest_names_is_not_read(tmp_path: Path) -> None:
    held(tmp_path, "a.jpg", "a.pdf", "b.pdf")
    held(tmp_path / "more", "a.pdf")
    with Manifest(tmp_path).held() as manifest:
        manifest.add(["a.pdf", "gone.pdf"], sha256="a" * 64)
    read = list(files_below([tmp_path], outputs=[tmp_path / "looks", tmp_path]))
    assert read == [tmp_path / name for name in ("a.jpg", "b.pdf", "more/a.pdf")]


def test_files_that_are_named_are_read_wherever_they_lie(tmp_path: Path) -> None:
    held(tmp_path, "a.pdf")
    assert list(files_below([tmp_path / "a.pdf"], outputs=[tmp_path])) == [tmp_path / "a.pdf"]
    assert list(files_below([tmp_path], outputs=[tmp_path])) == [tmp_path / "a.pdf"]
    assert not list(tmp_path.glob(".*"))


def test_outputs_above_the_folder_keep_nothing_from_being_read(tmp_path: Path) -> None:
    held(tmp_path / "in", "a.pdf")
    assert list(files_below([tmp_path / "in"], outputs=[tmp_path])) == [tmp_path / "in" / "a.pdf"]
