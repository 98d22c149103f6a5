"""Made-up documents have pictures that repeat, differ, and show what is on the page."""

import numpy as np

from docflow.synth import generate, training_texts
from docflow.synth.thumbnails import thumbnail
from docflow.thumbnail import SIDE, thumbnail_pixels


def test_the_same_document_gives_the_same_picture_and_another_one_another() -> None:
    assert thumbnail(generate("invoice", "rus", seed=4)) == thumbnail(generate("invoice", "rus", seed=4))
    assert thumbnail(generate("invoice", "rus", seed=4)) != thumbnail(generate("invoice", "rus", seed=5))


def test_pictures_have_ink_on_paper_and_the_pages_shape() -> None:
    for seed in range(12):
        for kind in ("receipt", "contract"):
            pixels = thumbnail_pixels(thumbnail(generate(kind, "eng", seed=seed)))
            assert pixels is not None
            assert max(pixels.shape) == SIDE
            dark, paper = np.percentile(pixels, (1, 75))
            assert paper - dark > 10
    assert pixels.shape[0] > pixels.shape[1]


def test_training_texts_have_pictures_where_they_are_asked_for() -> None:
    seen = list(training_texts(6, seed=3, thumbnails=True))
    assert all(sample.thumbnail for sample in seen)
    plain = list(training_texts(6, seed=3))
    assert not any(sample.thumbnail for sample in plain)
    assert [sample.text for sample in seen] == [sample.text for sample in plain]
