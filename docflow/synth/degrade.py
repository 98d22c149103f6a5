"""Pages as they come in: scanned, faxed, photographed, printed on thermal paper; with the words' boxes moved along.

Sizes in pixels are meant for 150 to 300 dpi.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from docflow.synth import effects
from docflow.synth.warp import Pixels, Warp, seen_askew, turned
from docflow.types import Word

Look = Literal["clean", "scan", "fax", "photo", "thermal"]

LOOKS: tuple[Look, ...] = get_args(Look)
"""All looks."""


@dataclass(frozen=True)
class Degraded:
    """A picture of a page, uint8, height x width x 3, RGB, and the words with their boxes in it."""

    image: Pixels
    words: tuple[Word, ...]


def degrade(image: Pixels, words: Sequence[Word], *, look: Look, seed: int) -> Degraded:
    """The page with this look; the same seed gives the same pixels."""
    if look == "clean":
        return Degraded(image, tuple(words))
    rng = np.random.default_rng((seed, LOOKS.index(look)))
    return RECIPES[look](image, words, rng)


def _scan(image: Pixels, words: Sequence[Word], rng: np.random.Generator) -> Degraded:
    """An office scanner: slightly turned, soft, greyish, compressed."""
    warp = turned(image.shape[1], image.shape[0], degrees=float(rng.normal(0, 0.7)))
    pixels = effects.bled(image, share=rng.uniform(-0.4, 0.7))
    paper = rng.uniform(225, 252)
    pixels = effects.faded(pixels, ink=rng.uniform(5, 70), paper=paper)
    pixels = _laid(warp, pixels, level=int(paper))
    pixels = effects.blur(pixels, sigma=rng.uniform(0.4, 1.0))
    if rng.random() < 0.3:
        pixels = effects.lit(pixels, effects.shadow(pixels, rng, depth=rng.uniform(0.05, 0.2)))
    if rng.random() < 0.3:
        pixels = effects.lit(pixels, effects.folds(pixels, rng, count=int(rng.integers(1, 3)), depth=0.08))
    pixels = effects.specked(pixels, rng, count=int(rng.integers(0, 60)), largest=6)
    if rng.random() < 0.3:
        pixels = effects.tinted(pixels, red=1.0, green=rng.uniform(0.96, 1.0), blue=rng.uniform(0.86, 0.97))
    pixels = effects.sensor_noise(pixels, rng, sigma=rng.uniform(2, 7))
    return Degraded(effects.compress(pixels, quality=int(rng.integers(45, 90))), tuple(warp.words(words)))


def _fax(image: Pixels, words: Sequence[Word], rng: np.random.Generator) -> Degraded:
    """Group 3 fax (ITU-T T.4): black and white, often half as many lines, dirt, and lines lost on the way."""
    warp = turned(image.shape[1], image.shape[0], degrees=float(rng.normal(0, 1.0)))
    pixels = effects.bled(image, share=rng.uniform(0.3, 0.9))
    pixels = _laid(warp, pixels, level=255)
    pixels = effects.blur(pixels, sigma=rng.uniform(0.6, 1.0))
    pixels = effects.sensor_noise(pixels, rng, sigma=rng.uniform(4, 14))
    if rng.random() < 0.6:
        pixels = effects.coarser(pixels, across=1.0, down=rng.uniform(0.5, 0.75))
    pixels = effects.thresholded(pixels, level=int(rng.integers(160, 215)))
    pixels = effects.specked(pixels, rng, count=int(rng.integers(20, 400)), largest=5)
    pixels = effects.streaked(pixels, rng, count=int(rng.integers(0, 6)), is_level=True, level=255)
    if rng.random() < 0.25:
        pixels = effects.streaked(pixels, rng, count=1, is_level=False, level=0)
    return Degraded(effects.thresholded(pixels, level=128), tuple(warp.words(words)))


def _photo(image: Pixels, words: Sequence[Word], rng: np.random.Generator) -> Degraded:
    """A telephone's camera over a table: askew, unevenly lit, creased, soft, compressed."""
    warp = seen_askew(
        image.shape[1], image.shape[0], rng=rng, tilt=rng.uniform(0.005, 0.03), margin=rng.uniform(0.01, 0.1)
    )
    pixels = effects.faded(image, ink=rng.uniform(15, 70), paper=rng.uniform(215, 250))
    creases = effects.folds(pixels, rng, count=int(rng.integers(0, 4)), depth=rng.uniform(0.04, 0.15))
    pixels = effects.lit(pixels, creases)
    pixels = warp.pixels(pixels, ground=effects.ground(warp.width, warp.height, rng))
    pixels = effects.lit(pixels, effects.shadow(pixels, rng, depth=rng.uniform(0.1, 0.5)))
    warmth = rng.uniform(-0.1, 0.12)
    pixels = effects.tinted(pixels, red=1.0, green=1 - abs(warmth) / 3, blue=1 - warmth)
    pixels = effects.blur(pixels, sigma=rng.uniform(0.6, 1.5))
    pixels = effects.sensor_noise(pixels, rng, sigma=rng.uniform(2, 8))
    return Degraded(effects.compress(pixels, quality=int(rng.integers(40, 90))), tuple(warp.words(words)))


def _thermal(image: Pixels, words: Sequence[Word], rng: np.random.Generator) -> Degraded:
    """Thermal paper some months old, scanned: pale bands, dead dots of the head, creases, a grey ground."""
    warp = turned(image.shape[1], image.shape[0], degrees=float(rng.normal(0, 1.2)))
    pixels = effects.worn(image, effects.bands(image, rng, depth=rng.uniform(0.1, 0.6)))
    pixels = effects.streaked(pixels, rng, count=int(rng.integers(0, 5)), is_level=False, level=255)
    paper = rng.uniform(205, 245)
    pixels = effects.faded(pixels, ink=rng.uniform(40, 120), paper=paper)
    pixels = effects.lit(pixels, effects.folds(pixels, rng, count=int(rng.integers(0, 4)), depth=0.1))
    pixels = _laid(warp, pixels, level=int(rng.choice((60, 250))))
    pixels = effects.blur(pixels, sigma=rng.uniform(0.6, 1.2))
    pixels = effects.specked(pixels, rng, count=int(rng.integers(0, 40)), largest=4)
    pixels = effects.sensor_noise(pixels, rng, sigma=rng.uniform(3, 9))
    return Degraded(effects.compress(pixels, quality=int(rng.integers(45, 85))), tuple(warp.words(words)))


def _laid(warp: Warp, pixels: Pixels, *, level: int) -> Pixels:
    """The page on an even ground of this grey."""
    return warp.pixels(pixels, ground=effects.paper(warp.width, warp.height, level=level))


Recipe = Callable[[Pixels, Sequence[Word], np.random.Generator], Degraded]

RECIPES: Mapping[Look, Recipe] = {"scan": _scan, "fax": _fax, "photo": _photo, "thermal": _thermal}
"""How each look but the clean one comes about."""
