"""A small network's layers: what scikit-learn fitted, its arithmetic without scikit-learn, and its files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from scipy.special import softmax

from docflow.classify.scoring import Floats
from docflow.errors import ModelFileError

if TYPE_CHECKING:
    from sklearn.neural_network import MLPClassifier

Layer = tuple[Floats, Floats]
"""A layer's weights (inputs x outputs) and biases."""


def layers_of(network: MLPClassifier) -> tuple[Layer, ...]:
    """The fitted network's layers; two labels share one output in scikit-learn, and have one each here."""
    layers = [
        (w.astype(np.float32), b.astype(np.float32)) for w, b in zip(network.coefs_, network.intercepts_, strict=True)
    ]
    weights, biases = layers[-1]
    if weights.shape[1] == 1:
        layers[-1] = (np.hstack([np.zeros_like(weights), weights]), np.concatenate([np.zeros_like(biases), biases]))
    return tuple(layers)


def forward(counts: sp.csr_matrix, layers: Sequence[Layer]) -> Floats:
    """The network's probabilities: the softmax of its scores."""
    found: Floats = softmax(scores(counts, layers), axis=1)
    return found


def scores(counts: sp.csr_matrix, layers: Sequence[Layer]) -> Floats:
    """What the last layer gives, after rectified hidden ones: documents x labels."""
    values: Any = counts
    for weights, biases in layers[:-1]:
        values = np.maximum(values @ weights + biases, 0)
    weights, biases = layers[-1]
    found: Floats = (values @ weights + biases).astype(np.float64)
    return found


def layer_files(layers: Sequence[Layer]) -> dict[str, bytes]:
    """The layers as files that hold no code, each by its name."""
    written: dict[str, bytes] = {}
    for number, (weights, biases) in enumerate(layers):
        written |= {f"weights-{number}.npy": to_npy(weights), f"biases-{number}.npy": to_npy(biases)}
    return written


def read_layers(files: Mapping[str, bytes]) -> tuple[Layer, ...]:
    """The layers that `layer_files` wrote; `ModelFileError` where they do not load."""
    layers: list[Layer] = []
    try:
        for number in count():
            if f"weights-{number}.npy" not in files:
                break
            layers.append((from_npy(files[f"weights-{number}.npy"]), from_npy(files[f"biases-{number}.npy"])))
    except KeyError as error:
        raise ModelFileError(f"the model has no {error.args[0]}") from error
    except (ValueError, TypeError, EOFError) as error:
        raise ModelFileError("the network's files do not load") from error
    return tuple(layers)


def check_shapes(layers: Sequence[Layer], *, inputs: int, outputs: int) -> None:
    """Raise `ModelFileError` where the layers do not fit each other, the terms and the labels."""
    width = inputs
    for weights, biases in layers:
        if weights.ndim != 2 or weights.shape[0] != width or biases.shape != weights.shape[1:]:
            raise ModelFileError("the network's layers do not fit together")
        width = weights.shape[1]
    if not layers or width != outputs:
        raise ModelFileError("the network has no output for each of its labels")


def to_npy(values: Floats) -> bytes:
    """The array as a .npy file."""
    written = io.BytesIO()
    np.save(written, values, allow_pickle=False)
    return written.getvalue()


def from_npy(content: bytes) -> Floats:
    """The array of a .npy file, which may hold 32-bit floats only."""
    values: Floats = np.load(io.BytesIO(content), allow_pickle=False)
    if values.dtype != np.float32:
        raise ValueError("not 32-bit floats")
    return values
