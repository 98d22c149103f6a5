"""What kind of document a text is: features, training, calibration, model files and evaluation.

A model is a linear one on hashed n-grams. It learns its labels from the data, gives calibrated
probabilities, and answers `unknown` where it is not sure.
"""

from docflow.classify.doubts import Doubt, doubts
from docflow.classify.evaluation import Evaluation, LabelFigures, Mistake, compare, evaluate
from docflow.classify.features import MAX_CHARS, normalise
from docflow.classify.files import digest_of, load, save
from docflow.classify.grouping import grouped, hold_out
from docflow.classify.model import TextClassifier, TrainedModel
from docflow.classify.picture import confusion_picture
from docflow.classify.training import train

__all__ = [
    "MAX_CHARS",
    "Doubt",
    "Evaluation",
    "LabelFigures",
    "Mistake",
    "TextClassifier",
    "TrainedModel",
    "compare",
    "confusion_picture",
    "digest_of",
    "doubts",
    "evaluate",
    "grouped",
    "hold_out",
    "load",
    "normalise",
    "save",
    "train",
]
