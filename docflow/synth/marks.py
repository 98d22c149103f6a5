"""What stands on papers beside text: seals, signatures, bar codes, squares of dots, logos."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence

from docflow.synth.shapes import LEADING, Ellipse, Polygon, Rect, RingText, Run, Shape, Stroke, Style

INK_GREY = 0.3
"""Stamping ink is fainter than print."""

DOTS = 25
"""Dots on a side of the square code, as in a QR code of version 2."""


def seal(x: float, y: float, lines: Sequence[str], *, radius: float, style: Style) -> tuple[list[Shape], list[Run]]:
    """A round seal about (x, y): the first line runs around it, the others stand in its middle."""
    shapes: list[Shape] = [
        Ellipse(x, y, radius, radius, outline=INK_GREY, width=1.4),
        Ellipse(x, y, radius * 0.66, radius * 0.66, outline=INK_GREY),
    ]
    if lines:
        shapes.append(RingText(lines[0], x, y, radius * 0.74, style))
    top = y - (len(lines) - 1) * style.size * LEADING / 2
    runs = [
        Run(line, x - style.width(line) / 2, top + number * style.size * LEADING, style)
        for number, line in enumerate(lines[1:])
    ]
    return shapes, runs


def signature(x: float, y: float, *, width: float, seed: int) -> list[Shape]:
    """A scribble to the right of x about the height y: a big first letter, waves, sometimes a flourish."""
    rng = random.Random(seed)
    height = width * rng.uniform(0.18, 0.35)
    points = [(x, y + height * 0.4), (x + width * 0.1, y - height), (x + width * 0.16, y + height * 0.8)]
    points.append((x + width * 0.05, y + height * 0.1))
    for step in range(rng.randint(4, 9)):
        swing = height * rng.uniform(0.1, 0.55) * (-1 if step % 2 else 1)
        points.append((x + width * (0.2 + 0.09 * step), y + swing))
    strokes: list[Shape] = [Stroke(tuple(points), width=rng.uniform(0.7, 1.3))]
    if rng.random() < 0.5:
        end = y + height * rng.uniform(0.3, 0.8)
        points = [(x, end), (x + width * 0.5, end - height * 0.3), (x + width, end - height * 0.1)]
        strokes.append(Stroke(tuple(points)))
    return strokes


def barcode(x: float, y: float, *, width: float, height: float, seed: int) -> list[Shape]:
    """Upright bars that look like a bar code; no scanner reads them."""
    rng = random.Random(seed)
    bars: list[Shape] = []
    module = width / 95
    at = x
    while at < x + width:
        wide = module * rng.choice((1, 1, 2, 3))
        bars.append(Rect(at, y, min(at + wide, x + width), y + height, fill=0.0))
        at += wide + module * rng.choice((1, 1, 2, 3))
    return bars


def dot_code(x: float, y: float, *, side: float, seed: int) -> list[Shape]:
    """A square of dots with three corner marks, like a QR code; no scanner reads it."""
    rng = random.Random(seed)
    dot = side / DOTS
    dots: list[Shape] = []
    for row in range(DOTS):
        for first, length in _dark_spans(row, rng):
            left, top = x + first * dot, y + row * dot
            dots.append(Rect(left, top, left + length * dot, top + dot, fill=0.0))
    return dots


def _dark_spans(row: int, rng: random.Random) -> Iterator[tuple[int, int]]:
    """The dark stretches of a row of dots: where each starts and how long it is."""
    dark = [_is_dark(row, column, rng) for column in range(DOTS)] + [False]
    start = None
    for column, is_dark in enumerate(dark):
        if is_dark and start is None:
            start = column
        elif not is_dark and start is not None:
            yield start, column - start
            start = None


def _is_dark(row: int, column: int, rng: random.Random) -> bool:
    """Whether this dot is dark: by the rings of the corner marks, or by chance."""
    chance = rng.random() < 0.5
    for corner_row, corner_column in ((3, 3), (3, DOTS - 4), (DOTS - 4, 3)):
        ring = max(abs(row - corner_row), abs(column - corner_column))
        if ring <= 4:
            return ring in (0, 1, 3)
    return chance


def logo(x: float, y: float, *, side: float, seed: int) -> list[Shape]:
    """A simple emblem in a square with this top left corner."""
    rng = random.Random(seed)
    dark, light = rng.uniform(0.0, 0.4), rng.uniform(0.6, 1.0)
    middle_x, middle_y, half = x + side / 2, y + side / 2, side / 2
    form = rng.choice(("disc", "bars", "star", "frame"))
    if form == "disc":
        return [
            Ellipse(middle_x, middle_y, half, half, fill=dark),
            Ellipse(middle_x + half * 0.3, middle_y, half * 0.6, half * 0.6, fill=light),
        ]
    if form == "bars":
        heights = [rng.uniform(0.3, 1.0) * side for _ in range(4)]
        step = side / 4
        return [
            Rect(x + i * step, y + side - h, x + (i + 0.7) * step, y + side, fill=dark) for i, h in enumerate(heights)
        ]
    if form == "star":
        return [Polygon(_star(middle_x, middle_y, half, points=rng.randint(4, 8)), fill=dark)]
    return [
        Rect(x, y, x + side, y + side, fill=dark),
        Rect(x + side * 0.2, y + side * 0.2, x + side * 0.8, y + side * 0.8, fill=light),
    ]


def _star(x: float, y: float, radius: float, *, points: int) -> tuple[tuple[float, float], ...]:
    """The corners of a star about (x, y)."""
    corners = []
    for i in range(2 * points):
        reach = radius if i % 2 == 0 else radius * 0.5
        angle = math.pi * i / points
        corners.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    return tuple(corners)
