"""Decoded images of any mode made plain: 8-bit grey or RGB on white, upright, with square pixels."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

ORIENTATION_TAG = 0x0112
PHOTOMETRIC_TAG = 0x0106

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation (TIFF 6.0, Orientation); 1 and unknown values need nothing."""

SIDEWAYS = frozenset({5, 6, 7, 8})
"""The orientations that swap the axes."""

STRAY = 0.0001
"""Share of a deep picture's samples that may be brighter than its depth allows: sensors have pixels that are stuck."""

SAMPLES = 1_000_000
"""So many of a picture's samples tell its depth; all those of a large one would take seconds."""

PLAUSIBLE_DPI = (60.0, 1300.0)
LARGEST_SIDE_INCHES = 34.0
"""The long side of an A1 sheet. Cameras write 72 dpi into every photo, which would make it a poster."""


def plain(image: Image.Image) -> Image.Image:
    """The decoded image in mode L or RGB; what is transparent shows white."""
    if image.mode in ("L", "RGB"):
        return flattened(image) if "transparency" in image.info else image
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(eight_bits(image))
    if image.mode == "LAB":
        return _from_lab(image)
    if image.mode in ("La", "RGBa"):
        return flattened(image.convert(image.mode.upper()))
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        return flattened(image)
    return image.convert("RGB")


def flattened(image: Image.Image) -> Image.Image:
    """The image laid on white paper."""
    layered = image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
    mode = "L" if layered.mode == "LA" else "RGB"
    paper = Image.new(mode, layered.size, "white")
    paper.paste(layered.convert(mode), mask=layered.getchannel("A"))
    return paper


def eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    """A grey image of deep samples, scaled to 8 bits by the depth that its samples really use.

    Scanners store 10 to 14 bits in 16-bit samples: the brightest samples tell the depth, but for `STRAY` ones, which
    come out white. Floats run from 0 to 1 or from 0 to 255; higher ones are scaled by their maximum.
    """
    samples = np.asarray(image)
    if image.mode == "F":
        samples = np.nan_to_num(samples, posinf=0.0, neginf=0.0)
        peak = _brightest(samples)
        full = 1.0 if peak <= 1 else max(255.0, peak)
        grey = np.clip(samples * (255.0 / full), 0, 255)
    else:
        depth = max(8, int(_brightest(samples)).bit_length())
        grey = np.clip(samples >> (depth - 8), 0, 255)
    result: NDArray[np.uint8] = grey.astype(np.uint8)
    return 255 - result if _is_white_zero(image) else result


def _brightest(samples: NDArray[Any]) -> float:
    """The highest value but for those of `STRAY` samples, of one at least; 0 where that is negative."""
    step = max(1, math.isqrt(samples.size // SAMPLES))
    return max(0.0, float(np.quantile(samples[::step, ::step], 1 - STRAY, method="lower")))


def _is_white_zero(image: Image.Image) -> bool:
    # Pillow turns 1-bit and 8-bit TIFFs over where 0 is white, but not deeper ones.
    tags = getattr(image, "tag_v2", None)
    return tags is not None and tags.get(PHOTOMETRIC_TAG) == 0


def _from_lab(image: Image.Image) -> Image.Image:
    converted = ImageCms.applyTransform(image, _lab_to_srgb())
    if converted is None:
        raise ValueError("the colours cannot be converted")
    return converted


@cache
def _lab_to_srgb() -> ImageCms.ImageCmsTransform:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(lab, srgb, "LAB", "RGB")


def resolution(image: Image.Image) -> tuple[float, float] | None:
    """Dots per inch across and down the image as its size is, as the metadata say; None where that is not plausible."""
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if getattr(image, "tag_v2", {}).get(ORIENTATION_TAG) in SIDEWAYS:
        # The size of a TIFF is told as it is seen, and its resolution as it is stored.
        across, down = down, across
    low, high = PLAUSIBLE_DPI
    if not (low <= across <= high and low <= down <= high):
        return None
    if max(image.width / across, image.height / down) > LARGEST_SIDE_INCHES:
        return None
    return across, down


def square_size(size: tuple[int, int], dpi: tuple[float, float] | None) -> tuple[int, int]:
    """The size with pixels as wide as high; only fax pages (204 x 98 dpi) and their like differ from `size`."""
    width, height = size
    if dpi is None or max(dpi) / min(dpi) < 1.1:
        return size
    finest = max(dpi)
    return math.ceil(width * finest / dpi[0]), math.ceil(height * finest / dpi[1])


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) where there is none or its metadata are damaged."""
    try:
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError):
        return 1
    return value if value in UPRIGHT else 1


def upright(image: Image.Image, *, turned: int) -> Image.Image:
    """The image as it is meant to be seen, undoing the EXIF orientation `turned`."""
    return image.transpose(UPRIGHT[turned]) if turned in UPRIGHT else image
