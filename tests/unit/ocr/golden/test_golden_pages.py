"""Whole pages are read as they were when they were last looked at: their text, and where each word stands."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from golden_case import DOCUMENTS, ENGINES, LEAST_ALIKE, MOST_ERRORS, Reading, alike, engine_of, errors, path_of, read

from docflow.ocr import OcrEngine


@cache
def opened(engine: str) -> OcrEngine:
    return engine_of(engine)


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_page_is_read_as_it_was(engine: str, document: str) -> None:
    stored, seen = Reading.load(path_of(document, engine)), read(document, opened(engine))
    told = f"stored with {stored.made_with}, read with {seen.made_with}; golden_case.py says how to write it anew"
    assert errors(stored, seen) <= MOST_ERRORS, told
    assert alike(stored, seen) >= LEAST_ALIKE, told


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_stored_is_a_whole_page(document: str) -> None:
    for engine in ENGINES:
        stored = Reading.load(path_of(document, engine))
        words = [word for line in stored.lines for word in line.split(" ")]
        assert len(words) == len(stored.boxes) > 50
        assert (errors(stored, stored), alike(stored, stored)) == (0, 1)


def test_a_reading_that_differs_is_noticed() -> None:
    stored = Reading.load(path_of("letter-eng.tiff", "fast"))
    assert alike(stored, replace(stored, boxes=stored.boxes + np.array([0, 5, 0, 5]))) < LEAST_ALIKE
    assert alike(stored, replace(stored, boxes=stored.boxes[:0])) == 0
    assert errors(stored, replace(stored, lines=stored.lines[len(stored.lines) // 4 :])) > MOST_ERRORS
    assert errors(stored, replace(stored, lines=tuple(line.replace("e", "c") for line in stored.lines))) > MOST_ERRORS
