"""A user's corrected lines: read from a folder, split for good, refused by name where they are wrong."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from docflow.errors import TrainingDataError
from docflow.line_learning import CorrectedShards, corrected_lines
from docflow.ocr.recogniser.crops import HEIGHT
from docflow.ocr.recogniser.data import Lines


def write(folder: Path, entries: list[tuple[str, str]]) -> Path:
    folder.mkdir(exist_ok=True)
    rows = []
    for name, text in entries:
        cv2.imwrite(str(folder / name), np.full((20, 60), 200, np.uint8))
        rows.append(json.dumps({"file": name, "text": text}, ensure_ascii=False))
    (folder / "lines.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_a_tenth_is_held_out_and_always_the_same(tmp_path: Path) -> None:
    entries = [(f"{number:03d}.png", f"Итого {number}") for number in range(100)]
    learnt, held_out = corrected_lines(write(tmp_path, entries))
    assert len(learnt) + len(held_out) == 100
    assert 3 <= len(held_out) <= 20
    assert not set(learnt.texts) & set(held_out.texts)
    again, _ = corrected_lines(write(tmp_path, entries[::-1]))
    assert set(again.texts) == set(learnt.texts)
    assert learnt.pictures[0].shape == (HEIGHT, 96)


def test_other_dashes_and_quotes_are_written_as_the_alphabet_has_them(tmp_path: Path) -> None:
    entries = [(f"{number:03d}.png", "“a” – b’s") for number in range(60)]
    learnt, _ = corrected_lines(write(tmp_path, entries))
    assert set(learnt.texts) == {'"a" — b\'s'}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("not json", "entry 1"),
        ('{"file": "a.png"}', "entry 1"),
        ('["a.png", "text"]', "entry 1"),
        ('{"file": "a.png", "text": "漢字"}', "字 漢"),
        ('{"file": "a.png", "text": "  "}', "no text"),
        ('{"file": "missing.png", "text": "a"}', "missing.png"),
        ('{"file": "../outside.png", "text": "a"}', "not in its folder"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, row: str, told: str) -> None:
    folder = write(tmp_path / "lines", [("a.png", "a")])
    cv2.imwrite(str(tmp_path / "outside.png"), np.zeros((20, 20), np.uint8))
    (folder / "lines.jsonl").write_text(row + "\n", encoding="utf-8")
    with pytest.raises(TrainingDataError) as caught:
        corrected_lines(folder)
    assert told in caught.value.message


def test_a_picture_that_is_none_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, [("a.png", "a")])
    (folder / "a.png").write_bytes(b"no picture")
    with pytest.raises(TrainingDataError, match=r"a\.png"):
        corrected_lines(folder)


def test_an_empty_picture_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, [("a.png", "a")])
    (folder / "a.png").write_bytes(b"")
    with pytest.raises(TrainingDataError, match=r"a\.png"):
        corrected_lines(folder)


@pytest.mark.parametrize("name", ["a\0.png", "\ud800.png", "a" * 5000])
def test_a_name_that_no_file_can_have_is_a_picture_that_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "lines.jsonl").write_text(json.dumps({"file": name, "text": "a"}), encoding="utf-8")
    with pytest.raises(TrainingDataError, match="not in its folder"):
        corrected_lines(tmp_path)


def test_a_listing_in_another_encoding_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, [("a.png", "Итого")])
    (folder / "lines.jsonl").write_text('{"file": "a.png", "text": "Итого"}', encoding="cp1251")
    with pytest.raises(TrainingDataError, match="UTF-8"):
        corrected_lines(folder)


def test_a_listing_that_begins_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path, [(f"{number:03d}.png", "a") for number in range(60)])
    listing = (folder / "lines.jsonl").read_text(encoding="utf-8")
    (folder / "lines.jsonl").write_text(listing, encoding="utf-8-sig")
    learnt, held_out = corrected_lines(folder)
    assert len(learnt) + len(held_out) == 60


def test_too_few_lines_and_no_listing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"lines\.jsonl"):
        corrected_lines(tmp_path)
    with pytest.raises(TrainingDataError, match="too few"):
        corrected_lines(write(tmp_path, [("a.png", "a")]))


def test_half_of_what_is_learnt_are_corrected_lines() -> None:
    blank = np.zeros((HEIGHT, 40), np.uint8)
    rendered = Lines([blank] * 10, [f"r{number}" for number in range(10)])
    corrected = Lines([blank] * 2, ["c0", "c1"])
    shard = CorrectedShards(lambda _number: rendered, corrected)(0)
    assert len(shard) == 10
    assert sum(text.startswith("c") for text in shard.texts) == 5
    assert len(shard.pictures) == 10
