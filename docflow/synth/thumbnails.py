"""Made-up documents as small pictures: scanned straight or askew, or photographed on a table, all at low resolution.

`degrade` makes pages to be read, at ten times the cost; here only what is left of a page in its thumbnail counts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from docflow.synth import effects
from docflow.synth.page import SynthDocument
from docflow.synth.render import POINTS_PER_INCH, render_images
from docflow.synth.warp import Pixels, seen_askew, turned
from docflow.thumbnail import DRAWN_SIDE, SIDE, thumbnail_of

PHOTOS, ASKEW = 0.3, 0.4
"""Shares of the pages that are photographed, and that lie a little askew under the scanner."""


def thumbnail(document: SynthDocument) -> bytes:
    """A PNG of the document's first page as it may come in; the same document gives the same picture."""
    rng = np.random.default_rng((document.seed, SIDE))
    pixels = drawn(document)
    height, width = pixels.shape[:2]
    kind = rng.random()
    if kind < PHOTOS:
        warp = seen_askew(width, height, rng=rng, tilt=rng.uniform(0.005, 0.04), margin=rng.uniform(0.0, 0.12))
        pixels = warp.pixels(pixels, ground=effects.ground(warp.width, warp.height, rng))
        pixels = effects.lit(pixels, effects.shadow(pixels, rng, depth=rng.uniform(0.1, 0.5)))
    elif kind < PHOTOS + ASKEW:
        warp = turned(width, height, degrees=float(rng.normal(0, 1.2)))
        pixels = warp.pixels(pixels, ground=effects.paper(warp.width, warp.height, level=255))
    pixels = effects.blur(pixels, sigma=rng.uniform(0.3, 2.0))
    pixels = effects.faded(pixels, ink=rng.uniform(0, 110), paper=rng.uniform(190, 255))
    return thumbnail_of(effects.sensor_noise(pixels, rng, sigma=rng.uniform(0, 6)))


def drawn(document: SynthDocument) -> Pixels:
    """The first page as it prints, its longer side about `DRAWN_SIDE` pixels."""
    first = document.pages[0]
    dpi = max(1, round(DRAWN_SIDE * POINTS_PER_INCH / max(first.width, first.height)))
    return render_images(replace(document, pages=document.pages[:1]), dpi=dpi)[0]
