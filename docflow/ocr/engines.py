"""Which engines there are, and which of them can run here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from docflow.errors import DocFlowError, EngineUnavailable, SettingsError
from docflow.ocr.compact import CompactEngine
from docflow.ocr.easyocr import EasyOcrEngine
from docflow.ocr.effort import AccurateEngine, AutoEngine, FastEngine
from docflow.ocr.engine import OcrEngine
from docflow.ocr.pytesseract import PytesseractEngine
from docflow.ocr.rapidocr import RapidOcrEngine
from docflow.ocr.tesserocr import TesserocrEngine
from docflow.settings import OcrSettings

AUTO = AutoEngine.effort.value

MEMBERS: Mapping[str, Callable[[OcrSettings], OcrEngine]] = {
    TesserocrEngine.name: TesserocrEngine,
    PytesseractEngine.name: PytesseractEngine,
    RapidOcrEngine.name: RapidOcrEngine,
    CompactEngine.name: CompactEngine,
    EasyOcrEngine.name: EasyOcrEngine,
}
"""The engines that read pages by themselves, as they are."""

EFFORTS: Mapping[str, Callable[[OcrSettings], OcrEngine]] = {
    engine.effort.value: engine for engine in (FastEngine, AutoEngine, AccurateEngine)
}
"""The engines that turn pages upright, tell their language, and combine the others."""

ENGINES: Mapping[str, Callable[[OcrSettings], OcrEngine]] = {**EFFORTS, **MEMBERS}
"""Every engine by its name."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Whether an engine can run here: its version, or the error that says what to install."""

    name: str
    version: str | None
    error: DocFlowError | None


def open_engine(settings: OcrSettings, *, name: str | None = None) -> OcrEngine:
    """The engine that `name`, or else the setting, asks for; where tesserocr is missing, `auto` is pytesseract.

    Raises `EngineUnavailable` where it is not installed and `SettingsError` where no engine has that name.
    """
    wanted = name or settings.engine
    if wanted not in ENGINES:
        raise SettingsError(f"there is no OCR engine '{wanted}'; there are: {', '.join(ENGINES)}")
    try:
        return ENGINES[wanted](settings)
    except EngineUnavailable:
        if wanted != AUTO:
            raise
    return PytesseractEngine(settings)


def engine_statuses(settings: OcrSettings) -> list[EngineStatus]:
    """How each engine stands on this machine, for `docflow doctor`."""
    statuses = []
    for name, engine in MEMBERS.items():
        try:
            statuses.append(EngineStatus(name, engine(settings).version, None))
        except DocFlowError as error:
            statuses.append(EngineStatus(name, None, error))
    return statuses
