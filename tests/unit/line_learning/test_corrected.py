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

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def write(folder: Path, entries: list[tuple[str, str]]) -> Path:
    for number, (name, _) in enumerate(entries):
        draw(folder / name, noise(number))
    return listed(folder, [{"file": name, "text": text} for name, text in entries])


def noise(seed: int, *, width: int = 60) -> Pixels:
    """A picture that no other seed has."""
    return np.random.default_rng(seed).integers(0, 256, (20, width), np.uint8)


def draw(path: Path, pixels: Pixels) -> None:
    path.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(path), pixels)


def listed(folder: Path, entries: list[dict[str, str]]) -> Path:
    rows = [json.dumps(entry, ensure_ascii=False) for entry in entries]
    (folder / "lines.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def seen(lines: Lines) -> set[bytes]:
    return {picture.tobytes() for picture in lines.pictures}


def test_a_tenth_is_held_out_and_always_the_same(tmp_path: Path) -> None:
    entries = [(f"{number:03d}.png", f"Итого {number}") for number in range(100)]
    learnt, held_out = corrected_lines(write(tmp_path, entries))
    assert len(learnt) + len(held_out) == 100
    assert 3 <= len(held_out) <= 20
    assert not set(learnt.texts) & set(held_out.texts)
    again, _ = corrected_lines(listed(tmp_path, [{"file": name, "text": text} for name, text in entries[::-1]]))
    assert set(again.texts) == set(learnt.texts)
    assert learnt.pictures[0].shape == (HEIGHT, 96)


def test_a_picture_is_in_one_part_under_whichever_names(tmp_path: Path) -> None:
    entries = [(f"{number:03d}-{copy}.png", str(number)) for number in range(60) for copy in range(3)]
    for name, text in entries:
        draw(tmp_path / name, noise(int(text)))
    learnt, held_out = corrected_lines(listed(tmp_path, [{"file": name, "text": text} for name, text in entries]))
    assert len(learnt) + len(held_out) == 180
    assert not seen(learnt) & seen(held_out)


def of_documents(folder: Path) -> list[dict[str, str]]:
    """Four lines of each of 60 documents."""
    entries = []
    for number in range(240):
        draw(folder / f"{number:03d}.png", noise(number))
        document = f"letter {number // 4}"
        entries.append({"file": f"{number:03d}.png", "text": f"{number // 4:02d}", "document": document})
    return entries


def test_the_lines_of_a_document_are_in_one_part(tmp_path: Path) -> None:
    learnt, held_out = corrected_lines(listed(tmp_path, of_documents(tmp_path)))
    assert len(learnt) + len(held_out) == 240
    assert not set(learnt.texts) & set(held_out.texts)


def test_a_picture_that_all_documents_have_is_in_one_part_and_does_not_bring_them_there(tmp_path: Path) -> None:
    entries = of_documents(tmp_path)
    for entry in entries[::4]:
        draw(tmp_path / entry["file"], noise(999))
    learnt, held_out = corrected_lines(listed(tmp_path, entries))
    assert len(learnt) > len(held_out) > 0
    assert not seen(learnt) & seen(held_out)


def test_other_dashes_and_quotes_are_written_as_the_alphabet_has_them(tmp_path: Path) -> None:
    entries = [(f"{number:03d}.png", "“a” – b’s") for number in range(60)]
    learnt, _ = corrected_lines(write(tmp_path, entries))
    assert set(learnt.texts) == {'"a" — b\'s'}


@pytest.mark.parametrize(
    ("said", "learnt"), [("\u0438\u0306 \u0418\u0306", "й Й"), ("one\u2028two", "one two"), ("one\x85two", "one two")]
)
def test_a_text_is_learnt_however_its_characters_are_stored(tmp_path: Path, said: str, learnt: str) -> None:
    lines, _ = corrected_lines(write(tmp_path, [(f"{number:03d}.png", said) for number in range(60)]))
    assert set(lines.texts) == {learnt}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("not json", "entry 1"),
        ('{"file": "a.png"}', "entry 1"),
        ('["a.png", "text"]', "entry 1"),
        ('{"file": "a.png", "text": null}', "entry 1"),
        ('{"file": "a.png", "text": 12.50}', "entry 1"),
        ('{"file": "a.png", "text": true}', "entry 1"),
        ('{"file": 1, "text": "a"}', "entry 1"),
        ('{"file": "a.png", "text": "a", "document": 7}', "entry 1"),
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
    assert "entry" in caught.value.next_step


def test_a_picture_that_is_none_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, [("a.png", "a")])
    (folder / "a.png").write_bytes(b"no picture")
    with pytest.raises(TrainingDataError, match=r"a\.png"):
        corrected_lines(folder)


@pytest.mark.parametrize(("text", "width"), [("Total 12.50", 20), ("aaaaaa", 25)])
def test_a_picture_that_is_too_narrow_for_its_text_is_named(tmp_path: Path, text: str, width: int) -> None:
    draw(tmp_path / "a.png", noise(1, width=width))
    with pytest.raises(TrainingDataError, match=r"entry 1 .* too narrow"):
        corrected_lines(listed(tmp_path, [{"file": "a.png", "text": text}]))


def test_a_picture_is_wide_enough_for_as_many_letters_as_it_has_steps(tmp_path: Path) -> None:
    for number in range(60):
        draw(tmp_path / f"{number}.png", noise(number, width=25))
    learnt, held_out = corrected_lines(
        listed(tmp_path, [{"file": f"{number}.png", "text": "abcdefghij"} for number in range(60)])
    )
    assert len(learnt) + len(held_out) == 60


def test_what_is_transparent_is_learnt_as_white_paper(tmp_path: Path) -> None:
    for number in range(60):
        inked = np.zeros((20, 60, 4), np.uint8)
        inked[5:15, number % 50 : number % 50 + 10, 3] = 255
        draw(tmp_path / f"{number}.png", inked)
    learnt, _ = corrected_lines(listed(tmp_path, [{"file": f"{number}.png", "text": "I"} for number in range(60)]))
    assert all(picture.max() == 255 and picture.min() == 0 for picture in learnt.pictures)
    assert all(picture.mean() > 200 for picture in learnt.pictures)


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


def test_every_corrected_line_is_learnt_in_turn() -> None:
    blank = np.zeros((HEIGHT, 40), np.uint8)
    rendered = Lines([blank] * 10, ["r"] * 10)
    corrected = Lines([blank] * 12, [f"c{number}" for number in range(12)])
    shards = CorrectedShards(lambda _number: rendered, corrected)
    learnt = [text for number in range(12) for text in shards(number).texts if text != "r"]
    assert learnt == [*corrected.texts] * 5
    assert shards(7).texts == shards(7).texts


def test_half_of_what_is_learnt_are_corrected_lines() -> None:
    blank = np.zeros((HEIGHT, 40), np.uint8)
    rendered = Lines([blank] * 10, [f"r{number}" for number in range(10)])
    corrected = Lines([blank] * 2, ["c0", "c1"])
    shard = CorrectedShards(lambda _number: rendered, corrected)(0)
    assert len(shard) == 10
    assert sum(text.startswith("c") for text in shard.texts) == 5
    assert len(shard.pictures) == 10
