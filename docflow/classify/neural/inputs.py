"""What the network takes of a document: its n-grams' buckets with their counts, and the ink of its thumbnail."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from docflow.thumbnail import SIDE, thumbnail_pixels

PAPER, INK = 75.0, 2.0
"""Percentiles of a thumbnail's greys that are taken for its paper and its ink."""

LEAST_CONTRAST = 40.0
"""Greys between ink and paper at least: the grain of an empty page is not blown up."""


def ngrams_of(counts: sp.csr_matrix, row: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """One text's buckets and how often each occurs; bucket 0 not once where the text has no n-gram."""
    start, end = counts.indptr[row : row + 2]
    if start == end:
        return np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.float32)
    return counts.indices[start:end].astype(np.int64), counts.data[start:end].astype(np.float32)


def ink_of(thumbnail: bytes) -> NDArray[np.float32]:
    """How dark each place of the page is against its paper, 0…1: `SIDE` x `SIDE`, the page in the upper left.

    Nothing but zeros where there is no thumbnail, or it is none of ours: the network has seen such pages too.
    """
    field = np.zeros((SIDE, SIDE), dtype=np.float32)
    pixels = thumbnail_pixels(thumbnail)
    if pixels is None:
        return field
    ink, paper = np.percentile(pixels, (INK, PAPER))
    dark = np.clip((paper - pixels) / max(paper - ink, LEAST_CONTRAST), 0.0, 1.0)
    field[: dark.shape[0], : dark.shape[1]] = dark
    return field
