"""What happens to print: less ink in patches, and strokes of a pen."""

from __future__ import annotations

import numpy as np

from docflow.synth import effects

INKED = np.zeros((40, 300, 3), np.uint8)
BLANK = np.full((40, 300, 3), 255, np.uint8)


def test_patches_keep_between_none_and_all_of_the_ink_and_differ_from_place_to_place() -> None:
    kept = effects.patches(INKED, np.random.default_rng(1), depth=0.8, size=10)
    assert kept.shape == (40, 300)
    assert kept.mean() > 0.4
    assert kept.std() > 0.05


def test_ink_that_is_worn_in_patches_is_lighter_and_paper_stays_paper() -> None:
    kept = effects.patches(INKED, np.random.default_rng(1), depth=0.8, size=10)
    assert 0 < effects.worn(INKED, kept).mean() < 200
    assert effects.worn(BLANK, kept).min() == 255


def test_a_pen_leaves_a_dark_stroke_and_most_of_the_paper() -> None:
    marked = effects.scrawled(BLANK, np.random.default_rng(2), thick=2)
    assert marked.min() < 120
    assert (marked == 255).mean() > 0.8
