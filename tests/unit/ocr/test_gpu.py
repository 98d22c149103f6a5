"""The GPU is used where it is asked for and there; where it is not there, that is said."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import onnxruntime
import pytest

from docflow.errors import EngineUnavailable
from docflow.ocr import gpu
from docflow.ocr.compact import CompactEngine
from docflow.ocr.gpu import check_gpu, warn_without_gpu
from docflow.ocr.rapidocr import Recogniser, open_detector
from docflow.ocr.sessions import CPU, CUDA, session_of
from docflow.pipeline import Pipeline
from docflow.settings import OcrSettings, Settings

no_cuda = pytest.mark.skipif(CUDA in onnxruntime.get_available_providers(), reason="onnxruntime has CUDA here")

ON = OcrSettings(gpu=True)


class Session:
    """A session on a machine whose onnxruntime offers CUDA, which may find no GPU."""

    finds_gpu = True
    asked: Sequence[str] = ()

    def __init__(self, model: str | bytes, options: object, *, providers: Sequence[str]) -> None:
        type(self).asked = providers

    def get_providers(self) -> list[str]:
        return [name for name in self.asked if name != CUDA or self.finds_gpu]

    def get_inputs(self) -> list[object]:
        return [type("Input", (), {"name": "x"})]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> type[Session]:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    monkeypatch.setattr(Session, "finds_gpu", True)
    monkeypatch.setattr(Session, "asked", ())
    return Session


@pytest.mark.parametrize(("asked_for", "providers"), [(True, [CUDA, CPU]), (False, [CPU])])
def test_cuda_comes_first_where_it_is_asked_for(asked_for: bool, providers: list[str], offered: type[Session]) -> None:
    assert session_of(b"", gpu=asked_for).get_providers() == providers


def test_the_recognisers_run_on_the_gpu_where_it_is_asked_for(offered: type[Session]) -> None:
    CompactEngine(ON).recognise([], languages="eng", timeout=10)
    assert list(offered.asked) == [CUDA, CPU]
    Session.asked = ()
    Recogniser(gpu=True)
    assert list(offered.asked) == [CUDA, CPU]


@no_cuda
@pytest.mark.parametrize("asked_for", [True, False])
def test_rapidocr_is_told_of_the_gpu(asked_for: bool) -> None:
    assert open_detector(gpu=asked_for).cfg.EngineConfig.onnxruntime.use_cuda is asked_for


def test_a_gpu_that_is_used_is_named(offered: type[Session]) -> None:
    assert check_gpu(ON) == f"CUDA through onnxruntime {onnxruntime.__version__}"


def test_a_build_with_cuda_that_finds_no_gpu_is_no_gpu(offered: type[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered, "finds_gpu", False)
    with pytest.raises(EngineUnavailable, match="finds no CUDA"):
        check_gpu(ON)


@no_cuda
def test_without_cuda_the_warning_names_the_package_and_comes_once(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    gpu._warn.cache_clear()
    with caplog.at_level(logging.WARNING, logger=gpu.__name__):
        for _ in range(2):
            Pipeline.open(Settings(var_dir=tmp_path, ocr=OcrSettings(gpu=True, isolation=False))).close()
    (told,) = caplog.messages
    assert "has no effect" in told
    assert "onnxruntime-gpu" in told


def test_nothing_is_said_where_no_gpu_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    gpu._warn.cache_clear()
    warn_without_gpu(OcrSettings(engine="tesserocr"))
    assert caplog.messages == []


@pytest.mark.parametrize("engine", ["tesserocr", "pytesseract"])
def test_an_engine_that_knows_no_gpu_is_named(engine: str) -> None:
    with pytest.raises(EngineUnavailable, match=f"{engine} runs on the CPU only"):
        check_gpu(OcrSettings(gpu=True, engine=engine))


@pytest.mark.parametrize("has_cuda", [True, False])
def test_easyocr_runs_where_torch_does(has_cuda: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text(f"__version__ = '9'\nclass cuda:\n    is_available = lambda: {has_cuda}\n")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    settings = OcrSettings(gpu=True, engine="easyocr")
    try:
        if has_cuda:
            assert check_gpu(settings) == "CUDA through torch 9"
        else:
            with pytest.raises(EngineUnavailable, match="torch 9 finds no CUDA"):
                check_gpu(settings)
    finally:
        sys.modules.pop("torch", None)
