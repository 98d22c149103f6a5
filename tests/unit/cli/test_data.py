"""What the command prints of an evaluation."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from docflow.classify import compare, report
from docflow.cli.data import NAMED_OF_A_CELL, WORST_CELLS, show_evaluation, show_model
from docflow.learning import JudgedOn, Trained
from docflow.registry import ModelVersion
from docflow.types import UNKNOWN, LabelledText, ModelRef, Prediction


def said(label: str) -> Prediction:
    return Prediction(label, 0.9, True, {label: 0.9}, ModelRef("docflow", "1", "d"))


def show(labels: str | list[str], answers: str | list[str]) -> None:
    """Print the evaluation of documents, a path each, that are `labels` and came out as `answers`."""
    samples = [
        LabelledText("text", label, "eng", document_id=str(row), metadata={"path": f"{label}/{row}.pdf"})
        for row, label in enumerate(labels)
    ]
    predictions = [said(label) for label in answers]
    show_evaluation(compare(predictions, samples), report(predictions, samples))


def test_labels_and_names_that_look_like_markup_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    labels = ["[draft]", "[/b]", "[bold]letter"]
    show(labels, labels[::-1])
    printed = capsys.readouterr().out
    assert all(label in printed for label in labels)
    assert "[/b]/1.pdf" not in printed
    assert "[draft]/0.pdf (0)" in printed


def test_shares_are_printed_with_their_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    show("aaaa", "aaaa")
    printed = " ".join(capsys.readouterr().out.split())
    assert "a 4 1.000 0.207 to 1.000 1.000 1.000" in printed
    assert "4 documents of 1 sources: macro accuracy 1.000 (0.207 to 1.000)" in printed
    assert "1.000 of them (4) can be named at a precision of 0.99" in printed
    assert "said" not in printed


def test_nothing_is_said_of_named_labels_where_there_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    show([UNKNOWN] * 2, [UNKNOWN] * 2)
    printed = " ".join(capsys.readouterr().out.split())
    assert "2 documents of 1 sources: accuracy 1.000" in printed
    assert "macro accuracy" not in printed


def test_the_worst_cells_are_printed_with_some_of_their_documents(capsys: pytest.CaptureFixture[str]) -> None:
    show("a" * (NAMED_OF_A_CELL + 1), "b" * (NAMED_OF_A_CELL + 1))
    printed = capsys.readouterr().out
    assert "a/0.pdf (0)" in printed
    assert f"a/{NAMED_OF_A_CELL}.pdf" not in printed


def test_no_more_than_the_worst_cells_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    answers = "bcdefghi"[: WORST_CELLS + 1]
    show("a" * (len(answers) + 1), answers + answers[-1])
    printed = capsys.readouterr().out
    cells = [line for line in printed.splitlines() if ".pdf" in line]
    assert len(cells) == WORST_CELLS
    assert cells[0].split()[:3] == ["a", answers[-1], "2"]


@pytest.mark.parametrize(
    ("tags", "why_less", "told"),
    [
        ({"candidate": "linear"}, "", ["candidate linear"]),
        ({"candidate": "voting"}, "so it is `linear` alone", ["candidate voting", "  so it is `linear` alone"]),
        (
            {"candidate": "linear", "knobs": '{"inverse_regularisation": 0.7034512, "background_weight": 2}'},
            "",
            ["candidate linear, inverse_regularisation 0.7035, background_weight 2"],
        ),
    ],
)
def test_a_training_says_which_candidate_came_of_it_and_what_tuning_chose(
    tags: dict[str, str], why_less: str, told: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    version = ModelVersion("docflow", "1", (), "", "", datetime.now(UTC), {}, tags)
    samples = [LabelledText("text", label, "eng") for label in "ab"]
    predictions = [said(label) for label in "ab"]
    figures = compare(predictions, samples), report(predictions, samples)
    show_model(Trained(version, *figures, JudgedOn.OUT_OF_FOLD, "d", why_less))
    assert capsys.readouterr().out.splitlines() == told
