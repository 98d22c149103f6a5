"""Which readers the comparison of engines has: those on a GPU only where there is one."""

from __future__ import annotations

import pytest

from benchmarks import ocr_readers
from benchmarks.ocr_readers import gpu_readers
from docflow.errors import EngineUnavailable
from docflow.settings import OcrSettings


@pytest.mark.parametrize("found", [set(), {"compact", "accurate"}, {"compact", "easyocr", "accurate"}])
def test_an_engine_has_a_row_of_its_own_on_the_gpu_that_it_finds(
    found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(settings: OcrSettings) -> str:
        assert settings.gpu
        if settings.engine not in found:
            raise EngineUnavailable("no GPU")
        return "CUDA"

    monkeypatch.setattr(ocr_readers, "check_gpu", check)
    assert {reader.name for reader in gpu_readers()} == {f"docflow {name}, GPU" for name in found}


def test_a_reader_on_the_gpu_opens_its_engine_with_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(ocr_readers, "check_gpu", lambda _: "CUDA")
    monkeypatch.setattr(ocr_readers, "open_engine", lambda settings, *, name: opened.append((name, settings.gpu)))
    for reader in gpu_readers():
        reader.open()
    assert opened == [("compact", True), ("easyocr", True), ("accurate", True)]
