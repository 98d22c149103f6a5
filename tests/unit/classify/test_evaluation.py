from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from docflow.classify import TextClassifier, compare, confusion_picture, evaluate, report
from docflow.types import UNKNOWN, LabelledText, ModelRef, Prediction

MODEL = ModelRef("kinds", "1", "")


def said(label: str, confidence: float = 0.9, likeliest: str | None = None) -> Prediction:
    others = {"a": 0.0, "b": 0.0, UNKNOWN: 0.0}
    return Prediction(label, confidence, label != UNKNOWN, others | {likeliest or label: confidence}, MODEL)


def is_(label: str) -> LabelledText:
    return LabelledText("text", label, "eng", group="g")


def test_an_unknown_counts_as_wrong() -> None:
    evaluation = compare(
        [said("a"), said("a"), said("b"), said(UNKNOWN, 0.4, "b")], [is_("a"), is_("a"), is_("b"), is_("b")]
    )
    assert evaluation.labels == ("a", "b", UNKNOWN)
    assert evaluation.confusion == ((2, 0, 0), (0, 1, 1), (0, 0, 0))
    assert (evaluation.accuracy, evaluation.macro_accuracy, evaluation.unknown_rate) == (0.75, 0.75, 0.25)
    assert evaluation.per_label["b"].recall == 0.5
    assert evaluation.per_label["b"].precision == 1.0
    assert evaluation.per_label["b"].f1 == pytest.approx(2 / 3)


def test_macro_accuracy_weighs_labels_and_not_documents() -> None:
    evaluation = compare([said("a")] * 9 + [said("a")], [is_("a")] * 9 + [is_("b")])
    assert evaluation.accuracy == 0.9
    assert evaluation.macro_accuracy == 0.5


def test_background_is_right_as_unknown_and_no_part_of_the_macro_accuracy() -> None:
    evaluation = compare([said("a"), said(UNKNOWN), said("a")], [is_("a"), is_(UNKNOWN), is_(UNKNOWN)])
    assert evaluation.accuracy == pytest.approx(2 / 3)
    assert evaluation.macro_accuracy == 1.0
    assert evaluation.per_label[UNKNOWN].recall == 0.5
    assert evaluation.unknown_rate == 0.0


def test_a_kind_that_the_model_does_not_know_has_its_row() -> None:
    evaluation = compare([said(UNKNOWN)], [is_("memo")])
    assert evaluation.labels == ("a", "b", "memo", UNKNOWN)
    assert evaluation.per_label["memo"].recall == 0.0


def test_mistakes_tell_which_documents_and_what_was_likeliest() -> None:
    (mistake,) = compare([said("a"), said(UNKNOWN, 0.4, "b")], [is_("a"), is_("b")]).mistakes
    assert (mistake.index, mistake.expected, mistake.predicted, mistake.likeliest) == (1, "b", UNKNOWN, "b")


def test_calibration_error_is_the_distance_of_confidence_from_being_right() -> None:
    confident_and_half_wrong = compare([said("a", 0.9), said("a", 0.9)], [is_("a"), is_("b")])
    assert confident_and_half_wrong.ece == pytest.approx(0.4)
    assert compare([said("a", 1.0), said("b", 1.0)], [is_("a"), is_("b")]).ece == 0.0


def test_nothing_evaluated_gives_noughts() -> None:
    nothing = compare([], [])
    assert (nothing.count, nothing.accuracy, nothing.macro_accuracy, nothing.ece) == (0, 0, 0, 0)


def test_where_all_documents_are_background_there_is_no_figure_of_named_ones() -> None:
    predictions, samples = [said(UNKNOWN), said("a")], [is_(UNKNOWN), is_(UNKNOWN)]
    figures = compare(predictions, samples).metrics() | report(predictions, samples).metrics()
    assert figures["accuracy"] == 0.5
    assert not any(name.startswith(("macro_accuracy", "unknown_rate")) for name in figures)
    assert b"macro accuracy" not in report(predictions, samples).to_markdown()
    assert {"macro_accuracy", "unknown_rate"} <= compare(predictions, [is_("b"), is_(UNKNOWN)]).metrics().keys()


def test_figures_come_flat_and_as_json(classifier: TextClassifier, make) -> None:
    evaluation = evaluate(classifier, make(6, seed=9))
    assert evaluation.count == 24
    assert evaluation.macro_accuracy > 0.9
    assert evaluation.metrics()["recall/invoice"] == evaluation.per_label["invoice"].recall
    assert json.loads(json.dumps(evaluation.to_dict()))["count"] == 24


def test_the_confusion_picture_is_a_png_that_opens() -> None:
    evaluation = compare([said("a"), said(UNKNOWN)], [is_("счёт"), is_("b")])
    picture = Image.open(io.BytesIO(confusion_picture(evaluation)))
    picture.load()
    assert picture.format == "PNG"
    assert min(picture.size) > 300
