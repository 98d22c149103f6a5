"""A trained recogniser's folder: its files, what made them, and that they are the ones that were written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from docflow.errors import EngineUnavailable, ModelFileError
from docflow.ocr.recogniser.alphabet import ALPHABET

NETWORK = "docflow_compact"
"""The name under which EasyOCR knows the network: NETWORK.py, NETWORK.yaml and NETWORK.pth."""

DIGITS = 8
"""As many of a file's digest tell one training's weights from another's."""

ONNX = "compact.onnx"
QUANTISED = "compact.int8.onnx"
"""The same with eight bits, for CPUs (`quantised.py`)."""

CARD = "compact.json"

MEND = "Install DocFlow again, or train the recogniser again."


@dataclass(frozen=True, slots=True)
class Card:
    """What a trained recogniser says of itself; `digests` are the SHA-256 of its other files by name."""

    version: str
    alphabet: str
    steps: int
    cer: float
    digests: Mapping[str, str]

    def edition(self, name: str) -> str:
        """The version with the beginning of one file's digest: who trains it again may leave the version as it was."""
        return f"{self.version}+{self.digests.get(name, '')[:DIGITS]}"

    def write(self, folder: Path) -> None:
        """Write it beside the files that it speaks of."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / CARD).write_text(text + "\n", encoding="utf-8")


def shipped_folder() -> Path:
    """The folder of the recogniser that comes with DocFlow."""
    return Path(str(files("docflow.ocr.recogniser.shipped").joinpath("__init__.py"))).parent


def read_card(folder: Path) -> Card:
    """The folder's card.

    Raises `EngineUnavailable` where there is no recogniser in it, and `ModelFileError` where its card is damaged, or is
    of a recogniser with another alphabet.
    """
    path = folder / CARD
    if not path.is_file():
        raise EngineUnavailable(
            f"there is no trained recogniser in {folder.name or folder}",
            next_step="Train one: `python -m flows.train_recognizer`; name its folder `exported` in ocr.compact_dir.",
        )
    try:
        card = Card(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelFileError(f"{CARD} is damaged, or of another version of DocFlow", next_step=MEND) from error
    if not _is_whole(card):
        raise ModelFileError(f"{CARD} is damaged", next_step=MEND)
    if card.alphabet != ALPHABET:
        raise ModelFileError(f"{CARD} is of a recogniser with another alphabet", next_step=MEND)
    return card


def checked(folder: Path, name: str, *, card: Card) -> Path:
    """The path of one of the folder's files; `ModelFileError` where it is not the one that the card speaks of."""
    path = folder / name
    if not path.is_file() or digest_of(path) != card.digests.get(name):
        raise ModelFileError(
            f"{name} is missing, or is not the file that its card speaks of",
            next_step=MEND,
        )
    return path


def _is_whole(card: Card) -> bool:
    """Whether the card's values are what they are declared to be, whatever its file said."""
    told: Any = card
    if not isinstance(told.version, str) or not isinstance(told.digests, dict):
        return False
    numbers_are_such = isinstance(told.steps, int) and isinstance(told.cer, int | float)
    return numbers_are_such and all(isinstance(digest, str) for digest in told.digests.values())


def digest_of(path: Path) -> str:
    """The SHA-256 of the file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
