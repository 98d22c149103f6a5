"""The trained network as an ONNX file, and the classifier that answers with it on onnxruntime, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from docflow.classify.features import count_features
from docflow.classify.model import CandidateName, FittedModel, ScoringClassifier
from docflow.classify.neural.inputs import ink_of, ngrams_of
from docflow.classify.scoring import Floats
from docflow.errors import ModelFileError
from docflow.thumbnail import SIDE
from docflow.types import ModelRef

ONNX_FILE = "model.onnx"
INPUTS = ("indices", "counts", "ink")
OUTPUT = "probabilities"


@dataclass(frozen=True, kw_only=True)
class NeuralModel(FittedModel):
    """The network as ONNX, from counts and ink to calibrated probabilities."""

    onnx: bytes = field(repr=False)

    candidate: ClassVar[CandidateName] = "neural"

    def classifier(self, model: ModelRef) -> NeuralClassifier:
        """The classifier that answers with this network."""
        return NeuralClassifier(self.onnx, model=model, labels=self.labels, threshold=self.threshold)

    def files(self) -> dict[str, bytes]:
        """The network's file by its name."""
        return {ONNX_FILE: self.onnx}


class NeuralClassifier(ScoringClassifier):
    """Answers with the network; a document without a word and a picture is `UNKNOWN`, all its scores 0."""

    def __init__(self, onnx: bytes, *, model: ModelRef, labels: Sequence[str], threshold: float) -> None:
        super().__init__(model=model, labels=labels, threshold=threshold)
        self._session = open_session(onnx)
        shapes = {one.name: one.shape[1:] for one in (*self._session.get_inputs(), *self._session.get_outputs())}
        if shapes != {INPUTS[0]: [], INPUTS[1]: [], INPUTS[2]: [SIDE, SIDE], OUTPUT: [len(labels)]}:
            raise ModelFileError(f"{ONNX_FILE} holds no network of ours with {len(labels)} labels")

    def probabilities(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> Floats:
        """Each document's probability per label; without thumbnails, from the texts alone."""
        found = np.zeros((len(texts), len(self.labels)))
        counts = count_features(texts)
        for row, thumbnail in enumerate(thumbnails or [b""] * len(texts)):
            ink = ink_of(thumbnail)
            indices, occurrences = ngrams_of(counts, row)
            if occurrences.any() or ink.any():
                asked = dict(zip(INPUTS, (indices, occurrences, ink[None]), strict=True))
                found[row] = self._session.run([OUTPUT], asked)[0][0]
        return found


def open_session(onnx: bytes) -> Any:
    """The network on one thread of the processor.

    Raises `ModelFileError` where the bytes are no network, or onnxruntime is not installed.
    """
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as faults
    except ImportError as error:
        raise ModelFileError(
            "the model is a network, and onnxruntime, which runs it, is not installed",
            next_step="Install it: `uv pip install 'docflow[neural]'`.",
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    wrong = (faults.Fail, faults.InvalidArgument, faults.InvalidProtobuf, faults.InvalidGraph, faults.NotImplemented)
    try:
        return onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    except (*wrong, faults.RuntimeException, ValueError) as error:
        raise ModelFileError(f"{ONNX_FILE} does not load") from error
