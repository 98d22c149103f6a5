"""What the figures on small and faint pages are taken on."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.corpus import is_here
from benchmarks.faint_and_small import GRAIN, PAPER, generated_pages, in_ink, photographs


def test_faint_pages_have_the_asked_levels_between_ink_and_paper() -> None:
    page = np.full((200, 100, 3), 255, np.uint8)
    page[:40] = 0
    ((pale, truth),) = in_ink([(page, "total")], 35)
    assert truth == "total"
    assert (np.median(pale[40:]), np.median(pale[:40])) == pytest.approx((PAPER, PAPER - 35), abs=1)
    assert pale[40:].std() == pytest.approx(GRAIN, rel=0.2)


def test_a_page_in_black_ink_is_the_very_page() -> None:
    page = np.full((20, 10, 3), 255, np.uint8)
    assert next(in_ink([(page, "")], 255))[0] is page


def test_pages_of_the_two_halves_are_others_and_say_what_is_on_them() -> None:
    (report, told), (tuned, _) = (next(generated_pages(half, 1)) for half in ("report", "tune"))
    assert len(told.split()) > 20
    assert report.shape != tuned.shape or (report != tuned).any()


@pytest.mark.skipif(not is_here(), reason="needs the real documents; DOCFLOW_CORPUS names their folder")
def test_photographs_are_those_of_one_half_with_what_their_scans_say() -> None:
    reported, tuned = list(photographs("report")), list(photographs("tune"))
    assert (len(reported), len(tuned)) == (15, 20)
    assert all(pixels.ndim == 3 and len(truth) > 50 for pixels, truth in reported)
