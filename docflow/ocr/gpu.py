"""Whether the GPU that the setting `ocr.gpu` asks for is used; engines read on the CPU where it cannot be."""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from docflow.errors import EngineUnavailable
from docflow.ocr.easyocr import EasyOcrEngine
from docflow.ocr.pytesseract import PytesseractEngine
from docflow.ocr.sessions import CUDA, session_of
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings

log = logging.getLogger(__name__)

CPU_ONLY = frozenset({TesserocrEngine.name, PytesseractEngine.name})

ON_CPU = "ocr.gpu is on and has no effect"

ELSE_OFF = "Where there is no NVIDIA GPU with its driver, turn ocr.gpu off."


def check_gpu(settings: OcrSettings) -> str:
    """What the configured engine runs on a GPU with; it is tried, which takes a second and some of the GPU's memory.

    Raises `EngineUnavailable` where it would read on the CPU.
    """
    if settings.engine in CPU_ONLY:
        raise EngineUnavailable(
            f"{ON_CPU}: {settings.engine} runs on the CPU only",
            next_step="Turn ocr.gpu off, or set ocr.engine to auto.",
        )
    return _torch() if settings.engine == EasyOcrEngine.name else _onnxruntime()


def warn_without_gpu(settings: OcrSettings) -> None:
    """Where `ocr.gpu` is on and has no effect, a warning in the log, once a process."""
    if not settings.gpu:
        return
    try:
        check_gpu(settings)
    except EngineUnavailable as error:
        _warn(f"{error.message}. {error.next_step}")


@cache
def _warn(told: str) -> None:
    log.warning(told)


def _onnxruntime() -> str:
    if find_spec("onnxruntime") is None:
        raise EngineUnavailable(
            f"{ON_CPU}: onnxruntime is not installed", next_step="Install it: `uv pip install 'docflow[rapidocr]'`."
        )
    import onnxruntime
    from onnxruntime.datasets import get_example

    # What a build offers may still lack the GPU, its driver, or CUDA's libraries: only a session tells.
    if CUDA not in session_of(get_example("sigmoid.onnx"), gpu=True).get_providers():
        raise EngineUnavailable(
            f"{ON_CPU}: onnxruntime {onnxruntime.__version__} finds no CUDA here",
            next_step="Install onnxruntime-gpu in place of onnxruntime (`uv pip uninstall onnxruntime`, then `uv pip "
            f"install onnxruntime-gpu`), and the CUDA and cuDNN that it was built for. {ELSE_OFF}",
        )
    return f"CUDA through onnxruntime {onnxruntime.__version__}"


def _torch() -> str:
    if find_spec("torch") is None:
        raise EngineUnavailable(
            f"{ON_CPU}: torch is not installed", next_step="Install it: `uv pip install 'docflow[easyocr]'`."
        )
    # Nothing that serves imports torch, except where the setting names the engine that does.
    torch = import_module("torch")
    if not torch.cuda.is_available():
        raise EngineUnavailable(
            f"{ON_CPU}: torch {torch.__version__} finds no CUDA here",
            next_step=f"Install a build of torch with CUDA (https://pytorch.org). {ELSE_OFF}",
        )
    return f"CUDA through torch {torch.__version__}"
