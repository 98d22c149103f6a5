"""Curves are fitted to pages that nothing but their making chose, and judged on others."""

import numpy as np
import pytest

from benchmarks.calibration import FEWEST_PAGES, Readings, brier, fits, judge
from benchmarks.synthetic_pages import TruthPage, lines_of
from docflow.ocr.ensemble import Calibration, Curve, WordClass
from docflow.ocr.ensemble.fitting import Judged
from docflow.types import Box, Line, PageImage, PageText, TextSource, Word

RIGHT, WRONG = (WordClass.LATIN, 0.9, True), (WordClass.LATIN, 0.9, False)


def readings(*words: Judged, pages: int = FEWEST_PAGES) -> Readings:
    return Readings(version="1", pages=pages, words=list(words))


def names(engine: str) -> set[str]:
    read = {("compact", "eng"): readings(RIGHT), ("compact+rapidocr", "eng"): readings(RIGHT)}
    return {calibration.engine for calibration in fits(read, engine=engine)}


def test_who_reads_all_pages_is_fitted_to_them() -> None:
    assert names("fast") == {"compact", "compact+rapidocr"}


@pytest.mark.parametrize("engine", ["auto", "accurate"])
def test_pages_left_to_one_reader_for_being_easy_are_not_fitted_to(engine: str) -> None:
    assert names(engine) == {"compact+rapidocr"}


def test_few_pages_are_not_fitted_to() -> None:
    assert fits({("compact", "eng"): readings(RIGHT, pages=FEWEST_PAGES - 1)}, engine="fast") == []


def test_errors_are_mean_squares_before_and_after_the_curve() -> None:
    calibration = Calibration("e", "1", "eng", "2026-01-01", 9, {WordClass.ANY: Curve((0.0, 1.0), (0.0, 0.5), 100)})
    raw, calibrated = brier(calibration, [RIGHT, WRONG])
    assert raw == pytest.approx((0.1**2 + 0.9**2) / 2)
    assert calibrated == pytest.approx((0.55**2 + 0.45**2) / 2)


def test_words_are_judged_by_the_truth_in_their_place() -> None:
    true = [Word(text, Box(60 * n, 0, 60 * n + 50, 10), 1.0) for n, text in enumerate(["Total", "12.50"])]
    read = Line((Word("Total", true[0].box, 0.8), Word("12.60", true[1].box, 0.6)))
    page = TruthPage(PageImage(1, np.zeros((20, 200), np.uint8)), lines_of(true), "receipt", "eng", "clean")
    text = PageText(1, 200, 20, (read,), TextSource.OCR, "e", "1", "eng")
    assert [(word_class, right) for word_class, _, right in judge(page, text)] == [
        (WordClass.LATIN, True),
        (WordClass.NUMBER, False),
    ]
