from __future__ import annotations

import json

import pytest

from docflow.classify import reliability_picture, report
from docflow.classify.calibration import coverage, reliability
from docflow.classify.intervals import accuracy_figure, macro_figure
from docflow.types import UNKNOWN, LabelledText, ModelRef, Prediction

MODEL = ModelRef("kinds", "1", "")


def said(label: str, confidence: float, *, named: bool = True) -> Prediction:
    scores = {"a": 0.0, "b": 0.0, UNKNOWN: 0.0} | {label: confidence}
    return Prediction(label if named else UNKNOWN, confidence, named, scores, MODEL)


def sample(label: str, number: int = 0, *, language: str = "eng", source: str = "", grade: str = "") -> LabelledText:
    return LabelledText("text", label, language, document_id=f"doc-{number}", source=source, grade=grade)


def test_an_interval_holds_its_value_and_narrows_with_more_documents() -> None:
    few, many = accuracy_figure([True, True, True, False] * 3), accuracy_figure([True, True, True, False] * 300)
    assert few.low < few.value == 0.75 == many.value < few.high
    assert many.high - many.low < few.high - few.low


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    import numpy as np

    rng = np.random.default_rng(7)
    figures = [accuracy_figure(rng.random(100) < 0.8, seed=number) for number in range(100)]
    assert 88 <= sum(figure.low <= 0.8 <= figure.high for figure in figures) <= 100


def test_nothing_is_known_of_no_documents() -> None:
    assert (accuracy_figure([]).low, accuracy_figure([]).high) == (0.0, 1.0)


def test_each_label_counts_the_same_for_the_macro_figure() -> None:
    figure = macro_figure([True] * 90 + [False] * 10, ["a"] * 90 + ["b"] * 10)
    assert figure.value == 0.5


def test_coverage_is_the_share_that_can_be_named_at_the_precision() -> None:
    predictions = [said("a", 0.9), said("a", 0.8), said("a", 0.7), said("a", 0.6)]
    found = coverage(predictions, [sample("a"), sample("a"), sample("b"), sample("a")])
    assert (found.share, found.confidence) == (0.5, 0.8)


def test_documents_of_equal_confidence_are_answered_together() -> None:
    predictions = [said("a", 0.9), said("a", 0.8), said("a", 0.8)]
    assert coverage(predictions, [sample("a"), sample("a"), sample("b")]).share == pytest.approx(1 / 3)


def test_where_no_confidence_is_enough_nothing_is_covered() -> None:
    assert coverage([said("a", 0.9)], [sample("b")]).confidence is None
    assert coverage([said(UNKNOWN, 0.9, named=False)], [sample("b")]).share == 0


def test_a_bin_tells_confidence_and_truth_apart() -> None:
    (only,) = reliability([said("a", 0.95), said("a", 0.95)], [sample("a"), sample("b")])
    assert (only.count, only.confidence, only.right) == (2, pytest.approx(0.95), 0.5)
    assert reliability_picture([only]).startswith(b"\x89PNG")


def test_every_document_is_in_one_cell_by_its_id() -> None:
    found = report([said("a", 0.9), said("b", 0.9), said("a", 0.4, named=False)], [sample("a", n) for n in range(3)])
    cells = {(cell.expected, cell.predicted): cell.documents for cell in found.cells}
    assert cells == {("a", "a"): ("doc-0",), ("a", "b"): ("doc-1",), ("a", UNKNOWN): ("doc-2",)}
    assert "| a | b | 1 | doc-1 |" in found.to_markdown().decode()
    assert json.loads(found.to_json())["cells"][0]["documents"]


def test_slices_are_by_language_source_and_grade_where_they_are_known() -> None:
    samples = [sample("a", 0, source="mill", grade="A"), sample("a", 1, language="rus")]
    found = report([said("a", 0.9), said("b", 0.9)], samples)
    shares = {(held.by, held.value): held.accuracy.value for held in found.slices}
    assert shares == {("language", "eng"): 1, ("language", "rus"): 0, ("source", "mill"): 1, ("grade", "A"): 1}
