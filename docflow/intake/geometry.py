"""From PDF points on the unturned page to pixels of the page as it is seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from docflow.types import Box

POINTS_PER_INCH = 72.0

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top in PDF points, origin bottom left."""


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The visible rectangle of a page, the clockwise turn under which it is shown, and the resolution."""

    visible: Rectangle
    rotation: int
    dpi: float

    @property
    def width(self) -> int:
        """Pixels from left to right, as the page is seen; 1 at least."""
        return self._pixels(self._extent[0])

    @property
    def height(self) -> int:
        """Pixels from top to bottom, as the page is seen; 1 at least."""
        return self._pixels(self._extent[1])

    @property
    def _extent(self) -> tuple[float, float]:
        left, bottom, right, top = self.visible
        across, down = right - left, top - bottom
        return (down, across) if self.rotation in (90, 270) else (across, down)

    def _pixels(self, points: float) -> int:
        return max(1, round(points * self.dpi / POINTS_PER_INCH))

    def turned(self, rotation: int) -> PageFrame:
        """The frame of the page shown `rotation` degrees further clockwise, a multiple of 90."""
        return replace(self, rotation=(self.rotation + rotation) % 360)

    def turned_back(self, box: Box, *, rotation: int) -> Box:
        """Where a box in pixels of the `turned` frame lies in this one."""
        match rotation:
            case 90:
                return Box(box.y0, self.height - box.x1, box.y1, self.height - box.x0)
            case 180:
                return Box(self.width - box.x1, self.height - box.y1, self.width - box.x0, self.height - box.y0)
            case 270:
                return Box(self.width - box.y1, box.x0, self.width - box.y0, box.x1)
            case _:
                return box

    def to_pixels(self, rectangles: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows of left, bottom, right, top in points as rows of x0, y0, x1, y1 in pixels, cut at the page's edges.

        A rectangle whose middle is not seen, or whose corners are no numbers, becomes a row of NaN.
        """
        left, bottom, right, top = self.visible
        x0, y0, x1, y1 = rectangles.T
        match self.rotation:
            case 90:
                seen = (y0 - bottom, x0 - left, y1 - bottom, x1 - left)
            case 180:
                seen = (right - x1, y0 - bottom, right - x0, y1 - bottom)
            case 270:
                seen = (top - y1, right - x1, top - y0, right - x0)
            case _:
                seen = (x0 - left, top - y1, x1 - left, top - y0)
        boxes = np.stack(seen, axis=1) * (self.dpi / POINTS_PER_INCH)
        size = np.array([self.width, self.height], dtype=np.float64)
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        # Comparisons with a NaN are false, which refuses it here.
        is_seen = ((middles >= 0) & (middles <= size) & (boxes[:, :2] <= boxes[:, 2:])).all(axis=1)
        boxes[~is_seen] = np.nan
        return np.clip(boxes, 0.0, np.tile(size, 2))
