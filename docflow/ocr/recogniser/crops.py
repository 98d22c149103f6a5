"""Line crops as the network takes them: grey, 32 pixels high, side by side in a batch of one width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.ocr.pixels import grey

HEIGHT = 32
"""Pixels of a line's height that the network sees."""

STRIDE = 4
"""Pixels of width that become one step of the network."""

LEAST_WIDTH, MOST_WIDTH = 16, 4096
"""Narrower lines are padded; wider ones, of more than two hundred letters, are squeezed."""


def prepared(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The crop in grey, `HEIGHT` pixels high, as wide as its proportions ask."""
    height, width = crop.shape[:2]
    wide = min(MOST_WIDTH, max(4, round(width * HEIGHT / height)))
    way = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC
    return cast(NDArray[np.uint8], cv2.resize(grey(crop), (wide, HEIGHT), interpolation=way))


def steps_of(line: NDArray[np.uint8]) -> int:
    """Steps of the network that a prepared line takes, without those of what it is padded with."""
    width: int = line.shape[1]
    return math.ceil(width / STRIDE)


def batched(lines: Sequence[NDArray[np.uint8]], *, width: int | None = None) -> NDArray[np.float32]:
    """The prepared lines as N x 1 x HEIGHT x width values from -1, black, to 1.

    Each line's last column is repeated to the right, as EasyOCR does it; `width` None stands for the widest line's.
    """
    wide = width or max(LEAST_WIDTH, *(line.shape[1] for line in lines))
    batch = np.empty((len(lines), 1, HEIGHT, wide), np.float32)
    for place, line in zip(batch, lines, strict=True):
        place[0, :, : line.shape[1]] = line
        place[0, :, line.shape[1] :] = line[:, -1:]
    batch /= 127.5
    batch -= 1.0
    return batch
