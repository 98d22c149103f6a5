"""The compact recogniser's way: lines rendered or corrected, learnt from, written out, and tracked in MLflow."""

from docflow.line_learning.corrected import CorrectedShards, corrected_lines
from docflow.line_learning.lesson import Lesson, TrainedRecogniser, train_recogniser
from docflow.line_learning.shards import HELD_OUT_SEED, RenderedShards, rendered

__all__ = [
    "HELD_OUT_SEED",
    "CorrectedShards",
    "Lesson",
    "RenderedShards",
    "TrainedRecogniser",
    "corrected_lines",
    "rendered",
    "train_recogniser",
]
