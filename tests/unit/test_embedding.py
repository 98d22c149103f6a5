"""An embedding travels in a thumbnail's PNG, and nothing else of the picture changes."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from docflow.embedding import CHUNK, SIZE, Embedding, embedding_of, with_embedding
from docflow.thumbnail import LARGEST_BYTES, thumbnail_of, thumbnail_pixels

PAGE = np.random.default_rng(0).integers(0, 255, (400, 300), dtype=np.uint8)
SMALL = thumbnail_of(PAGE)


def embedding(seed: int = 0) -> Embedding:
    values = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
    return Embedding("0a1b2c3d", values / np.linalg.norm(values))


def test_what_was_put_in_comes_out_in_half_precision() -> None:
    found = embedding_of(with_embedding(SMALL, embedding()))
    assert found is not None
    assert (found.network, found.values.dtype) == ("0a1b2c3d", np.float32)
    np.testing.assert_array_equal(found.values, embedding().values.astype(np.float16).astype(np.float32))


def test_the_picture_stays_as_it_was_for_whoever_shows_it() -> None:
    carrying = with_embedding(SMALL, embedding())
    assert len(carrying) - len(SMALL) == 784
    np.testing.assert_array_equal(thumbnail_pixels(carrying), thumbnail_pixels(SMALL))
    with Image.open(io.BytesIO(carrying)) as shown:
        shown.load()
        assert shown.size == (72, 96)


def test_a_thumbnail_without_one_has_none() -> None:
    assert embedding_of(SMALL) is None
    assert embedding_of(b"") is None
    assert embedding_of(b"no picture") is None


def test_a_damaged_one_is_none() -> None:
    carrying = bytearray(with_embedding(SMALL, embedding()))
    carrying[carrying.index(CHUNK) + 20] ^= 1
    assert embedding_of(bytes(carrying)) is None


@pytest.mark.parametrize("kept", [3, 8, 40, 700])
def test_a_picture_that_ends_too_soon_has_none(kept: int) -> None:
    carrying = with_embedding(SMALL, embedding())
    assert embedding_of(carrying[: carrying.index(CHUNK) - 8 + kept]) is None


def test_one_of_another_length_is_none_of_ours() -> None:
    other = Embedding("0a1b2c3d", np.ones(SIZE - 1, dtype=np.float32))
    assert embedding_of(with_embedding(SMALL, other)) is None


def test_one_that_holds_no_numbers_is_none() -> None:
    values = embedding().values.copy()
    values[7] = np.nan
    assert embedding_of(with_embedding(SMALL, Embedding("0a1b2c3d", values))) is None


def test_a_length_beyond_the_picture_leads_nowhere() -> None:
    carrying = with_embedding(SMALL, embedding())
    start = carrying.index(CHUNK)
    huge = carrying[: start - 4] + struct.pack(">I", 0xFFFFFFFF) + carrying[start:]
    assert embedding_of(huge) is None


def test_what_is_larger_than_any_thumbnail_is_not_looked_at() -> None:
    assert embedding_of(with_embedding(SMALL, embedding()) + bytes(LARGEST_BYTES)) is None
