"""A page photographed at a slant, seen straight on: where its paper's four sides are clear, they are made a rectangle.

Paper is brighter, along each of its sides, than what it lies on. A picture in which no such sheet is seen, or in which
it lies straight already, stays as it is: scans and screenshots do, and photographs of nothing but paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import reduce
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.ocr.outside import has_writing_outside
from docflow.ocr.pixels import Grey, scaled
from docflow.types import Box, Line, PageImage

LOOKED_AT = 500
"""Pixels of the longer side at which paper is looked for."""

LEVELS = range(40, 240, 20)
"""Grey levels that may part paper from what it lies on, in light or in shadow."""

WRITING = 9
"""Pixels of the square that closes writing, there: what is written at the paper's edge would dent its outline."""

LEAST_PAPER = 0.25
"""Share of the picture from which a sheet may be the page."""

LEAST_FILLED = 0.97
"""Share of its four corners' area that a flat sheet fills; torn and curled ones, and those under a hand, fill less."""

BESIDE = 4
"""Pixels, there, from a side at which the paper is held against what it lies on."""

BRIGHTER = 15
"""Grey levels that paper is brighter."""

LEAST_SEEN = 0.85
"""Share of each side along which it has to be."""

ALONG = np.linspace(0.03, 0.97, 100)
"""Where along a side that is looked at, in shares of its length: corners are rounded."""

SLANTED = 2.0
"""Degrees off the picture's edges from which a side is made straight: engines follow lines that are so little off."""

EDGE = 0.03
"""What is kept beyond it on each side, in widths of the paper: its outline is not found to the pixel."""

LEAST_OTHERS = 0.05
"""Area of other bright things in the picture, in areas of the sheet, from which they may be sheets, and are kept."""

MOST_GROWN = 2.5
"""Times the picture's area that it may have once it is straight: sheets seen from the side would be drawn out."""

TOLERANCES = (0.005, 0.01, 0.02, 0.04)
"""By how much, in shares of its length, an outline may differ from one with four corners; the least first."""

Corners = NDArray[np.float64]
"""Four points, clockwise from the top left, as x and y: 4 x 2."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper in a picture, and whether there is nothing beside it that may be another."""

    corners: Corners
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Straight:
    """A page's pixels as seen straight on. `inverse`, 3 x 3, maps points of them to the page as it came.

    `rotation` is by how many degrees the middle of the page as it came has to be turned clockwise to lie so.
    """

    image: PageImage
    inverse: Matrix
    rotation: float
    size: tuple[int, int]

    def lines_as_they_came(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """The lines with boxes in pixels of the page as it came."""
        if np.array_equal(self.inverse, np.eye(3)):
            return lines
        return tuple(
            Line(tuple(replace(word, box=self._as_it_came(word.box)) for word in line.words)) for line in lines
        )

    def _as_it_came(self, box: Box) -> Box:
        corners = moved(np.array([[x, y] for x in (box.x0, box.x1) for y in (box.y0, box.y1)]), self.inverse)
        height, width = self.size
        xs, ys = np.clip(corners[:, 0], 0, width), np.clip(corners[:, 1], 0, height)
        return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))


def straightened(image: PageImage) -> Straight:
    """The page as seen straight on: its paper, and what is around that where it may be more than a table.

    It is the page as it came where no sheet is seen clearly, where it lies straight, and where it is seen from so far
    to the side that it would be drawn out.
    """
    sheet = sheet_in(image.pixels)
    if sheet is None or slant_of(sheet.corners) < SLANTED:
        return as_it_came(image)
    matrix, (width, height) = straightening(sheet.corners, shown=sheet.corners)
    # A band of colour along the sheet's edge may be as dark as the table.
    if not sheet.is_alone or has_writing_outside(image.pixels, matrix, (width, height)):
        edges = np.array([(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)], np.float64)
        matrix, (width, height) = straightening(sheet.corners, shown=edges)
    if not 0 < width * height <= MOST_GROWN * image.width * image.height:
        return as_it_came(image)
    pixels = cv2.warpPerspective(
        image.pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    inverse = np.asarray(np.linalg.inv(matrix), np.float64)
    x, y = moved(sheet.corners, matrix).mean(axis=0)
    across, down = np.diff(moved(np.array([(x, y), (x + 1, y)]), inverse), axis=0)[0]
    rotation = -math.degrees(math.atan2(down, across)) % 360
    return Straight(replace(image, pixels=cast(Grey, pixels)), inverse, round(rotation, 2), (image.height, image.width))


def as_it_came(image: PageImage) -> Straight:
    """The page without any change."""
    return Straight(image, np.eye(3), 0.0, (image.height, image.width))


def straightening(paper: Corners, *, shown: Corners) -> tuple[Matrix, tuple[int, int]]:
    """What maps a picture to one in which the paper is a rectangle, and the width and height that hold what is shown.

    Both are 0 where some of it lies beyond the horizon of the paper's plane.
    """
    upper, right, lower, left = np.linalg.norm(sides_of(paper), axis=1)
    across, down = max(upper, lower), max(left, right)
    laid = np.array([(0, 0), (across, 0), (across, down), (0, down)], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(paper.astype(np.float32), laid), np.float64)
    nearness, paper_nearness = (points @ matrix[2, :2] + matrix[2, 2] for points in (shown, paper))
    if (nearness * paper_nearness[0] <= 0).any():
        return matrix, (0, 0)
    seen = moved(shown, matrix)
    (x0, y0), (x1, y1) = seen.min(axis=0) - EDGE * across, seen.max(axis=0) + EDGE * across
    return np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1]]) @ matrix, (math.ceil(x1 - x0), math.ceil(y1 - y0))


def moved(points: NDArray[np.float64], matrix: Matrix) -> NDArray[np.float64]:
    """Where the points, n x 2, lie under this 3 x 3 mapping."""
    return np.asarray(cv2.perspectiveTransform(points[None].astype(np.float64), matrix)[0], np.float64)


def sides_of(corners: Corners) -> NDArray[np.float64]:
    """The upper, right, lower and left side, each as how far it goes across and down: 4 x 2."""
    return np.asarray(np.roll(corners, -1, axis=0) - corners, np.float64)


def slant_of(corners: Corners) -> float:
    """The most degrees by which a side is off the picture's edges, 0…45."""
    across, down = np.abs(sides_of(corners)).T
    return float(np.degrees(np.arctan2(np.minimum(across, down), np.maximum(across, down))).max())


def sheet_in(pixels: NDArray[np.uint8]) -> Sheet | None:
    """The sheet of paper in the picture; None where its four sides are not clear."""
    scale = min(1.0, LOOKED_AT / max(pixels.shape[:2]))
    small = scaled(pixels, scale)
    # Paper is white: of what it lies on, one colour at least is darker.
    darkest = small if small.ndim == 2 else cast(Grey, reduce(cv2.min, cv2.split(small)))
    soft = cv2.GaussianBlur(darkest, (0, 0), 1)
    plain = cast(Grey, cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((WRITING, WRITING), np.uint8)))
    sheets = [sheet for level in LEVELS if (sheet := sheet_at(plain, level)) is not None]
    seen = [seen_share(plain, sheet.corners) for sheet in sheets]
    if max(seen, default=0.0) < LEAST_SEEN:
        return None
    return Sheet(sheets[int(np.argmax(seen))].corners / scale, is_alone=all(sheet.is_alone for sheet in sheets))


def sheet_at(grey: Grey, level: int) -> Sheet | None:
    """The largest part of the picture that is brighter than this level, where it has just four corners."""
    bright = cv2.threshold(grey, level, 1, cv2.THRESH_BINARY)[1]
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    parts = sorted(contours, key=cv2.contourArea)
    areas = [cv2.contourArea(part) for part in parts]
    if not parts or areas[-1] < LEAST_PAPER * grey.size:
        return None
    hull = cv2.convexHull(parts[-1])
    length = cv2.arcLength(hull, True)
    for tolerance in TOLERANCES:
        corners = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(corners) == 4 and areas[-1] >= LEAST_FILLED * cv2.contourArea(corners):
            return Sheet(in_order(corners[:, 0].astype(np.float64)), sum(areas[:-1]) < LEAST_OTHERS * areas[-1])
    return None


def in_order(corners: Corners) -> Corners:
    """The corners clockwise from the top left."""
    x, y = (corners - corners.mean(axis=0)).T
    around = corners[np.argsort(np.arctan2(y, x))]
    return np.roll(around, -int(np.argmin(around.sum(axis=1))), axis=0)


def seen_share(grey: Grey, corners: Corners) -> float:
    """Along which share of its side that is seen least the sheet is brighter than what lies beyond, 0…1.

    Nothing lies beyond the picture: a sheet that is cut by its edge is not seen there.
    """
    padded = cv2.copyMakeBorder(grey, BESIDE, BESIDE, BESIDE, BESIDE, cv2.BORDER_CONSTANT, value=255).astype(np.int16)
    sides = sides_of(corners)
    # Clockwise around the sheet, its inside is to the right of each side.
    inward = BESIDE * np.stack([-sides[:, 1], sides[:, 0]], axis=1) / np.linalg.norm(sides, axis=1, keepdims=True)
    points = corners[:, None] + ALONG[None, :, None] * sides[:, None]
    inside, outside = (at_points(padded, points + shift[:, None] + BESIDE) for shift in (inward, -inward))
    return float((inside - outside >= BRIGHTER).mean(axis=1).min())


def at_points(levels: NDArray[np.int16], points: NDArray[np.float64]) -> NDArray[np.int16]:
    """The levels at the points, ... x 2, which are cut at the picture's edges."""
    x, y = np.moveaxis(points.round().astype(int), -1, 0)
    return np.asarray(levels[y.clip(0, levels.shape[0] - 1), x.clip(0, levels.shape[1] - 1)], np.int16)
