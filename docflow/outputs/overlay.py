"""A page's picture with the words' boxes, from red where the engine guessed to green where it was sure."""

from __future__ import annotations

import colorsys
import io

from PIL import Image, ImageDraw

from docflow.outputs.jpeg import fitted
from docflow.outputs.slant import Axes
from docflow.types import PageImage, PageText

GREEN_HUE = 1 / 3
"""Of the colour circle that begins and ends with red."""

UNSURE, SURE = 0.3, 0.95
"""Confidences that show as full red and as full green: most words lie between."""

FILL = 40
"""Opacity of a box's inside, of 255: the ink has to stay readable."""

QUALITY = 85

PIXELS_PER_OUTLINE = 1500
"""One pixel of outline for each so many of the page's long side."""


def overlay_jpeg(page: PageText, image: PageImage) -> bytes:
    """The picture that `draw_overlay` gives, as a JPEG; smaller where that is longer than a JPEG can be."""
    written = io.BytesIO()
    fitted(draw_overlay(page, image)).save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def draw_overlay(page: PageText, image: PageImage) -> Image.Image:
    """The page in RGB with each word's box, slanted as the text is, drawn in its confidence's colour."""
    picture = Image.fromarray(image.pixels).convert("RGB")
    draw = ImageDraw.Draw(picture, "RGBA")
    across, down = image.width / page.width, image.height / page.height
    axes = Axes(page.rotation)
    outline = max(1, max(picture.size) // PIXELS_PER_OUTLINE)
    for word in page.words:
        colour = confidence_colour(word.confidence)
        corners = [(x * across, y * down) for x, y in axes.place(word.box).corners]
        draw.polygon(corners, fill=(*colour, FILL), outline=(*colour, 255), width=outline)
    return picture


def confidence_colour(confidence: float) -> tuple[int, int, int]:
    """Red for a guess, over yellow to green for what is sure."""
    share = min(1.0, max(0.0, (confidence - UNSURE) / (SURE - UNSURE)))
    red, green, blue = colorsys.hsv_to_rgb(share * GREEN_HUE, 1.0, 0.85)
    return round(255 * red), round(255 * green), round(255 * blue)
