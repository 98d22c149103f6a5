"""Several engines, one result: their words aligned, weighed by calibrated confidence, and kept with who said what.

`combine` takes what engines read and gives a `Consensus`; `repair_lines` puts right words that mix Latin and Cyrillic
before that. An ensemble is switched on only where `python -m benchmarks.ensemble` shows that it beats each member.
"""

from docflow.ocr.ensemble.alignment import Group, align
from docflow.ocr.ensemble.calibration import (
    Calibration,
    Calibrations,
    Curve,
    WordClass,
    bundled_calibrations,
    class_of,
)
from docflow.ocr.ensemble.homoglyphs import repair_lines, repair_word
from docflow.ocr.ensemble.reading import Reading
from docflow.ocr.ensemble.voting import Consensus, Decision, WordVote, combine

__all__ = [
    "Calibration",
    "Calibrations",
    "Consensus",
    "Curve",
    "Decision",
    "Group",
    "Reading",
    "WordClass",
    "WordVote",
    "align",
    "bundled_calibrations",
    "class_of",
    "combine",
    "repair_lines",
    "repair_word",
]
