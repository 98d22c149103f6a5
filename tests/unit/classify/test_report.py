from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from docflow.classify import reliability_picture, report
from docflow.classify.calibration import coverage, reliability
from docflow.classify.report import LEAST_SLICE
from docflow.types import UNKNOWN, LabelledText, ModelRef, Prediction

MODEL = ModelRef("kinds", "1", "")


def said(label: str, confidence: float, *, named: bool = True) -> Prediction:
    scores = {"a": 0.0, "b": 0.0, UNKNOWN: 0.0} | {label: confidence}
    return Prediction(label if named else UNKNOWN, confidence, named, scores, MODEL)


def sample(label: str, number: int = 0, *, language: str = "eng", source: str = "", grade: str = "") -> LabelledText:
    return LabelledText("text", label, language, document_id=f"doc-{number}", source=source, grade=grade)


def test_coverage_is_the_share_that_can_be_named_at_the_precision() -> None:
    predictions = [said("a", 0.9), said("a", 0.8), said("a", 0.7), said("a", 0.6)]
    found = coverage(predictions, [sample("a"), sample("a"), sample("b"), sample("a")])
    assert (found.share, found.confidence, found.count) == (0.5, 0.8, 2)


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
    assert json.loads(found.to_json())["cells"][0]["documents"] == ["doc-0"]


def test_documents_of_a_folder_are_named_by_their_paths_and_their_ids() -> None:
    samples = [replace(sample("a", n), metadata={"path": f"a/page|{n}.pdf"}) for n in range(2)]
    found = report([said("b", 0.9)] * 2, samples)
    (cell,) = found.cells
    assert (cell.documents, cell.files) == (("doc-0", "doc-1"), ("a/page|0.pdf", "a/page|1.pdf"))
    assert "| a | b | 2 | a/page\\|0.pdf (doc-0), a/page\\|1.pdf (doc-1) |" in found.to_markdown().decode()


def test_documents_without_an_id_are_counted_and_not_listed() -> None:
    samples = [sample("a"), replace(sample("a"), document_id="")]
    found = report([said("b", 0.9)] * 2, samples)
    assert [(cell.count, cell.documents, cell.files) for cell in found.cells] == [(2, ("doc-0",), ())]
    assert "| a | b | 2 | doc-0 |" in found.to_markdown().decode()


def test_the_worst_cells_are_those_of_most_documents_that_came_out_wrong() -> None:
    truth, answers = "aaab" + "b" * 5, "abbc" + "b" * 5
    found = report([said(label, 0.9) for label in answers], [sample(label, n) for n, label in enumerate(truth)])
    assert [(cell.expected, cell.predicted, cell.count) for cell in found.worst_cells()] == [
        ("a", "b", 2),
        ("b", "c", 1),
    ]


def test_sources_may_be_told_by_name() -> None:
    samples = [replace(sample("a", n), text=" ".join(random_words(n))) for n in range(60)]
    predictions = [said("b" if n % 6 == 0 else "a", 0.9) for n in range(60)]
    told = report(predictions, samples, sources=[f"mill {n % 6}" for n in range(60)])
    named = report(predictions, [replace(one, source=f"mill {n % 6}") for n, one in enumerate(samples)])
    assert (told.accuracy, told.macro, told.recall) == (named.accuracy, named.macro, named.recall)


def test_of_no_documents_nothing_is_said() -> None:
    found = report([], [])
    assert (found.accuracy.count, found.coverage.share, found.cells) == (0, 0.0, ())
    assert found.to_markdown()


def test_slices_are_by_language_source_and_grade_where_they_are_known() -> None:
    samples = [sample("a", n, source="mill", grade="A") for n in range(LEAST_SLICE)]
    samples += [sample("a", LEAST_SLICE + n, language="rus") for n in range(LEAST_SLICE)]
    predictions = [said("a" if one.language == "eng" else "b", 0.9) for one in samples]
    shares = {(held.by, held.value): held.accuracy.value for held in report(predictions, samples).slices}
    assert shares == {("language", "eng"): 1, ("language", "rus"): 0, ("source", "mill"): 1, ("grade", "A"): 1}


def test_what_has_no_source_or_too_few_documents_is_no_slice() -> None:
    samples = [replace(sample("a", n), group=f"document {n}", source="mill" * (n < 4)) for n in range(8)]
    found = report([said("a", 0.9)] * 8, samples)
    assert [(held.by, held.value) for held in found.slices] == [("language", "eng")]


def test_documents_of_one_source_say_less_than_those_of_many() -> None:
    ours, theirs = (
        [replace(sample("a", n, source=f"{n % sources}"), text=" ".join(random_words(n))) for n in range(60)]
        for sources in (6, 60)
    )
    predictions = [said("b" if n % 6 == 0 else "a", 0.9) for n in range(60)]
    few, many = report(predictions, ours).accuracy, report(predictions, theirs).accuracy
    assert (few.sources, many.sources, few.count) == (6, 60, 60)
    assert few.low <= 0.5 < 0.7 < many.low


def random_words(seed: int) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices("abcdefghij", k=6)) for _ in range(8)]


def test_the_report_says_what_its_coverage_rests_on() -> None:
    found = report([said("a", 0.9), said("a", 0.8), said("a", 0.3)], [sample("a"), sample("a"), sample("b")])
    assert "(2 of 3) can be named at a precision of 0.99" in found.to_markdown().decode()
    assert "chosen on these same documents" in found.to_markdown().decode()
    assert found.metrics()["coverage_at_99_documents"] == 2
