"""What the command prints of an evaluation."""

from __future__ import annotations

import pytest

from docflow.classify import compare
from docflow.cli.data import show_evaluation
from docflow.types import LabelledText, ModelRef, Prediction


def test_labels_that_look_like_markup_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    labels = ["[draft]", "[/b]", "[bold]letter"]
    said = [Prediction(label, 0.9, True, {}, ModelRef("docflow", "1", "d")) for label in labels]
    show_evaluation(compare(said, [LabelledText("text", label, "eng") for label in labels]))
    printed = capsys.readouterr().out
    assert all(label in printed for label in labels)
