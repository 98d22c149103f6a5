"""Slanted rectangles, found again inside the upright boxes that were drawn around them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.outputs.slant import Axes
from docflow.types import Box

Corners = list[tuple[float, float]]


def rectangle(length: float, height: float, *, degrees: float) -> Corners:
    """Bottom left, bottom right, top right, top left of text that is turned counter-clockwise; y grows downwards."""
    angle = math.radians(degrees)
    corners = [(0.0, 0.0), (length, 0.0), (length, height), (0.0, height)]
    return [
        (500 + a * math.cos(angle) - u * math.sin(angle), 500 - a * math.sin(angle) - u * math.cos(angle))
        for a, u in corners
    ]


def around(corners: Corners) -> Box:
    across, down = zip(*corners, strict=True)
    return Box(min(across), min(down), max(across), max(down))


@given(st.floats(2, 900), st.floats(2, 90), st.floats(-29, 29), st.sampled_from([0, 90, 180, 270]))
def test_a_slanted_word_is_found_in_its_box(length: float, height: float, slant: float, quarter: int) -> None:
    corners = rectangle(length, height, degrees=quarter + slant)
    place = Axes(quarter + slant).place(around(corners))
    for found, truth in zip(place.corners, corners, strict=True):
        assert found == pytest.approx(truth, abs=1e-3)


def test_an_upright_words_place_is_its_box() -> None:
    place = Axes(0).place(Box(10, 20, 110, 50))
    assert place.corners == ((10, 50), (110, 50), (110, 20), (10, 20))


def test_a_word_that_runs_upwards_starts_at_the_bottom() -> None:
    place = Axes(90).place(Box(10, 20, 40, 120))
    assert (place.length, place.height) == (100, 30)
    assert place.corners[0] == pytest.approx((40, 120))
    assert place.corners[1] == pytest.approx((40, 20))


@given(st.floats(0, 900), st.floats(0, 900), st.floats(-360, 360))
def test_any_box_has_a_place_about_its_middle(width: float, height: float, degrees: float) -> None:
    place = Axes(degrees).place(Box(100, 100, 100 + width, 100 + height))
    assert place.point(0.5, 0.5) == pytest.approx((100 + width / 2, 100 + height / 2), abs=1e-6)
    assert place.length >= 1
    assert place.height >= 1
