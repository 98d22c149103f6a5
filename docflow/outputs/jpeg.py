"""Pictures made to fit into a JPEG."""

from __future__ import annotations

from PIL import Image

LONGEST_SIDE = 65_500
"""Pixels; libjpeg writes no longer one (JPEG_MAX_DIMENSION in its jmorecfg.h)."""


def fitted(picture: Image.Image) -> Image.Image:
    """The picture, made smaller where a side has more than `LONGEST_SIDE` pixels."""
    longest = max(picture.size)
    if longest <= LONGEST_SIDE:
        return picture
    width, height = (max(1, side * LONGEST_SIDE // longest) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.BOX)
