"""A page turned upright: by quarter turns, and by the few degrees that a scanner or a hand is off.

What is found on the upright page is told in the coordinates of the page as it came.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.ocr.pixels import Grey, scaled
from docflow.ocr.tiles import tiles_of
from docflow.types import Box, Line, PageImage

LOOKED_AT = 900
"""Pixels of the longer side at which skew is measured: a tenth of a degree is a pixel and a half there."""

MOST_SKEW = 15.0
LEAST_SKEW = 0.6
"""Degrees under which turning blurs more than it helps: engines follow lines that are so little off."""

COARSE, FINE = 1.0, 0.1
FEWEST_POINTS, MOST_POINTS = 100, 30_000
LEAST_GAIN = 1.08
"""How much sharper rows have to be at the found angle than as they are; less is noise of pictures and stamps."""

LEAST_PEAK = 4.0
"""How much sharper rows have to be at the found angle than at most angles: pages of text measure 5 and more, noise,
photos and single strokes 3.5 at most."""


@dataclass(frozen=True, slots=True)
class Upright:
    """A page's pixels turned upright. `inverse` maps points of the upright page to the page as it came."""

    image: PageImage
    rotation: float
    inverse: NDArray[np.float64]
    size: tuple[int, int]

    def lines_as_they_came(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """The lines with boxes in pixels of the page as it came."""
        if self.rotation == 0:
            return lines
        return tuple(
            Line(tuple(replace(word, box=self._as_it_came(word.box)) for word in line.words)) for line in lines
        )

    def _as_it_came(self, box: Box) -> Box:
        corners = np.array([[x, y, 1] for x in (box.x0, box.x1) for y in (box.y0, box.y1)]) @ self.inverse.T
        height, width = self.size
        xs, ys = np.clip(corners[:, 0], 0, width), np.clip(corners[:, 1], 0, height)
        return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))


def turn(image: PageImage, *, quarters: int = 0, skew: float = 0.0) -> Upright:
    """The page turned clockwise by so many quarters, and then by `skew` degrees, as large as all of it needs then.

    The corners that a skewed page leaves empty are filled with what lies at its edge.
    """
    size = image.pixels.shape[:2]
    pixels = np.ascontiguousarray(np.rot90(image.pixels, -quarters)) if quarters % 4 else image.pixels
    matrix = quarter_matrix(quarters % 4, height=size[0], width=size[1])
    if skew:
        slant, broader = slanting(skew, height=pixels.shape[0], width=pixels.shape[1])
        pixels = cast(
            Grey, cv2.warpAffine(pixels, slant, broader, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        )
        matrix = np.vstack([slant, [0, 0, 1]]) @ matrix
    return Upright(
        image=replace(image, pixels=pixels),
        rotation=(90.0 * (quarters % 4) + skew) % 360,
        inverse=np.linalg.inv(matrix)[:2].astype(np.float64),
        size=(size[0], size[1]),
    )


def slanting(degrees: float, *, height: int, width: int) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The 2 x 3 matrix that turns a page clockwise by so many degrees, and the width and height that hold all of it."""
    cosine, sine = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    # By whole pixels, so that letters look the same however large the page is.
    across = math.ceil((width * cosine + height * sine - width) / 2)
    down = math.ceil((width * sine + height * cosine - height) / 2)
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0), np.float64)
    matrix[:, 2] += across, down
    return matrix, (width + 2 * across, height + 2 * down)


def quarter_matrix(quarters: int, *, height: int, width: int) -> NDArray[np.float64]:
    """The 3 x 3 matrix from points of a page to those of the page turned clockwise by 0 to 3 quarters."""
    matrices = (
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, -1, height], [1, 0, 0], [0, 0, 1]],
        [[-1, 0, width], [0, -1, height], [0, 0, 1]],
        [[0, 1, 0], [-1, 0, width], [0, 0, 1]],
    )
    return np.array(matrices[quarters], dtype=np.float64)


def find_skew(grey: Grey) -> float:
    """By how many degrees clockwise the page has to be turned for its lines to lie level; 0 where it hardly matters.

    The angle at which the rows of ink are told apart best (Postl 1986): the squared differences of neighbouring rows'
    ink are largest there. It is looked for within `MOST_SKEW` either way; in the middle of a page that is much longer
    than broad, whose rows would run together on the picture that it is measured on.
    """
    tiles = tiles_of(grey.shape)
    points = ink(tiles[len(tiles) // 2].of(grey))
    if len(points) < FEWEST_POINTS:
        return 0.0
    coarse = {
        angle: sharpness(points, angle) for angle in np.arange(-MOST_SKEW, MOST_SKEW + COARSE / 2, COARSE).tolist()
    }
    nearly = max(coarse, key=coarse.__getitem__)
    around = np.arange(nearly - COARSE, nearly + COARSE + FINE / 2, FINE).clip(-MOST_SKEW, MOST_SKEW)
    fine = {angle: sharpness(points, angle) for angle in around.tolist()}
    found = max(fine, key=fine.__getitem__)
    least = max(LEAST_GAIN * coarse[0.0], LEAST_PEAK * statistics.median(coarse.values()))
    return round(found, 2) if abs(found) >= LEAST_SKEW and fine[found] >= least else 0.0


def ink(grey: Grey) -> NDArray[np.float32]:
    """Points (x, y) of dark pixels on the page made small, at most `MOST_POINTS` of them."""
    factor = min(1.0, LOOKED_AT / max(grey.shape))
    dark = cv2.adaptiveThreshold(scaled(grey, factor), 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    ys, xs = np.nonzero(dark)
    step = max(1, math.ceil(len(xs) / MOST_POINTS))
    return np.stack([xs[::step], ys[::step]], axis=1).astype(np.float32)


def sharpness(points: NDArray[np.float32], angle: float) -> float:
    """How much the ink of neighbouring rows differs once the page is turned by `angle` degrees clockwise."""
    radians = math.radians(angle)
    rows = points[:, 0] * np.float32(math.sin(radians)) + points[:, 1] * np.float32(math.cos(radians))
    counts = np.bincount((rows - rows.min()).astype(np.int32))
    return float((np.diff(counts.astype(np.float64)) ** 2).sum())
