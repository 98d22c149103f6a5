"""Clean generated receipts as the world spoils them: turned, askew, photographed, faint, coarse, compressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.corpus import Half
from benchmarks.ocr_sets import GENERATED_DPI, SEEDS, Pixels, Sample, keep
from docflow.synth import effects, generate, render_images
from docflow.synth.warp import seen_askew, turned

LANGUAGES = ("eng", "rus")

LOW_DPI = 100

PAPER = 250
"""Grey level of the ground that a page lies on askew in a scanner."""


def quarter_turned(quarters: int) -> Callable[[Pixels, int], Pixels]:
    """A page that lies on its side or upside down: turned clockwise by so many quarters."""
    return lambda pixels, _: np.ascontiguousarray(np.rot90(pixels, -quarters))


def skewed(degrees: float) -> Callable[[Pixels, int], Pixels]:
    """A page laid askew: pages of even seed clockwise, the others the other way."""

    def lay(pixels: Pixels, seed: int) -> Pixels:
        height, width = pixels.shape[:2]
        warp = turned(width, height, degrees=degrees if seed % 2 == 0 else -degrees)
        return warp.pixels(pixels, ground=effects.paper(warp.width, warp.height, level=PAPER))

    return lay


def photographed(*, tilt: float, margin: float, table: float | None = None) -> Callable[[Pixels, int], Pixels]:
    """A page on a table, seen askew by a hand-held camera, with a shadow across it.

    `tilt` and `margin` are those of `seen_askew`; `table` is the table's mean grey level, of any colour where None.
    """

    def take(pixels: Pixels, seed: int) -> Pixels:
        rng = np.random.default_rng(seed)
        warp = seen_askew(pixels.shape[1], pixels.shape[0], rng=rng, tilt=tilt, margin=margin)
        ground = effects.ground(warp.width, warp.height, rng)
        if table is not None:
            ground = np.asarray((ground * (table / ground.mean())).clip(0, 255), np.uint8)
        seen = warp.pixels(pixels, ground=ground)
        seen = effects.lit(seen, effects.shadow(seen, rng, depth=0.45))
        return effects.sensor_noise(effects.blur(seen, sigma=0.8), rng, sigma=4)

    return take


def faint(pixels: Pixels, seed: int) -> Pixels:
    """Thermal paper some months old: pale bands, grey ground, soft edges."""
    rng = np.random.default_rng(seed)
    worn = effects.worn(pixels, effects.bands(pixels, rng, depth=0.5))
    pale = effects.blur(effects.faded(worn, ink=110, paper=235), sigma=0.8)
    return effects.sensor_noise(pale, rng, sigma=5)


def grainy(pixels: Pixels, seed: int) -> Pixels:
    """A page as a camera sees it in little light."""
    return effects.sensor_noise(pixels, np.random.default_rng(seed), sigma=25)


VARIANTS: Mapping[str, Callable[[Pixels, int], Pixels]] = {
    "clean": lambda pixels, _: pixels,
    "turned 90°": quarter_turned(1),
    "turned 180°": quarter_turned(2),
    "turned 270°": quarter_turned(3),
    "skewed 5°": skewed(5),
    "skewed 10°": skewed(10),
    "skewed 15°": skewed(15),
    "photo": photographed(tilt=0.03, margin=0.06),
    "photo, tilted": photographed(tilt=0.08, margin=0.15),
    "photo, tilted much": photographed(tilt=0.15, margin=0.25, table=50),
    "faint thermal": faint,
    "grain": grainy,
    "100 dpi": lambda pixels, _: pixels,
    "JPEG 30": lambda pixels, _: effects.compress(pixels, quality=30),
}
"""What is done to a clean page, by name; `100 dpi` is drawn at that resolution, the others at 200."""


def variant_samples(
    folder: Path, *, half: Half, count: int, languages: tuple[str, ...] = LANGUAGES, names: frozenset[str] | None = None
) -> Iterator[Sample]:
    """The same receipts in every variant (or in those named), `count` of each language."""
    for language in languages:
        for seed in range(SEEDS[half], SEEDS[half] + count):
            document = generate("receipt", language, seed=seed)
            drawn = {dpi: render_images(document, dpi=dpi)[0] for dpi in (LOW_DPI, GENERATED_DPI)}
            for number, (name, change) in enumerate(VARIANTS.items()):
                if names is None or name in names:
                    dpi = LOW_DPI if name == "100 dpi" else GENERATED_DPI
                    path = keep(change(drawn[dpi], seed), folder / f"variant-{language}-{seed}-{number}.png")
                    yield Sample(f"{name} {language}", path, language, document.pages[0].text, True, dpi)
