"""The linear model's inputs in blocks: n-grams, words in their places, shapes of lines; each block weighed by itself.

In one block, the few dozen lines of a page would drown among its thousands of n-grams. Lines are looked at where real
documents say how they stand: those of the generator stand otherwise than most.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from docflow.classify.features import BUCKETS, count_features
from docflow.classify.layout import PLACED_WORDS, SHAPES, count_layout
from docflow.types import LabelledText

ENDS = (BUCKETS, BUCKETS + PLACED_WORDS, BUCKETS + PLACED_WORDS + SHAPES)
"""The column after each block's last."""

WEIGHTS = np.array([1.8, 1.3, 0.55])
"""The length of each block's vector, where there are lines beside the n-grams; alone, the n-grams' is 1. Chosen on the
tuning half: see record 13."""

REAL_A_LABEL = 10
"""Real documents a label, on average, from which on lines are learnt from. Learnt from generated documents alone, lines
take 0.005 to 0.03 from the tuning half's macro accuracy, by their weight; with real ones, eight kinds gain 0.035."""


def has_many_real(samples: Sequence[LabelledText], *, beside: Set[str] = frozenset()) -> bool:
    """Whether real documents are `REAL_A_LABEL` a label on average: enough for a model to learn from their lines.

    The labels are those of the samples, and of what is to be learnt from `beside` them.
    """
    real = sum(not sample.is_generated for sample in samples)
    return real >= REAL_A_LABEL * len({sample.label for sample in samples} | beside)


def count_blocks(texts: Sequence[str], *, lines: bool) -> sp.csr_matrix:
    """How often each text has what each column counts, as float32: texts x `BUCKETS`, or `ENDS[-1]` with `lines`."""
    counts = count_features(texts)
    return sp.hstack([counts, *count_layout(texts)], format="csr", dtype=np.float32) if lines else counts


def by_block(weighted: sp.csr_matrix) -> sp.csr_matrix:
    """The same rows with each block at its own length; `weighted` has all blocks, or n-grams alone."""
    scales = block_scales(weighted, weighted.data)
    values = (weighted.data * scales).astype(weighted.dtype)
    return sp.csr_matrix((values, weighted.indices, weighted.indptr), shape=weighted.shape)


def block_scales(counts: sp.csr_matrix, weighted: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """What each stored value of `counts`, once it is `weighted`, is multiplied by to give its block its length."""
    lengths = np.diff(counts.indptr)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    blocks = np.searchsorted(ENDS, counts.indices, side="right")
    numbers = rows * len(ENDS) + blocks
    norms = np.sqrt(np.bincount(numbers, weighted.astype(np.float64) ** 2, minlength=len(lengths) * len(ENDS)))
    wanted = WEIGHTS if counts.shape[1] > BUCKETS else np.ones(len(ENDS))
    scales: NDArray[np.float64] = wanted[blocks] / np.maximum(norms[numbers], 1e-12)
    return scales
