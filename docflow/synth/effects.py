"""What happens to a page's picture on the way: each effect takes and returns uint8 pixels, height x width x 3."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.synth.warp import Pixels

Light = NDArray[np.float32]
"""What each pixel is multiplied with: height x width, about 1."""

SHADOW_GRID = 200
"""Points on a side at which a shadow is computed: it is soft, so that what lies between is drawn evenly."""


def blur(pixels: Pixels, *, sigma: float) -> Pixels:
    """The picture out of focus by this many pixels."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)


def sensor_noise(pixels: Pixels, rng: np.random.Generator, *, sigma: float) -> Pixels:
    """The picture with grain of this many grey levels, the same in all colours."""
    grain = rng.standard_normal(pixels.shape[:2], dtype=np.float32) * sigma
    return _levels(pixels + grain[:, :, None])


def compress(pixels: Pixels, *, quality: int) -> Pixels:
    """The picture as JPEG of this quality keeps it."""
    _, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def lit(pixels: Pixels, light: Light) -> Pixels:
    """The picture under this light."""
    return _levels(pixels * light[:, :, None])


def shadow(pixels: Pixels, rng: np.random.Generator, *, depth: float) -> Light:
    """Light that falls off to one side, and a soft shadow such as a hand throws; `depth` is the share lost."""
    height, width = pixels.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    steps = np.linspace(-0.5, 0.5, SHADOW_GRID, dtype=np.float32)
    across, down = np.meshgrid(steps, steps)
    slope = np.cos(angle) * across + np.sin(angle) * down
    edge, softness = rng.uniform(-0.4, 0.4), rng.uniform(0.03, 0.15)
    falling = 1 / (1 + np.exp(np.clip((slope - edge) / softness, -30, 30)))
    light = (1 - depth * (0.4 * (slope + 0.5) + 0.6 * falling)).astype(np.float32)
    return np.asarray(cv2.resize(light, (width, height)), np.float32)


def folds(pixels: Pixels, rng: np.random.Generator, *, count: int, depth: float) -> Light:
    """Creases from edge to edge, dark on one side and bright on the other."""
    height, width = pixels.shape[:2]
    light = np.ones((height, width), np.float32)
    reach = max(width, height) * 0.012
    for _ in range(count):
        is_level = rng.random() < 0.6
        length, along = (height, width) if is_level else (width, height)
        at, slant = rng.uniform(0.2, 0.8) * length, rng.uniform(-0.03, 0.03) * length
        crease = at + slant * np.linspace(-1, 1, along, dtype=np.float32)
        distance = np.arange(length, dtype=np.float32)[:, None] - crease[None, :]
        relief = -depth * np.sign(distance) * np.exp(-np.abs(distance) / reach)
        light += relief if is_level else relief.T
    return light


def faded(pixels: Pixels, *, ink: float, paper: float) -> Pixels:
    """The picture with less contrast: black becomes the level `ink`, white the level `paper`."""
    levels = ink + np.arange(256) * (paper - ink) / 255
    return np.asarray(cv2.LUT(pixels, levels.clip(0, 255).astype(np.uint8)), np.uint8)


def tinted(pixels: Pixels, *, red: float, green: float, blue: float) -> Pixels:
    """The picture with each colour multiplied by its share, as under a lamp or on yellowed paper."""
    return _levels(pixels * np.array((red, green, blue), np.float32))


def grey(pixels: Pixels) -> Pixels:
    """The picture without colour, still of three channels."""
    return np.asarray(cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def bled(pixels: Pixels, *, share: float) -> Pixels:
    """Thicker strokes, as of too much ink; thinner ones where `share`, from -1 to 1, is negative."""
    kernel = np.ones((2, 2), np.uint8)
    spread = cv2.erode(pixels, kernel) if share > 0 else cv2.dilate(pixels, kernel)
    return np.asarray(cv2.addWeighted(spread, abs(share), pixels, 1 - abs(share), 0), np.uint8)


def thresholded(pixels: Pixels, *, level: int) -> Pixels:
    """Black and white only."""
    return np.asarray(cv2.threshold(grey(pixels), level, 255, cv2.THRESH_BINARY)[1], np.uint8)


def coarser(pixels: Pixels, *, across: float, down: float) -> Pixels:
    """The picture as at fewer dots, by these shares, each dot a block as large as before."""
    height, width = pixels.shape[:2]
    size = (max(1, round(width * across)), max(1, round(height * down)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def specked(pixels: Pixels, rng: np.random.Generator, *, count: int, largest: float) -> Pixels:
    """Dirt: dark specks of up to `largest` pixels across, and as small as one."""
    marked = pixels.copy()
    height, width = pixels.shape[:2]
    for _ in range(count):
        at = int(rng.integers(width)), int(rng.integers(height))
        radius = int(largest / 2 * rng.random() ** 3)
        cv2.circle(marked, at, radius, (int(rng.integers(90)),) * 3, -1)
    return marked


def streaked(pixels: Pixels, rng: np.random.Generator, *, count: int, is_level: bool, level: int) -> Pixels:
    """Lines of one or two pixels across the whole page: a print head's dead dots, a fax's lost lines."""
    marked = pixels.copy()
    for _ in range(count):
        thick = int(rng.integers(1, 3))
        at = int(rng.integers(pixels.shape[0 if is_level else 1]))
        if is_level:
            marked[at : at + thick] = level
        else:
            marked[:, at : at + thick] = level
    return marked


def bands(pixels: Pixels, rng: np.random.Generator, *, depth: float) -> NDArray[np.float32]:
    """How much ink each row keeps, from 1 - depth to 1, as a worn thermal head leaves it: height x 1."""
    height = pixels.shape[0]
    knots = rng.uniform(1 - depth, 1, max(3, height // 150)).astype(np.float32)
    return np.asarray(cv2.resize(knots[:, None], (1, height), interpolation=cv2.INTER_CUBIC), np.float32)


def patches(pixels: Pixels, rng: np.random.Generator, *, depth: float, size: float) -> NDArray[np.float32]:
    """How much ink each pixel keeps, from 1 - depth to 1, in patches some `size` pixels across: height x width."""
    height, width = pixels.shape[:2]
    knots = rng.uniform(1 - depth, 1, (max(2, round(height / size)), max(2, round(width / size)))).astype(np.float32)
    return np.asarray(cv2.resize(knots, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def worn(pixels: Pixels, kept: NDArray[np.float32]) -> Pixels:
    """The picture with only this share of its ink left, by row or by pixel."""
    return _levels(255 - (255 - pixels) * kept[:, :, None])


def scrawled(pixels: Pixels, rng: np.random.Generator, *, thick: float) -> Pixels:
    """A stroke of a pen, some `thick` pixels wide, across a part of the picture as high as it is."""
    marked = pixels.copy()
    height, width = pixels.shape[:2]
    x, bends = rng.uniform(0, width), int(rng.integers(3, 7))
    across = x + np.cumsum(rng.uniform(-0.4, 0.8, bends)) * height
    points = np.stack([across, rng.uniform(-0.2, 1.2, bends) * height], axis=1).astype(np.int32)
    cv2.polylines(marked, [points], False, (int(rng.integers(110)),) * 3, max(1, round(thick)), cv2.LINE_AA)
    return marked


def ground(width: int, height: int, rng: np.random.Generator) -> Pixels:
    """A table top or cloth under the page: a colour with a grain that runs one way or none."""
    colour = rng.uniform(30, 190, 3).astype(np.float32)
    fine = rng.standard_normal((max(2, height // 4), max(2, width // int(rng.choice((4, 40))))))
    grain = cv2.resize(fine.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    shaded = colour[None, None, :] + grain[:, :, None] * rng.uniform(3, 14)
    return _levels(shaded)


def paper(width: int, height: int, *, level: int) -> Pixels:
    """An even ground of this grey."""
    return np.full((height, width, 3), level, np.uint8)


def _levels(values: NDArray[Any]) -> Pixels:
    """The values as grey levels, those out of range cut."""
    return np.asarray(np.clip(values, 0, 255), np.uint8)
