"""The fonts that documents are set in: where they are looked for, and what is said of those that cannot be had."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docflow.errors import SettingsError
from docflow.synth import fonts, write_again


def read_afresh() -> None:
    """Have fonts looked for and read again."""
    fonts._files.cache_clear()
    fonts._load.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The one folder that fonts are looked for in, with all that documents are set in."""
    out = tmp_path / "fonts"
    out.mkdir()
    for family in fonts.FAMILIES:
        for typeface in family.values():
            for name in (typeface.regular, typeface.bold, typeface.italic, typeface.bold_italic):
                shutil.copy(fonts._files()[f"{name}.ttf"], out)
    monkeypatch.setattr(fonts, "FOLDERS", (out,))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    read_afresh()
    yield out
    read_afresh()


def test_the_packages_that_documents_are_set_in_are_named(folder: Path) -> None:
    assert fonts.check_fonts() == "fonts-dejavu, fonts-freefont-ttf, fonts-liberation"


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_a_font_that_was_cut_is_to_be_installed_again(folder: Path, share: float) -> None:
    cut = folder / "FreeSerif.ttf"
    cut.write_bytes(cut.read_bytes()[: int(cut.stat().st_size * share)])
    with pytest.raises(SettingsError, match="FreeSerif cannot be read") as caught:
        fonts.face("serif", family=1)
    assert "--reinstall fonts-freefont-ttf" in caught.value.next_step


def test_nothing_is_written_where_a_font_is_missing_that_another_document_might_need(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "FreeMonoBoldOblique.ttf").unlink()
    with pytest.raises(SettingsError, match="FreeMonoBoldOblique is not installed"):
        write_again(tmp_path / "out", ["generated form eng 3"], dpi=80)
    assert not (tmp_path / "out").exists()


def test_fonts_are_found_where_the_user_has_no_home() -> None:
    code = """
import os, pwd
del os.environ["HOME"]
pwd.getpwuid = {}.__getitem__
from docflow.synth import fonts
from docflow.synth.lines import typefaces
assert fonts.font_folders() == fonts.FOLDERS
assert fonts.face("sans").has("a")
"""
    environment = os.environ | {"HOME": "/nowhere"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
