"""Recognition: one protocol, one engine a file, one result type (`docflow.types.PageText`) whoever reads."""

from docflow.ocr.engine import LineDetector, LineRecogniser, OcrEngine, ReadLine, ReadWord
from docflow.ocr.engines import ENGINES, EngineStatus, engine_statuses, open_engine
from docflow.ocr.languages import check_languages, installed_languages, package_of, parse_languages
from docflow.ocr.script import language_of

__all__ = [
    "ENGINES",
    "EngineStatus",
    "LineDetector",
    "LineRecogniser",
    "OcrEngine",
    "ReadLine",
    "ReadWord",
    "check_languages",
    "engine_statuses",
    "installed_languages",
    "language_of",
    "open_engine",
    "package_of",
    "parse_languages",
]
