"""A small network on the words and pairs of words that many documents have, which votes beside the linear model.

What few documents have, such as a sender's name, is kept from it: it errs otherwise than the linear model does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from docflow.classify.features import BUCKETS, count_features
from docflow.classify.layers import Layer, check_shapes, layer_files, layers_of, read_layers, scores
from docflow.classify.scoring import Floats
from docflow.errors import ModelFileError

LEAST_SHARE = 0.01
HIDDEN_UNITS = 100
TOLERANCE = 0.01
"""The paperless-ngx recipe's: a term of one document in a hundred, and a network that stops early."""

COLUMNS_FILE = "words.json"


@dataclass(frozen=True)
class WordNetwork:
    """The buckets of words that it looks at, in the order of its inputs, and its layers."""

    columns: NDArray[np.int32]
    layers: tuple[Layer, ...]

    def scores(self, counts: sp.csr_matrix) -> Floats:
        """Each document's score per label, from `count_words`: documents x labels."""
        return scores(chosen(counts, self.columns), self.layers)

    def cooled(self, temperature: float) -> WordNetwork:
        """The same network with its scores divided by the temperature."""
        *hidden, (weights, biases) = self.layers
        last = (weights / np.float32(temperature), biases / np.float32(temperature))
        return WordNetwork(self.columns, (*hidden, last))

    def files(self) -> dict[str, bytes]:
        """The network as files that hold no code, each by its name."""
        return {COLUMNS_FILE: json.dumps(self.columns.tolist()).encode(), **layer_files(self.layers)}


def count_words(texts: Sequence[str]) -> sp.csr_matrix:
    """What the network looks at: how often words and pairs of words occur, logarithms at length 1: texts x buckets."""
    counts = count_features(texts, characters=False)
    values = np.log1p(counts.data)
    rows = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(rows, values**2, minlength=len(texts)))
    counts.data = (values / lengths[rows]).astype(np.float32)
    return counts


def common_columns(counts: sp.csr_matrix, times: NDArray[np.intp]) -> NDArray[np.int32]:
    """The buckets that `LEAST_SHARE` of the documents have, each document counting so many times."""
    rows = np.repeat(times, np.diff(counts.indptr))
    seen = np.bincount(counts.indices, weights=rows, minlength=counts.shape[1])
    return np.flatnonzero(seen >= LEAST_SHARE * times.sum()).astype(np.int32)


def chosen(counts: sp.csr_matrix, columns: NDArray[np.int32]) -> sp.csr_matrix:
    """These columns of the counts; for one text 0.1 ms sooner than by scipy's indexing, a twentieth of a prediction."""
    places = np.full(counts.shape[1], -1, dtype=np.int32)
    places[columns] = np.arange(len(columns))
    found = places[counts.indices]
    kept = found >= 0
    ends = np.concatenate([[0], np.cumsum(kept)])[counts.indptr]
    return sp.csr_matrix((counts.data[kept], found[kept], ends), shape=(counts.shape[0], len(columns)))


def fit_words(
    counts: sp.csr_matrix, truth: NDArray[np.str_], weights: Floats, *, columns: NDArray[np.int32], seed: int
) -> WordNetwork:
    """The network of these documents (documents x buckets), each of which weighs what `weights` says."""
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(hidden_layer_sizes=(HIDDEN_UNITS,), tol=TOLERANCE, random_state=seed)
    network.fit(chosen(counts, columns), truth, sample_weight=weights / weights.mean())
    return WordNetwork(columns, layers_of(network))


def read_words(files: Mapping[str, bytes], *, labels: int) -> WordNetwork | None:
    """The network that `WordNetwork.files` wrote, None where there is none; `ModelFileError` where it does not load."""
    if COLUMNS_FILE not in files:
        return None
    try:
        columns = np.array(json.loads(files[COLUMNS_FILE]), dtype=np.int32)
    except (ValueError, TypeError, OverflowError) as error:
        raise ModelFileError(f"{COLUMNS_FILE} does not load") from error
    if columns.ndim != 1 or not ((columns >= 0) & (columns < BUCKETS)).all():
        raise ModelFileError(f"{COLUMNS_FILE} names no buckets of ours")
    layers = read_layers(files)
    check_shapes(layers, inputs=len(columns), outputs=labels)
    return WordNetwork(columns, layers)
