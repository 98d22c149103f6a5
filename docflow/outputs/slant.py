"""Where a word truly lies inside its box, when the page's text does not run along the page's edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

from docflow.types import Box

LEAST_SIDE = 1.0
"""Pixels; nothing that was read is thinner."""

MOST_SLANT = math.radians(30)
"""Nearer to 45 degrees a box says nothing about the sides of what is slanted in it."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axes:
    """The directions of text that is turned counter-clockwise by `degrees`, in pixels whose y grows downwards."""

    degrees: float

    @property
    def is_quarter_turn(self) -> bool:
        """Whether the text runs along the page's edges."""
        return self.degrees % 90 == 0

    @property
    def along(self) -> Point:
        """From a word's start to its end."""
        angle = math.radians(self.degrees)
        return _exact(math.cos(angle)), _exact(-math.sin(angle))

    @property
    def up(self) -> Point:
        """From a word's baseline to its top."""
        x, y = self.along
        return y, -x

    def place(self, box: Box) -> Placement:
        """The rectangle along these axes around which `box` was drawn."""
        length, height = self._sides(box.x1 - box.x0, box.y1 - box.y0)
        (ax, ay), (ux, uy) = self.along, self.up
        x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        return Placement(
            axes=self,
            start=x * ax + y * ay - length / 2,
            bottom=x * ux + y * uy - height / 2,
            length=length,
            height=height,
        )

    def _sides(self, width: float, height: float) -> tuple[float, float]:
        """A rectangle's sides, along and up, told from the sides of the upright box around it.

        With the slant s from the nearest quarter turn, the box is l cos s + h sin s wide and l sin s + h cos s high.
        """
        quarters = round(self.degrees / 90)
        slant = math.radians(abs(self.degrees - 90 * quarters))
        across, down = (height, width) if quarters % 2 else (width, height)
        if slant <= MOST_SLANT:
            sine, cosine, scale = math.sin(slant), math.cos(slant), math.cos(2 * slant)
            across, down = (across * cosine - down * sine) / scale, (down * cosine - across * sine) / scale
        return max(LEAST_SIDE, across), max(LEAST_SIDE, down)


@dataclass(frozen=True, slots=True)
class Placement:
    """A rectangle along `axes`: from `start` on for `length`, from `bottom` up for `height`."""

    axes: Axes
    start: float
    bottom: float
    length: float
    height: float

    def point(self, along: float, up: float) -> Point:
        """The pixel at these shares of the length and of the height."""
        (ax, ay), (ux, uy) = self.axes.along, self.axes.up
        a, u = self.start + along * self.length, self.bottom + up * self.height
        return a * ax + u * ux, a * ay + u * uy

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        """Bottom left, bottom right, top right and top left, as the text has them."""
        return self.point(0, 0), self.point(1, 0), self.point(1, 1), self.point(0, 1)


def _exact(value: float) -> float:
    """The cosine of a quarter turn as 0, not as 6e-17."""
    return round(value, 12) + 0.0
