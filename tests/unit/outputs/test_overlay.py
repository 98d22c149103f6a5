"""Pictures with boxes: what is unsure is red, what is sure is green, and the page stays readable."""

from __future__ import annotations

import numpy as np
import pytest
from pages_case import scan, two_words

from docflow.outputs import draw_overlay
from docflow.outputs.overlay import confidence_colour
from docflow.types import PageImage

PAPER = PageImage(1, np.full((400, 800), 255, np.uint8), dpi=100)


def redness(pixel: tuple[int, int, int]) -> int:
    return pixel[0] - pixel[1]


def test_an_unsure_words_box_is_redder_than_a_sure_ones() -> None:
    picture = draw_overlay(two_words(), PAPER)
    assert picture.mode == "RGB"
    assert picture.size == (800, 400)
    outlines = [picture.getpixel((200, 100)), picture.getpixel((450, 100))]
    insides = [picture.getpixel((200, 130)), picture.getpixel((450, 130))]
    for sure, unsure in (outlines, insides):
        assert redness(unsure) > 0 > redness(sure)  # type: ignore[arg-type]
    assert picture.getpixel((20, 20)) == (255, 255, 255)


def test_colours_run_from_red_over_yellow_to_green() -> None:
    reds = [redness(confidence_colour(confidence)) for confidence in (0, 0.3, 0.5, 0.7, 0.9, 1)]
    assert reds == sorted(reds, reverse=True)
    assert reds[0] > 100
    assert reds[-1] < -100


@pytest.mark.parametrize("rotation", [0, 3, 90])
def test_all_ink_of_words_lies_inside_the_boxes_of_a_slanted_page(rotation: float) -> None:
    text, image = scan("eng", rotation=rotation)
    first = max(text.words, key=lambda word: len(word.text))
    picture = np.asarray(draw_overlay(text, image)).astype(int)
    coloured = np.abs(picture - image.pixels).max(axis=2) > 8
    box = first.box
    inside = np.s_[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)]
    dark = image.pixels[inside].max(axis=2) < 60
    assert dark.any()
    assert coloured[inside][dark].mean() > 0.95


def test_a_picture_smaller_than_the_boxes_frame_is_drawn_to_its_own_scale() -> None:
    small = PageImage(1, np.full((200, 400), 255, np.uint8), dpi=50)
    picture = draw_overlay(two_words(), small)
    assert redness(picture.getpixel((225, 65))) > 0  # type: ignore[arg-type]
    assert picture.getpixel((350, 150)) == (255, 255, 255)
