"""Lines that a user corrected: a folder of pictures, and a file that says what each of them says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from docflow.errors import TrainingDataError
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.crops import prepared
from docflow.ocr.recogniser.data import Lines, Shards

LISTING = "lines.jsonl"
"""One JSON object a line: `file`, a picture's path in the folder, and `text`, what its line says."""

HELD_OUT_SHARE = 10
"""One corrected line in so many is kept from training, to measure on."""

SAME_LOOK = str.maketrans({"–": "—", "“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "\u00a0": " "})
"""What the alphabet reads other characters as."""

MOST_PIXELS = 20_000_000
"""A larger picture is no line."""

CORRECTED_SHARE = 0.5
"""Share of corrected lines in what is learnt from: with none of the rendered ones, the rest would be forgotten."""


def corrected_lines(folder: Path) -> tuple[Lines, Lines]:
    """The lines to learn from and those to measure on; the same line is always in the same part.

    Raises `TrainingDataError`, which names the entry, where the listing or a picture is not as it should be.
    """
    listed = [(_picture(folder, name), text, _is_held_out(name)) for name, text in _listed(folder)]
    learnt, held_out = (
        Lines(
            [picture for picture, _, kept in listed if kept is part], [text for _, text, kept in listed if kept is part]
        )
        for part in (False, True)
    )
    if not len(learnt) or not len(held_out):
        raise TrainingDataError(
            f"{LISTING} lists too few lines to learn from and to measure on",
            next_step="Give fifty corrected lines or more.",
        )
    return learnt, held_out


class CorrectedShards:
    """Shards of rendered lines, each with as many corrected ones, repeated until they are."""

    def __init__(self, rendered: Shards, corrected: Lines) -> None:
        self._rendered = rendered
        self._corrected = corrected

    def __call__(self, number: int) -> Lines:
        """Shard `number`."""
        shard = self._rendered(number)
        kept = round(len(shard) * (1 - CORRECTED_SHARE))
        wanted = len(shard) - kept
        chosen = [index % len(self._corrected) for index in range(wanted)]
        return Lines(
            [*shard.pictures[:kept], *(self._corrected.pictures[index] for index in chosen)],
            [*shard.texts[:kept], *(self._corrected.texts[index] for index in chosen)],
        )


def _is_held_out(name: str) -> bool:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % HELD_OUT_SHARE == 0


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    """Each entry's file and text, the text in the alphabet's characters."""
    listing = folder / LISTING
    if not listing.is_file():
        raise TrainingDataError(
            f"there is no {LISTING} in the folder of corrected lines",
            next_step='Write one: a JSON object a line, {"file": "0001.png", "text": "what it says"}.',
        )
    for number, row in enumerate(_read(listing).splitlines(), start=1):
        if not row.strip():
            continue
        try:
            entry = json.loads(row)
            name, text = str(entry["file"]), " ".join(str(entry["text"]).translate(SAME_LOOK).split())
        except (ValueError, TypeError, KeyError) as error:
            raise _wrong(number, "is no JSON object with `file` and `text`") from error
        if not text:
            raise _wrong(number, "has no text")
        if unknown := sorted(set(text) - set(ALPHABET)):
            raise _wrong(number, f"has characters that cannot be learnt: {' '.join(unknown)}")
        yield name, text


def _read(listing: Path) -> str:
    """The listing's text, without the mark that some editors put before it."""
    try:
        return listing.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrainingDataError(f"{LISTING} is not in UTF-8", next_step="Save it in UTF-8.") from error


def _picture(folder: Path, name: str) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """The line's picture, prepared; it has to lie in the folder."""
    try:
        path = (folder / name).resolve()
        is_there = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):
        # What no file can be called: with a zero byte, half a surrogate pair, or too many characters.
        is_there = False
    if not is_there:
        raise TrainingDataError(f"{LISTING} names a picture that is not in its folder: {name!r}")
    try:
        pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        pixels = None
    if pixels is None or min(pixels.shape) < 4 or pixels.size > MOST_PIXELS:
        raise TrainingDataError(f"the picture of a corrected line cannot be used: {name}")
    return prepared(np.asarray(pixels, np.uint8))


def _wrong(number: int, what: str) -> TrainingDataError:
    return TrainingDataError(f"entry {number} of {LISTING} {what}", next_step="Correct or remove the entry.")
