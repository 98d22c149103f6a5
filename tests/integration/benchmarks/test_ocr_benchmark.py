"""The comparison of OCR engines, run as a process, and its readers, each in a process of its own."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.ocr_readers import BARE, READERS
from benchmarks.ocr_reading import measure
from benchmarks.ocr_variants import variant_samples
from docflow.errors import EngineUnavailable

ROOT = Path(__file__).parents[3]


@pytest.fixture
def sample(tmp_path):
    return next(variant_samples(tmp_path, half="tune", count=1, languages=("eng",)))


def test_the_short_comparison_prints_both_tables_and_draws_the_plot(tmp_path):
    engines = ["pytesseract", BARE, "docflow fast"]
    command = ["--short", "--half", "tune", "--results", str(tmp_path / "ocr.json"), "--engines", *engines]
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.ocr", *command, "--plot", str(tmp_path / "ocr.png")],
        cwd=ROOT,
        env=os.environ | {"DOCFLOW_CORPUS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "receipts: skipped, there are no real documents here" in finished.stdout
    rows = [line.strip("| ").split(" | ") for line in finished.stdout.splitlines() if line.startswith("|")]
    russian = {row[1]: row for row in rows if row[0] == "Russian pages"}
    assert list(russian) == engines
    assert all(row[3] == "0" and float(row[4]) > 0 and float(row[8]) > 0.5 for row in russian.values())
    assert all(float(russian[engine][8]) > 0.9 for engine in engines if engine.startswith("docflow"))
    assert any(row[0] == "photo rus" for row in rows)
    assert (tmp_path / "ocr.png").stat().st_size > 1000


def test_a_peer_that_is_not_installed_is_named_with_what_to_do(sample, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="ocrmypdf is not installed") as caught:
        measure(READERS["OCRmyPDF"], [sample])
    assert "scripts/setup.sh bench" in caught.value.next_step


def test_a_page_that_a_reader_fails_on_is_counted_and_the_others_are_read(sample):
    readings = measure(READERS[BARE], [replace(sample, language="nowhere"), sample])
    failed, read = readings.pages
    assert failed.text is None
    assert read.text is not None
    assert sample.truth.split()[0] in read.text
    assert 20 < readings.peak_mib < 2000
