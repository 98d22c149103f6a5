from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from docflow.classify.blocks import ENDS, WEIGHTS, by_block, count_blocks, has_many_real
from docflow.classify.features import BUCKETS, count_features
from docflow.types import LabelledText


def lengths_of(weighted: sp.csr_matrix, row: int) -> list[float]:
    """The Euclidean length of each block of a row."""
    starts = (0, *ENDS[:-1])
    return [float(np.linalg.norm(weighted[row, a:b].toarray())) for a, b in zip(starts, ENDS, strict=True)]


def test_each_block_has_its_length_however_much_a_text_has_of_it() -> None:
    counts = count_blocks(["invoice no 17\ntotal 5", "word " * 3000], lines=True)
    scaled = by_block(counts)
    for row in (0, 1):
        np.testing.assert_allclose(lengths_of(scaled, row), WEIGHTS, rtol=1e-5)


def test_a_text_without_words_stays_empty() -> None:
    scaled = by_block(count_blocks(["", "total"], lines=True))
    assert scaled[0].nnz == 0
    assert np.isfinite(scaled.data).all()


def test_the_first_block_is_what_the_ngrams_count() -> None:
    texts = ["invoice no 17\ntotal 5", "dear sir"]
    counts = count_blocks(texts, lines=True)
    assert counts.shape == (2, ENDS[-1])
    assert counts.dtype == np.float32
    assert (counts[:, :BUCKETS] != count_features(texts)).nnz == 0


def test_within_a_block_values_keep_their_proportions() -> None:
    counts = count_blocks(["total total due"], lines=True)
    scaled = by_block(counts)[:, :BUCKETS]
    ratios = scaled.data / counts[:, :BUCKETS].data
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-5)


def test_ngrams_alone_have_the_length_of_one() -> None:
    counts = count_blocks(["invoice no 17\ntotal 5"], lines=False)
    assert counts.shape == (1, BUCKETS)
    assert np.linalg.norm(by_block(counts).data) == pytest.approx(1)


@pytest.mark.parametrize(("real", "enough"), [(20, True), (19, False), (0, False)])
def test_lines_are_learnt_from_where_real_documents_are_ten_a_label(real: int, enough: bool) -> None:
    samples = [LabelledText("text", ("a", "b")[row % 2], "eng", is_generated=row >= real) for row in range(60)]
    assert has_many_real(samples) is enough
