"""A logistic regression on pages' embeddings, which tells what a document is by how its first page looks.

It knows the labels that real documents with an embedding have, and answers for no other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docflow.classify.grouping import LEAST_PER_LABEL
from docflow.classify.layers import from_npy, to_npy
from docflow.classify.scoring import Floats
from docflow.embedding import SIZE, Embedding, embedding_of
from docflow.errors import ModelFileError

INVERSE_REGULARISATION = 0.3
"""On standardised embeddings. Between 0.1 and 1 it makes no difference of two documents on the tuning half."""

MOST_ITERATIONS = 1000

PAGES_FILE, WEIGHTS_FILE, BIASES_FILE = "pages.json", "pages-weights.npy", "pages-biases.npy"


@dataclass(frozen=True, slots=True, eq=False)
class PageModel:
    """Weights (`SIZE` x labels) and biases as float32, for embeddings of one network.

    `columns` are the labels that it knows, by their numbers among those of the model that it is part of.
    """

    network: str
    columns: NDArray[np.intp]
    weights: Floats
    biases: Floats

    def log_probabilities(self, values: Floats) -> Floats:
        """The logarithm of what each embedding (documents x `SIZE`) gives each label that is known."""
        scores = (values @ self.weights + self.biases).astype(np.float64)
        # By hand: for one page, scipy's takes a twentieth of a prediction.
        scores -= scores.max(axis=1, keepdims=True)
        found: Floats = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return found

    def files(self) -> dict[str, bytes]:
        """The model as files that hold no code, each by its name."""
        described = json.dumps({"network": self.network, "columns": self.columns.tolist()})
        return {
            PAGES_FILE: described.encode(),
            WEIGHTS_FILE: to_npy(self.weights),
            BIASES_FILE: to_npy(self.biases),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """The embeddings of some documents: their `rows` among all, and documents x `SIZE`, all of the same network."""

    network: str
    rows: NDArray[np.intp]
    values: Floats

    @classmethod
    def of(cls, thumbnails: Sequence[bytes], *, network: str | None = None) -> Pages:
        """What these thumbnails carry; of the network that most of them have, where none is named."""
        found = {row: read for row, each in enumerate(thumbnails) if (read := embedding_of(each)) is not None}
        named = network if network is not None else most_common(found.values())
        rows = [row for row, read in found.items() if read.network == named]
        values = np.array([found[row].values for row in rows], dtype=np.float32).reshape(len(rows), SIZE)
        return cls(named, np.array(rows, dtype=np.intp), values)

    def among(self, rows: NDArray[np.intp]) -> Pages:
        """Those of these rows, which keep their numbers."""
        kept = np.isin(self.rows, rows)
        return Pages(self.network, self.rows[kept], self.values[kept])


def most_common(embeddings: Iterable[Embedding]) -> str:
    """The network that most embeddings are of, the first by its name among equals; empty where there are none."""
    counts = Counter(sorted(each.network for each in embeddings))
    return counts.most_common(1)[0][0] if counts else ""


def fit_pages(pages: Pages, truth: NDArray[np.intp]) -> PageModel | None:
    """The model of these pages, whose documents have the labels of these numbers (of all documents, by their rows).

    Labels of under `LEAST_PER_LABEL` pages are left out; None where under two are left.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    numbers, counts = np.unique(truth[pages.rows], return_counts=True)
    columns = numbers[counts >= LEAST_PER_LABEL]
    if len(columns) < 2:
        return None
    learnt = pages.among(np.flatnonzero(np.isin(truth, columns)))
    labels = truth[learnt.rows]
    # In an order of their own, so that the order of documents changes no sum.
    order = np.lexsort((*learnt.values.T[:4], labels))
    scaler = StandardScaler()
    scaled = scaler.fit_transform(learnt.values[order].astype(np.float64))
    linear = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=MOST_ITERATIONS).fit(scaled, labels[order])
    weights, biases = linear.coef_.T, linear.intercept_
    if len(columns) == 2:
        weights, biases = np.hstack([np.zeros_like(weights), weights]), np.concatenate([np.zeros(1), biases])
    weights = weights / scaler.scale_[:, None]
    return PageModel(
        pages.network,
        columns.astype(np.intp),
        weights.astype(np.float32),
        (biases - scaler.mean_ @ weights).astype(np.float32),
    )


def read_pages(files: Mapping[str, bytes], *, labels: int) -> PageModel | None:
    """The model that `PageModel.files` wrote, None where there is none; `ModelFileError` where it does not load."""
    if PAGES_FILE not in files:
        return None
    try:
        described = json.loads(files[PAGES_FILE])
        network, columns = str(described["network"]), np.array(described["columns"], dtype=np.intp)
        weights, biases = from_npy(files[WEIGHTS_FILE]), from_npy(files[BIASES_FILE])
    except (KeyError, ValueError, TypeError, EOFError, OverflowError) as error:
        raise ModelFileError("the files of the model that looks at pages do not load") from error
    is_fit = columns.ndim == 1 and weights.shape == (SIZE, len(columns)) and biases.shape == columns.shape
    if not is_fit or len(columns) < 2 or not ((columns >= 0) & (columns < labels)).all():
        raise ModelFileError("the model that looks at pages does not fit the labels")
    return PageModel(network, columns, weights, biases)
