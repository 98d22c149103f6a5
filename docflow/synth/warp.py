"""How a page lies in front of a scanner or a camera: turned or seen askew, with its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.types import Box, Word

Pixels = NDArray[np.uint8]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Warp:
    """A mapping of page pixels to image pixels: a 3 x 3 homography, and the image's width and height."""

    matrix: Matrix
    width: int
    height: int

    def pixels(self, page: Pixels, *, ground: Pixels) -> Pixels:
        """The page laid on the ground, which is an image of this warp's size."""
        size = (self.width, self.height)
        laid = cv2.warpPerspective(page, self.matrix, size, borderMode=cv2.BORDER_REPLICATE)
        opaque = np.ones(page.shape[:2], np.float32)
        cover = cv2.warpPerspective(opaque, self.matrix, size)[:, :, None]
        return np.asarray(ground + (laid - ground.astype(np.float32)) * cover, np.uint8)

    def words(self, words: Iterable[Word]) -> list[Word]:
        """The words with the boxes around their new places; those outside the image are left out."""
        moved = (replace(word, box=self._box(word.box)) for word in words)
        return [word for word in moved if word.box.x1 > word.box.x0 and word.box.y1 > word.box.y0]

    def _box(self, box: Box) -> Box:
        """The box around the moved corners, cut at the image's edges."""
        corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]
        moved = cv2.perspectiveTransform(np.array([corners], np.float64), self.matrix)[0]
        across = np.clip(moved[:, 0], 0, self.width)
        down = np.clip(moved[:, 1], 0, self.height)
        return Box(float(across.min()), float(down.min()), float(across.max()), float(down.max()))


def turned(width: int, height: int, *, degrees: float) -> Warp:
    """A page of this size turned about its middle, in an image just large enough to hold it."""
    angle = np.radians(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    wide = int(np.ceil(width * abs(cosine) + height * abs(sine)))
    high = int(np.ceil(width * abs(sine) + height * abs(cosine)))
    matrix = np.array(
        [
            [cosine, -sine, wide / 2 - cosine * width / 2 + sine * height / 2],
            [sine, cosine, high / 2 - sine * width / 2 - cosine * height / 2],
            [0.0, 0.0, 1.0],
        ]
    )
    return Warp(matrix, wide, high)


def seen_askew(width: int, height: int, *, rng: np.random.Generator, tilt: float, margin: float) -> Warp:
    """A page as a hand-held camera sees it.

    `margin` is what is seen of the ground on each side, `tilt` how far each corner strays; both are shares of the
    page's shorter side.
    """
    short = min(width, height)
    edge, stray = margin * short, tilt * short
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = corners + edge + rng.uniform(-stray, stray, (4, 2)).astype(np.float32)
    seen -= np.minimum(seen.min(axis=0), 0)
    far_x, far_y = np.maximum(seen.max(axis=0), corners.max(axis=0) + 2 * edge)
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    return Warp(np.asarray(matrix, np.float64), int(np.ceil(far_x)), int(np.ceil(far_y)))
