"""Lines as the training takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Lines:
    """Prepared lines (`docflow.ocr.recogniser.crops.prepared`), and what each says, in the alphabet's characters."""

    pictures: Sequence[NDArray[np.uint8]]
    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.texts)

    def digest(self) -> str:
        """The SHA-256 of what the lines look like and say."""
        digest = hashlib.sha256()
        for picture, text in zip(self.pictures, self.texts, strict=True):
            digest.update(f"{picture.shape} {len(text)} {text}".encode())
            digest.update(picture.tobytes())
        return digest.hexdigest()


Shards = Callable[[int], Lines]
"""Gives shard 0, 1, 2 … and the same lines for the same number every time."""
