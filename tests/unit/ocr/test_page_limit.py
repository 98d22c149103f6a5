"""A page that takes too long is said to have taken its own time, not what was left to the step that noticed."""

from __future__ import annotations

import time

import pytest
from drawn_pages import generated, image_of

from docflow.errors import RecognitionFailed
from docflow.ocr import open_engine
from docflow.ocr.countdown import countdown, page_limit
from docflow.settings import OcrSettings


@pytest.mark.parametrize("name", ["auto", "fast", "accurate", "compact", "rapidocr", "tesserocr"])
def test_an_engine_names_the_limit_that_it_was_given(name: str) -> None:
    engine = open_engine(OcrSettings(), name=name)
    engine.read_page(image_of(generated("receipt", "eng")), languages="eng", timeout=60)
    with pytest.raises(RecognitionFailed, match=r"page 1 was not recognised within 0\.002 seconds") as caught:
        engine.read_page(image_of(generated("letter", "eng", dpi=300)), languages="eng", timeout=0.002)
    assert "ocr.page_seconds" in caught.value.next_step


def test_a_failure_for_which_there_was_time_stays_as_it_is() -> None:
    failure = RecognitionFailed("the page is damaged")
    with pytest.raises(RecognitionFailed) as caught, page_limit(3, 5.0, countdown(5.0)):
        raise failure
    assert caught.value is failure


def test_a_failure_once_the_time_is_over_names_the_page_and_keeps_its_detail() -> None:
    left = countdown(0.01)
    with pytest.raises(RecognitionFailed, match=r"page 3 .* within 0\.01 seconds") as caught, page_limit(3, 0.01, left):
        time.sleep(0.02)
        raise RecognitionFailed("8 lines were not recognised within 0.001 seconds", detail={"engine": "compact"})
    assert caught.value.detail == {"engine": "compact"}
