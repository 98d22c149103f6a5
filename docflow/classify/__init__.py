"""What kind of document a text is: features, training, calibration, model files and evaluation.

`candidates.py` names the models to choose from; the first is a linear one on hashed n-grams. It learns its labels from
the data, gives calibrated probabilities, and answers `unknown` where it is not sure.
"""

from docflow.classify.calibration import reliability_picture
from docflow.classify.candidates import CANDIDATES, Best, Candidate, Linear, Multimodal, Neural, Paperless
from docflow.classify.doubts import Doubt, doubts
from docflow.classify.evaluation import Evaluation, Judged, LabelFigures, Mistake, answers, compare, evaluate
from docflow.classify.features import MAX_CHARS, normalise
from docflow.classify.files import Description, describe, digest_of, load, save
from docflow.classify.grouping import LEAST_PER_LABEL, apart_from, fair_groups, hold_out
from docflow.classify.intervals import Figure
from docflow.classify.libraries import library_versions
from docflow.classify.model import (
    CandidateChoice,
    CandidateName,
    FittedModel,
    ScoringClassifier,
    TextClassifier,
    TrainedModel,
)
from docflow.classify.packing import pack, unpack
from docflow.classify.picture import confusion_picture
from docflow.classify.report import Report, report
from docflow.classify.training import train
from docflow.classify.tuning import Trial, tune

__all__ = [
    "CANDIDATES",
    "LEAST_PER_LABEL",
    "MAX_CHARS",
    "Best",
    "Candidate",
    "CandidateChoice",
    "CandidateName",
    "Description",
    "Doubt",
    "Evaluation",
    "Figure",
    "FittedModel",
    "Judged",
    "LabelFigures",
    "Linear",
    "Mistake",
    "Multimodal",
    "Neural",
    "Paperless",
    "Report",
    "ScoringClassifier",
    "TextClassifier",
    "TrainedModel",
    "Trial",
    "answers",
    "apart_from",
    "compare",
    "confusion_picture",
    "describe",
    "digest_of",
    "doubts",
    "evaluate",
    "fair_groups",
    "hold_out",
    "library_versions",
    "load",
    "normalise",
    "pack",
    "reliability_picture",
    "report",
    "save",
    "train",
    "tune",
    "unpack",
]
