"""Real lines are those of the half that is asked for, and error rates have four digits."""

import csv
import json
import re
import sys

import cv2
import numpy as np
import pytest

from benchmarks import recogniser

TEXTS = [f"Receipt number {number}" for number in range(100, 108)]


@pytest.fixture(autouse=True)
def corpus(tmp_path, monkeypatch):
    """Receipts of one line each, in both halves."""
    (tmp_path / "gt").mkdir()
    rows = []
    for number, text in enumerate(TEXTS):
        pixels = np.full((60, 600), 255, np.uint8)
        cv2.putText(pixels, text, (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2, cv2.LINE_AA)
        cv2.imwrite(str(tmp_path / f"sroie__{number}.png"), pixels)
        line = {"text": text, "box": [10, 10, 590, 10, 590, 52, 10, 52]}
        truth = tmp_path / "gt" / f"sroie_{number}.json"
        truth.write_text(json.dumps({"lines": [line]}), encoding="utf-8")
        rows.append((f"sroie__{number}.png", "receipt", "eng", f"gt/{truth.name}"))
    with (tmp_path / "manifest.csv").open("w", encoding="utf-8", newline="") as manifest:
        csv.writer(manifest).writerows([("path", "class", "language", "ground_truth"), *rows])
    monkeypatch.setenv("DOCFLOW_CORPUS", str(tmp_path))


def test_each_half_has_its_own_lines_and_together_they_are_all():
    tune, report = (recogniser.receipt_lines(half).texts for half in ("tune", "report"))
    assert tune
    assert report
    assert sorted(tune + report) == TEXTS


@pytest.mark.parametrize("half", ["tune", "report"])
def test_the_real_lines_alone_are_told_with_four_digits(half, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["recogniser", "--half", half, "--lines", "0"])
    recogniser.main()
    printed = capsys.readouterr().out
    assert f"the {half} half" in printed
    assert "rendered lines" not in printed
    lines = len(recogniser.receipt_lines(half).texts)
    assert re.search(rf"^ all +{lines} +\d\.\d{{4}} +\d\.\d{{4}} *$", printed, re.MULTILINE)
