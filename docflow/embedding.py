"""A page's embedding: what a pre-trained network makes of how the page looks, carried in the page's thumbnail.

PNG leaves room for chunks that others pass over (PNG specification, section 4.7): wherever a thumbnail is stored or
sent, the embedding comes along, and whoever only shows the picture notices nothing.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from docflow.thumbnail import LARGEST_BYTES

SIZE = 384
"""Numbers in an embedding: the channels of the network's deepest features."""

NETWORK_BYTES = 4
"""Of the SHA-256 of the network's file that say which network it was: embeddings of two networks do not compare."""

CHUNK = b"emBD"
"""Ancillary, private, and not to be copied by who changes the picture, by the case of its letters."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
FRAME = 12
"""Bytes of a chunk beside its content: length, name and checksum. The last chunk, `IEND`, has no more."""


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """`SIZE` numbers as float32, of length 1, and the network that gave them by the start of its file's SHA-256."""

    network: str
    values: NDArray[np.float32] = field(repr=False)


def with_embedding(thumbnail: bytes, embedding: Embedding) -> bytes:
    """The PNG with the embedding in it, in half precision: 784 bytes more."""
    content = bytes.fromhex(embedding.network) + embedding.values.astype("<f2").tobytes()
    checksum = zlib.crc32(CHUNK + content)
    chunk = struct.pack(">I4s", len(content), CHUNK) + content + struct.pack(">I", checksum)
    return thumbnail[:-FRAME] + chunk + thumbnail[-FRAME:]


def embedding_of(thumbnail: bytes) -> Embedding | None:
    """The embedding that the PNG carries; None where it carries none of ours, or a damaged one."""
    content = _chunk(thumbnail)
    if content is None or len(content) != NETWORK_BYTES + 2 * SIZE:
        return None
    values = np.frombuffer(content, dtype="<f2", offset=NETWORK_BYTES).astype(np.float32)
    return Embedding(content[:NETWORK_BYTES].hex(), values) if np.isfinite(values).all() else None


def _chunk(thumbnail: bytes) -> bytes | None:
    """The content of our chunk; None where there is none, or its checksum is wrong."""
    if len(thumbnail) > LARGEST_BYTES or not thumbnail.startswith(SIGNATURE):
        return None
    start = len(SIGNATURE)
    while start + FRAME <= len(thumbnail):
        length, name = struct.unpack_from(">I4s", thumbnail, start)
        end = start + FRAME + length
        if name == CHUNK and end <= len(thumbnail):
            content = thumbnail[start + 8 : end - 4]
            (checksum,) = struct.unpack_from(">I", thumbnail, end - 4)
            return content if zlib.crc32(CHUNK + content) == checksum else None
        start = end
    return None
