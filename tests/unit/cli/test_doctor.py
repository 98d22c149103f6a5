"""The doctor finds what would fail documents: the engine that is set, and each language's data."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from docflow.cli.doctor import PACKAGES, PURPOSES, Finding, examine
from docflow.errors import EngineUnavailable, LanguageMissing, SettingsError
from docflow.ocr import easyocr
from docflow.ocr.languages import tessdata_dir
from docflow.settings import OcrSettings, Settings
from docflow.synth import fonts

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 4113088\n"
"""What a checkout without Git LFS has in place of a file."""


@pytest.fixture
def tessdata(tmp_path: Path) -> Path:
    """A folder with data for English and Russian, and with what is none for German."""
    folder = tmp_path / "tessdata"
    folder.mkdir()
    for code in ("eng", "rus"):
        shutil.copy(tessdata_dir(OcrSettings()) / f"{code}.traineddata", folder)
    (folder / "deu.traineddata").write_text(POINTER)
    return folder


def found(tmp_path: Path, **ocr: object) -> dict[str, Finding]:
    settings = Settings(var_dir=tmp_path / "var", ocr=OcrSettings(**ocr))  # type: ignore[arg-type]
    return {finding.name: finding for finding in examine(settings)}


@pytest.mark.parametrize("is_set", [False, True])
def test_a_damaged_language_is_named_and_needed_where_it_is_set(tmp_path: Path, tessdata: Path, is_set: bool) -> None:
    findings = found(tmp_path, tessdata_dir=tessdata, languages="eng+deu" if is_set else "eng")
    german = findings["language deu"]
    assert isinstance(german.error, LanguageMissing)
    assert "deu.traineddata" in german.error.message
    assert "tesseract-ocr-deu" in german.error.next_step
    assert german.needed is is_set
    assert findings["languages"].told == "eng, rus"
    assert "language eng" not in findings


def test_without_tesserocr_a_damaged_language_is_found_by_the_program(
    tmp_path: Path, tessdata: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docflow.ocr.tesserocr.installed", lambda: False)
    assert "deu.traineddata" in found(tmp_path, tessdata_dir=tessdata)["language deu"].error.message  # type: ignore[union-attr]


def test_a_folder_without_any_language_is_an_engine_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "osd.traineddata").touch()
    finding = found(tmp_path, tessdata_dir=tmp_path)["languages"]
    assert isinstance(finding.error, EngineUnavailable)
    assert finding.needed


def test_the_engine_that_is_set_is_needed(tmp_path: Path) -> None:
    finding = found(tmp_path, engine="tesserocr")["ocr.engine"]
    assert (finding.error, finding.needed) == (None, True)
    assert finding.told.startswith("tesserocr ")


def test_an_engine_that_does_not_exist_is_a_failure(tmp_path: Path) -> None:
    finding = found(tmp_path, engine="nosuch")["ocr.engine"]
    assert isinstance(finding.error, SettingsError)
    assert finding.needed


def test_a_gpu_that_is_asked_for_and_has_no_effect_is_told(tmp_path: Path) -> None:
    finding = found(tmp_path, gpu=True, engine="tesserocr")["ocr.gpu"]
    assert isinstance(finding.error, EngineUnavailable)
    assert "has no effect" in finding.error.message
    assert not finding.needed
    assert "ocr.gpu" not in found(tmp_path)


def test_the_fonts_of_generated_documents_are_named_or_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(tmp_path)["fonts"].told == "fonts-dejavu, fonts-freefont-ttf, fonts-liberation"
    monkeypatch.setattr(fonts, "_files", dict)
    fonts._load.cache_clear()
    missing = found(tmp_path)["fonts"]
    assert isinstance(missing.error, SettingsError)
    assert "apt-get install fonts-liberation" in missing.error.next_step
    assert not missing.needed


def test_without_the_extra_for_generated_documents_the_doctor_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docflow.synth.fonts", None)
    missing = found(tmp_path)["fonts"]
    assert isinstance(missing.error, SettingsError)
    assert "docflow[synth]" in missing.error.next_step


@pytest.mark.skipif(easyocr.installed(), reason="easyocr is installed here: its absence cannot be shown")
def test_an_engine_that_is_set_and_not_installed_is_a_failure(tmp_path: Path) -> None:
    finding = found(tmp_path, engine="easyocr")["ocr.engine"]
    assert isinstance(finding.error, EngineUnavailable)
    assert finding.needed


def test_what_embeds_pages_is_looked_at_where_the_setting_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "ocr.page_embedding" not in found(tmp_path)
    assert found(tmp_path, page_embedding=True)["ocr.page_embedding"].told.startswith("network ")
    monkeypatch.setattr("docflow.ocr.page_embedding.installed", lambda: False)
    finding = found(tmp_path, page_embedding=True)["ocr.page_embedding"]
    assert isinstance(finding.error, EngineUnavailable)
    assert finding.needed


def test_each_extra_that_nothing_else_looks_at_is_told_and_not_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = found(tmp_path)
    for package in ("cleanlab", "torch", "evidently", "cyclonedx-bom"):
        assert not findings[package].needed
    monkeypatch.setitem(PACKAGES, "no-such-package", "labels")  # type: ignore[arg-type]
    missing = found(tmp_path)["no-such-package"]
    assert missing.error is not None
    assert missing.error.message == "no-such-package, which is for `docflow labels errors`, is not installed"
    assert "docflow[labels]" in missing.error.next_step
    assert {extra for extra in PACKAGES.values() if extra} == set(PURPOSES)
