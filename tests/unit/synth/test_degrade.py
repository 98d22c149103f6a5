"""Looks: seeded, different from the clean page, and with the words' boxes where the ink went."""

import numpy as np
import pytest

from docflow.synth.degrade import LOOKS, Look, degrade
from docflow.synth.page import PageBuilder, SynthDocument
from docflow.synth.render import render_images, words
from docflow.synth.warp import seen_askew, turned
from docflow.types import Box, Word

DPI = 150
DIRTY: list[Look] = [look for look in LOOKS if look != "clean"]


@pytest.fixture(scope="module")
def document() -> SynthDocument:
    builder = PageBuilder(288, 288)
    for row in range(4):
        for column in range(3):
            builder.text(30 + 80 * column, 40 + 55 * row, "INK", size=16, bold=True)
    return SynthDocument("letter", "eng", "test", 1, (builder.done(),))


def test_the_clean_look_changes_nothing(document: SynthDocument) -> None:
    (image,) = render_images(document, dpi=DPI)
    truth = words(document, 1, dpi=DPI)
    same = degrade(image, truth, look="clean", seed=1)
    assert (same.image == image).all()
    assert same.words == tuple(truth)


@pytest.mark.parametrize("look", DIRTY)
def test_the_same_seed_gives_the_same_pixels_and_another_seed_others(document: SynthDocument, look: Look) -> None:
    (image,) = render_images(document, dpi=DPI)
    truth = words(document, 1, dpi=DPI)
    first, again, other = (degrade(image, truth, look=look, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.image, again.image)
    assert first.words == again.words
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("look", DIRTY)
@pytest.mark.parametrize("seed", range(4))
def test_the_boxes_move_with_the_ink(document: SynthDocument, look: Look, seed: int) -> None:
    (image,) = render_images(document, dpi=DPI)
    degraded = degrade(image, words(document, 1, dpi=DPI), look=look, seed=seed)
    assert len(degraded.words) == 12
    height, width = degraded.image.shape[:2]
    grey = degraded.image.astype(float).mean(axis=2)
    for word in degraded.words:
        x0, y0, x1, y1 = (round(v) for v in (word.box.x0, word.box.y0, word.box.x1, word.box.y1))
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        inside = grey[y0:y1, x0:x1].mean()
        around = (grey[y0 - 12 : y0 - 5, x0:x1].mean() + grey[y1 + 5 : y1 + 12, x0:x1].mean()) / 2
        assert inside < around - 15


def test_a_fax_is_black_and_white_only(document: SynthDocument) -> None:
    (image,) = render_images(document, dpi=DPI)
    assert set(np.unique(degrade(image, [], look="fax", seed=3).image)) == {0, 255}


def test_a_turned_page_keeps_its_corners_in_the_image() -> None:
    warp = turned(200, 300, degrees=7)
    corner = Word("x", Box(0, 0, 200, 300), 1.0)
    (moved,) = warp.words([corner])
    assert moved.box.x1 - moved.box.x0 == pytest.approx(warp.width, abs=1)
    assert moved.box.y1 - moved.box.y0 == pytest.approx(warp.height, abs=1)


def test_a_page_seen_askew_stays_in_the_picture() -> None:
    for seed in range(20):
        warp = seen_askew(200, 300, rng=np.random.default_rng(seed), tilt=0.05, margin=0.01)
        (moved,) = warp.words([Word("x", Box(0, 0, 200, 300), 1.0)])
        assert moved.box.x1 - moved.box.x0 > 170
        assert moved.box.y1 - moved.box.y0 > 270


def test_words_outside_the_picture_are_left_out() -> None:
    assert turned(200, 300, degrees=0).words([Word("x", Box(210, 310, 230, 330), 1.0)]) == []
