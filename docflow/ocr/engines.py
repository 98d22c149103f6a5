"""Which engines there are, which of them can run here, and the one that `auto` stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from docflow.errors import DocFlowError, EngineUnavailable, SettingsError
from docflow.ocr.engine import OcrEngine
from docflow.ocr.pytesseract import PytesseractEngine
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings

AUTO = "auto"

ENGINES: Mapping[str, Callable[[OcrSettings], OcrEngine]] = {
    TesserocrEngine.name: TesserocrEngine,
    PytesseractEngine.name: PytesseractEngine,
}
"""Every engine by its name, the best first: `auto` takes the first that runs."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Whether an engine can run here: its version, or the error that says what to install."""

    name: str
    version: str | None
    error: DocFlowError | None


def open_engine(settings: OcrSettings, *, name: str | None = None) -> OcrEngine:
    """The engine that `name`, or else the setting, asks for.

    Raises `EngineUnavailable` where it is not installed and `SettingsError` where no engine has that name.
    """
    wanted = name or settings.engine
    if wanted != AUTO:
        if wanted not in ENGINES:
            raise SettingsError(f"there is no OCR engine '{wanted}'; there are: {AUTO}, {', '.join(ENGINES)}")
        return ENGINES[wanted](settings)
    reasons: list[EngineUnavailable] = []
    for engine in ENGINES.values():
        try:
            return engine(settings)
        except EngineUnavailable as error:
            reasons.append(error)
    raise EngineUnavailable("; ".join(e.message for e in reasons), next_step=reasons[-1].next_step)


def engine_statuses(settings: OcrSettings) -> list[EngineStatus]:
    """How each engine stands on this machine, for `docflow doctor`."""
    statuses = []
    for name, engine in ENGINES.items():
        try:
            statuses.append(EngineStatus(name, engine(settings).version, None))
        except EngineUnavailable as error:
            statuses.append(EngineStatus(name, None, error))
    return statuses
