"""With eight bits the recogniser that ships reads what it read before, from a file a third as large."""

from pathlib import Path

import numpy as np
import pytest

from docflow.ocr.recogniser import quantised
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.crops import prepared
from docflow.ocr.recogniser.files import ONNX, QUANTISED, read_card, shipped_folder
from docflow.ocr.recogniser.quantised import quantise
from docflow.synth.lines import line_images

SHIPPED = shipped_folder() / ONNX


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    return [prepared(line.pixels) for line in line_images(64, seed=515_151, alphabet=frozenset(ALPHABET))]


def test_the_same_lines_make_the_same_small_file(
    pictures: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]], tmp_path: Path
) -> None:
    first, second = tmp_path / "first.onnx", tmp_path / "second.onnx"
    assert quantise(SHIPPED, first, pictures)
    assert quantise(SHIPPED, second, pictures)
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size < SHIPPED.stat().st_size / 3


def test_a_network_that_then_reads_otherwise_is_left_as_it_is(
    pictures: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(quantised, "MOST_DIFFERENT", 0.0)
    assert not quantise(SHIPPED, tmp_path / QUANTISED, pictures)
    assert not (tmp_path / QUANTISED).exists()
    assert "left out" in caplog.text


def test_what_ships_was_made_of_what_ships() -> None:
    assert {ONNX, QUANTISED} <= set(read_card(shipped_folder()).digests)
