"""What happens to a line's picture: recipes as for pages (`docflow.synth.degrade`), dosed for a strip of few pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

import cv2
import numpy as np

from docflow.synth import effects
from docflow.synth.lines.legible import legibility
from docflow.synth.warp import Pixels

LineLook = Literal["clean", "scan", "fax", "photo", "thermal", "dot_matrix", "coarse"]

LINE_LOOKS: tuple[LineLook, ...] = get_args(LineLook)
"""All looks; `coarse` is a small picture made larger again, as page images of low resolution are."""

SHARES: Mapping[LineLook, float] = {
    "clean": 0.1,
    "scan": 0.25,
    "fax": 0.1,
    "photo": 0.15,
    "thermal": 0.2,
    "dot_matrix": 0.1,
    "coarse": 0.1,
}
"""How often each look is drawn where none is asked for."""

LEAST_EM: Mapping[LineLook, float] = {"fax": 16.0, "dot_matrix": 13.0, "thermal": 11.0, "photo": 12.0}
"""Where black-and-white dots or blur leave too little of small letters."""

LEAST_LEGIBLE = 0.55
"""Of the `legibility` of lines: of 3,500 lines looked at in its order, those below, one in a hundred, had lost letters."""

MOST_TRIES = 20
"""How often one line is worn at most: one in a hundred is worn more than once, one in a thousand more than three times."""

INVERTED = 0.03
"""Share of lines that stand in white on black, as headings and totals now and then do."""

SCRAWLED = 0.02
"""Share of lines with a stroke of a pen through them: ticks, signatures, stamps' edges."""


def worn_line(strip: Pixels, *, look: LineLook, em: float, rng: np.random.Generator) -> Pixels:
    """The strip (uint8, height x width x 3, black on white) with this look; `em` is its letters' size in pixels.

    It is worn anew, up to `MOST_TRIES` times, until its letters are left; where they never are it stays as it was.
    """
    if look != "clean" and rng.random() < INVERTED:
        strip = np.asarray(255 - strip, np.uint8)
    if look != "clean" and rng.random() < SCRAWLED:
        strip = effects.scrawled(strip, rng, thick=em * rng.uniform(0.04, 0.12))
    for _ in range(MOST_TRIES):
        worn = RECIPES[look](strip, em, rng)
        if legibility(strip[:, :, 0], worn[:, :, 0], em) >= LEAST_LEGIBLE:
            return worn
    return strip


def least_em(look: LineLook) -> float:
    """The smallest letters, in pixels to the em, that can be read at all in this look."""
    return LEAST_EM.get(look, 10.0)


def _clean(strip: Pixels, _em: float, _rng: np.random.Generator) -> Pixels:
    return strip


def _scan(strip: Pixels, em: float, rng: np.random.Generator) -> Pixels:
    strip = _inked(strip, em, rng, least=-0.35, most=0.6)
    strip = _patchy(strip, em, rng, chance=0.15, depth=0.6)
    strip = effects.faded(strip, ink=rng.uniform(0, 90), paper=rng.uniform(210, 255))
    strip = effects.blur(strip, sigma=rng.uniform(0.2, 0.045 * em + 0.2))
    strip = _lit(strip, rng, chance=0.2, depth=0.25)
    strip = _specked(strip, rng, most=2.0)
    return _grained(strip, rng, most=10, qualities=(35, 95))


def _fax(strip: Pixels, em: float, rng: np.random.Generator) -> Pixels:
    strip = _inked(strip, em, rng, least=-0.3, most=0.6)
    strip = _patchy(strip, em, rng, chance=0.4, depth=0.7)
    strip = effects.blur(strip, sigma=rng.uniform(0.3, 0.035 * em + 0.2))
    strip = effects.sensor_noise(strip, rng, sigma=rng.uniform(2, 16))
    if em > 18 and rng.random() < 0.5:
        strip = effects.coarser(strip, across=1.0, down=rng.uniform(0.6, 0.9))
    strip = effects.thresholded(strip, level=int(rng.integers(140, 205)))
    strip = _specked(strip, rng, most=6.0)
    if rng.random() < 0.1:
        strip = effects.streaked(strip, rng, count=1, is_level=True, level=255)
    return strip


def _photo(strip: Pixels, em: float, rng: np.random.Generator) -> Pixels:
    strip = effects.faded(strip, ink=rng.uniform(10, 110), paper=rng.uniform(150, 250))
    strip = _lit(strip, rng, chance=0.6, depth=0.5)
    if rng.random() < 0.25:
        strip = effects.lit(strip, effects.folds(strip, rng, count=1, depth=0.15))
    strip = effects.blur(strip, sigma=rng.uniform(0.3, 0.055 * em + 0.3))
    if rng.random() < 0.2:
        strip = _shaken(strip, em, rng)
    return _grained(strip, rng, most=12, qualities=(30, 92))


def _thermal(strip: Pixels, em: float, rng: np.random.Generator) -> Pixels:
    if em > 20 and rng.random() < 0.5:
        strip = _dotted(strip, rng, pitch=max(1.2, em / rng.uniform(17, 28)))
    strip = effects.worn(strip, effects.bands(strip, rng, depth=rng.uniform(0.05, 0.55)))
    strip = _patchy(strip, em, rng, chance=0.4, depth=0.85)
    if em > 16 and rng.random() < 0.25:
        strip = effects.streaked(strip, rng, count=int(rng.integers(1, 3)), is_level=False, level=255)
    paper = rng.uniform(185, 252)
    strip = effects.faded(strip, ink=rng.uniform(0.0, 0.62) * paper, paper=paper)
    strip = _lit(strip, rng, chance=0.2, depth=0.25)
    strip = effects.blur(strip, sigma=rng.uniform(0.3, 0.05 * em + 0.3))
    strip = _specked(strip, rng, most=1.5)
    return _grained(strip, rng, most=12, qualities=(35, 90))


def _dot_matrix(strip: Pixels, em: float, rng: np.random.Generator) -> Pixels:
    strip = effects.worn(strip, effects.bands(strip, rng, depth=rng.uniform(0.0, 0.4)))
    strip = effects.faded(strip, ink=rng.uniform(20, 130), paper=rng.uniform(205, 250))
    strip = effects.blur(strip, sigma=rng.uniform(0.3, 0.05 * em + 0.3))
    strip = _specked(strip, rng, most=1.5)
    return _grained(strip, rng, most=10, qualities=(40, 92))


def _coarse(strip: Pixels, em: float, rng: np.random.Generator) -> Pixels:
    strip = effects.faded(strip, ink=rng.uniform(0, 90), paper=rng.uniform(205, 255))
    height, width = strip.shape[:2]
    share = min(1.0, rng.uniform(11, 16) / em)
    size = (max(4, round(width * share)), max(4, round(height * share)))
    small = np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), np.uint8)
    small = _grained(small, rng, most=8, qualities=(40, 95))
    way = cv2.INTER_CUBIC if rng.random() < 0.6 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(small, (width, height), interpolation=way), np.uint8)


def _inked(strip: Pixels, em: float, rng: np.random.Generator, *, least: float, most: float) -> Pixels:
    """Thicker or thinner strokes; small letters would vanish or fill, so they change less."""
    return effects.bled(strip, share=rng.uniform(least, most) * min(1.0, em / 28))


def _patchy(strip: Pixels, em: float, rng: np.random.Generator, *, chance: float, depth: float) -> Pixels:
    """Now and then with less ink in some places: strokes break there, or whole letters fade."""
    if rng.random() >= chance:
        return strip
    size = em * float(np.exp(rng.uniform(np.log(0.2), np.log(4.0))))
    return effects.worn(strip, effects.patches(strip, rng, depth=rng.uniform(0.2, depth), size=size))


def _lit(strip: Pixels, rng: np.random.Generator, *, chance: float, depth: float) -> Pixels:
    if rng.random() >= chance:
        return strip
    return effects.lit(strip, effects.shadow(strip, rng, depth=rng.uniform(0.05, depth)))


def _specked(strip: Pixels, rng: np.random.Generator, *, most: float) -> Pixels:
    """Dirt in proportion to the paper: `most` specks on a square of the strip's height."""
    height, width = strip.shape[:2]
    count = int(rng.uniform(0, most) * width / height) if rng.random() < 0.5 else 0
    return effects.specked(strip, rng, count=count, largest=max(1.0, height / 14)) if count else strip


def _grained(strip: Pixels, rng: np.random.Generator, *, most: float, qualities: tuple[int, int]) -> Pixels:
    strip = effects.sensor_noise(strip, rng, sigma=rng.uniform(0.5, most * min(1.0, strip.shape[0] / 40)))
    return effects.compress(strip, quality=int(rng.integers(*qualities)))


def _shaken(strip: Pixels, em: float, rng: np.random.Generator) -> Pixels:
    """Smeared to one side, as by a hand that moves."""
    length = int(max(2, rng.uniform(0.04, 0.12) * em))
    kernel = np.full((1, length), 1 / length, np.float32)
    return np.asarray(cv2.filter2D(strip, -1, kernel if rng.random() < 0.7 else kernel.T), np.uint8)


def _dotted(strip: Pixels, rng: np.random.Generator, *, pitch: float) -> Pixels:
    """The strip as a print head of this pitch leaves it: square dots with a little white between them."""
    height, width = strip.shape[:2]
    size = (max(4, round(width / pitch)), max(4, round(height / pitch)))
    small = cv2.resize(strip, size, interpolation=cv2.INTER_AREA)
    small = cv2.threshold(small, int(rng.integers(110, 190)), 255, cv2.THRESH_BINARY)[1]
    way = cv2.INTER_LINEAR if pitch < 2 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(small, (width, height), interpolation=way), np.uint8)


RECIPES: Mapping[LineLook, Callable[[Pixels, float, np.random.Generator], Pixels]] = {
    "clean": _clean,
    "scan": _scan,
    "fax": _fax,
    "photo": _photo,
    "thermal": _thermal,
    "dot_matrix": _dot_matrix,
    "coarse": _coarse,
}
"""How each look comes about."""
