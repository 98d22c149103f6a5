"""Thumbnails: small, grey, upright, and never taken from bytes that are none."""

import io

import numpy as np
import pytest
from PIL import Image

from docflow.thumbnail import SIDE, thumbnail_of, thumbnail_pixels


def page(width: int, height: int, *, colours: bool = False) -> np.ndarray:
    """A white page with a dark upper left quarter."""
    pixels = np.full((height, width, 3) if colours else (height, width), 255, np.uint8)
    pixels[: height // 2, : width // 2] = 0
    return pixels


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(1240, 1754, (96, 68)), (1754, 1240, (68, 96)), (300, 9000, (96, 4)), (2, 2, (96, 96))],
)
def test_the_longer_side_has_as_many_pixels_and_no_side_too_few(
    width: int, height: int, expected: tuple[int, int]
) -> None:
    small = thumbnail_pixels(thumbnail_of(page(width, height)))
    assert small is not None
    assert small.shape == expected
    assert max(small.shape) == SIDE


@pytest.mark.parametrize("colours", [False, True])
def test_what_is_dark_stays_where_it_was(colours: bool) -> None:
    small = thumbnail_pixels(thumbnail_of(page(800, 800, colours=colours)))
    assert small is not None
    assert small[:40, :40].max() == 0
    assert small[60:, 60:].min() == 255


@pytest.mark.parametrize(
    ("rotation", "corner"), [(0, (0, 0)), (90, (0, 1)), (180, (1, 1)), (270, (1, 0)), (3.5, (0, 0)), (-88, (1, 0))]
)
def test_the_page_is_turned_upright(rotation: float, corner: tuple[int, int]) -> None:
    small = thumbnail_pixels(thumbnail_of(page(400, 400), rotation=rotation))
    assert small is not None
    down, across = corner
    assert small[down * 60 : down * 60 + 30, across * 60 : across * 60 + 30].max() == 0
    assert (small == 0).mean() == pytest.approx(0.25, abs=0.02)


def test_a_thumbnail_is_a_png_of_a_few_thousand_bytes() -> None:
    noisy = np.random.default_rng(0).integers(0, 255, (1000, 1000), dtype=np.uint8)
    made = thumbnail_of(noisy)
    assert Image.open(io.BytesIO(made)).format == "PNG"
    assert len(made) < 10_000


def test_bytes_that_are_no_thumbnail_have_no_pixels() -> None:
    large = io.BytesIO()
    Image.new("L", (400, 400)).save(large, "PNG")
    for other in (b"", b"none", large.getvalue(), thumbnail_of(page(99, 99))[:40], b"\x00" * 100_000):
        assert thumbnail_pixels(other) is None
