"""Lines that a user corrected: a folder of pictures, and a file that says what each of them says."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docflow.errors import TrainingDataError
from docflow.intake.images import DECODER_FAILURES, FORMATS, quiet_headers
from docflow.intake.pixels import orientation, plain, upright
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.crops import prepared, steps_of
from docflow.ocr.recogniser.data import Lines, Shards

LISTING = "lines.jsonl"
"""One JSON object a line: `file`, a picture's path in the folder, `text`, what its line says, and maybe `document`."""

HELD_OUT_SHARE = 10
"""One document in so many, or one picture where no document is told, is kept from training, to measure on."""

SAME_LOOK = str.maketrans({"–": "—", "“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "\u00a0": " "})
"""What the alphabet reads other characters as."""

LEAST_SIDE, MOST_PIXELS = 4, 20_000_000
"""A smaller picture is no line, nor is a larger one."""

CORRECTED_SHARE = 0.5
"""Share of corrected lines in what is learnt from: with none of the rendered ones, the rest would be forgotten."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One corrected line as it is listed; `number` is its row in the listing, `text` in the alphabet's characters."""

    number: int
    file: str
    text: str
    document: str | None


def corrected_lines(folder: Path) -> tuple[Lines, Lines]:
    """The lines to learn from and those to measure on; the same picture, or document, is always in the same part.

    Raises `TrainingDataError`, which names the entry, where the listing or a picture is not as it should be.
    """
    listed = [(entry, _picture(folder, entry)) for entry in _listed(folder)]
    are_kept = [_is_held_out(source) for source in _sources(listed)]
    learnt, held_out = (
        Lines(
            [picture for (_, picture), is_kept in zip(listed, are_kept, strict=True) if is_kept is part],
            [entry.text for (entry, _), is_kept in zip(listed, are_kept, strict=True) if is_kept is part],
        )
        for part in (False, True)
    )
    if not len(learnt) or not len(held_out):
        raise TrainingDataError(
            f"{LISTING} lists too few lines to learn from and to measure on",
            next_step="Give fifty corrected lines or more; where their documents are told, of as many documents.",
        )
    return learnt, held_out


class CorrectedShards:
    """Shards of rendered lines, each with as many corrected ones: the next ones, and the first again after the last."""

    def __init__(self, rendered: Shards, corrected: Lines) -> None:
        self._rendered = rendered
        self._corrected = corrected

    def __call__(self, number: int) -> Lines:
        """Shard `number`."""
        shard = self._rendered(number)
        kept = round(len(shard) * (1 - CORRECTED_SHARE))
        wanted = len(shard) - kept
        chosen = [(number * wanted + index) % len(self._corrected) for index in range(wanted)]
        return Lines(
            [*shard.pictures[:kept], *(self._corrected.pictures[index] for index in chosen)],
            [*shard.texts[:kept], *(self._corrected.texts[index] for index in chosen)],
        )


def _sources(listed: Sequence[tuple[Entry, NDArray[np.uint8]]]) -> list[bytes]:
    """What each line comes from, as it must not be on both sides: its document, or its picture where none is told.

    A picture that several documents have is of the first of them by name, alone: else one that all have, as the line
    with a sender's address, would bring all of them to one side.
    """
    documents: dict[bytes, str] = {}
    for entry, picture in listed:
        if entry.document is not None:
            seen = picture.tobytes()
            documents[seen] = min(entry.document, documents.get(seen, entry.document))
    pictures = (picture.tobytes() for _, picture in listed)
    return [documents[seen].encode(errors="surrogatepass") if seen in documents else seen for seen in pictures]


def _is_held_out(source: bytes) -> bool:
    return int(hashlib.sha256(source).hexdigest(), 16) % HELD_OUT_SHARE == 0


def _listed(folder: Path) -> Iterator[Entry]:
    """The listing's entries."""
    listing = folder / LISTING
    if not listing.is_file():
        raise TrainingDataError(
            f"there is no {LISTING} in the folder of corrected lines",
            next_step='Write one: a JSON object a line, {"file": "0001.png", "text": "what it says"}.',
        )
    # JSON lets more stand within a string than `str.splitlines` does.
    for number, row in enumerate(_read(listing).split("\n"), start=1):
        if row.strip():
            yield _entry(number, row)


def _entry(number: int, row: str) -> Entry:
    try:
        told = json.loads(row)
        file, said, document = told["file"], told["text"], told.get("document")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _wrong(number, "is no JSON object with `file` and `text`") from error
    if not isinstance(file, str) or not isinstance(said, str) or not isinstance(document, str | None):
        raise _wrong(number, "has something else than a string for `file`, `text` or `document`")
    text = " ".join(unicodedata.normalize("NFC", said).translate(SAME_LOOK).split())
    if not text:
        raise _wrong(number, "has no text")
    if unknown := sorted(set(text) - set(ALPHABET)):
        raise _wrong(number, f"has characters that cannot be learnt: {' '.join(unknown)}")
    return Entry(number, file, text, document or None)


def _read(listing: Path) -> str:
    """The listing's text, without the mark that some editors put before it."""
    try:
        return listing.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrainingDataError(f"{LISTING} is not in UTF-8", next_step="Save it in UTF-8.") from error


def _picture(folder: Path, entry: Entry) -> NDArray[np.uint8]:
    """The line's picture, prepared; it has to lie in the folder, and to be wide enough for its text."""
    try:
        path = (folder / entry.file).resolve()
        is_there = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):
        # What no file can be called: with a zero byte, half a surrogate pair, or too many characters.
        is_there = False
    if not is_there:
        raise _wrong(entry.number, f"names a picture that is not in its folder: {entry.file!r}")
    pixels = _pixels(path)
    if pixels is None:
        raise _wrong(entry.number, f"has a picture that cannot be used: {entry.file}")
    picture = prepared(pixels)
    if steps_of(picture) < _least_steps(entry.text):
        raise _wrong(entry.number, "has a picture that is too narrow for its text; is it turned, or wrongly cut?")
    return picture


def _pixels(path: Path) -> NDArray[np.uint8] | None:
    """The picture's pixels as documents' are decoded, upright and on white; None where it is no picture of a line."""
    try:
        with quiet_headers(), Image.open(path, formats=list(FORMATS.values())) as image:
            if min(image.size) < LEAST_SIDE or image.width * image.height > MOST_PIXELS:
                return None
            # Pillow turns TIFFs by itself while it decodes them.
            turned = 1 if image.format == "TIFF" else orientation(image)
            return np.asarray(upright(plain(image), turned=turned), np.uint8)
    except DECODER_FAILURES:
        return None


def _least_steps(text: str) -> int:
    """Steps of the network that it takes to say the text: one a character, and one between two that are the same."""
    return len(text) + sum(first == second for first, second in pairwise(text))


def _wrong(number: int, what: str) -> TrainingDataError:
    return TrainingDataError(f"entry {number} of {LISTING} {what}", next_step="Correct or remove the entry.")
