"""Lines that a GPU reads together are about as wide as each other, and keep their places."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from docflow.ocr.easyocr_batches import MOST_LINES, WIDEST, batches_of, stacked

sizes = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 400)), max_size=60)


@given(sizes)
def test_each_line_is_in_one_batch_of_lines_about_as_wide(shapes: list[tuple[int, int]]) -> None:
    crops = [np.zeros(shape, np.uint8) for shape in shapes]
    batches = batches_of(crops)
    assert sorted(at for batch in batches for at in batch) == [at for at, crop in enumerate(crops) if crop.size]
    for batch in batches:
        widths = [crops[at].shape[1] / crops[at].shape[0] for at in batch]
        assert len(batch) <= MOST_LINES
        assert max(widths) <= WIDEST * min(widths)


def test_stacked_lines_are_cut_out_again_as_they_were() -> None:
    rng = np.random.default_rng(0)
    crops = [rng.integers(0, 255, shape, dtype=np.uint8) for shape in ((8, 30), (12, 9), (5, 44))]
    page, rectangles = stacked(crops)
    for crop, (left, right, top, bottom) in zip(crops, rectangles, strict=True):
        np.testing.assert_array_equal(page[top:bottom, left:right], crop)
