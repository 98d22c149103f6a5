"""EasyOCR's own weights: which files it wants, where they come from, and bringing them, verified, into one folder."""

from __future__ import annotations

import hashlib
import lzma
import os
import struct
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import IO, Any

from docflow.errors import EngineUnavailable, ModelDownloadFailed, OutputUnwritable

MOST_BYTES = 300_000_000
"""Largest download, and largest file in it: EasyOCR's largest for English and Russian has 79 MB."""

PART = 1 << 16

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What `zipfile` raises for archives whose bytes were changed on the way."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of weights: its name, the zip that holds it, and the MD5 that EasyOCR itself checks it by."""

    filename: str
    url: str
    md5: str

    def lies_in(self, folder: Path) -> bool:
        """Whether the folder has a file of this name, whatever is in it."""
        return (folder / self.filename).is_file()

    def is_right_in(self, folder: Path) -> bool:
        """Whether the folder has this very file, by its MD5: for the largest, that takes a fifth of a second."""
        return self.lies_in(folder) and _md5_of(folder / self.filename) == self.md5


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """What one download may take: seconds without a byte, seconds in all, and bytes."""

    stalled_seconds: float = 30.0
    seconds: float = 1800.0
    most_bytes: int = MOST_BYTES


Progress = Callable[[str, int, int | None], None]
"""Told of each part: the file's name, how many bytes have come, and of how many (None where nobody says)."""


def model_files() -> tuple[ModelFile, ...]:
    """All that EasyOCR wants for English and Russian: its detector and two recognisers."""
    return (detector_file(), recogniser_file(["en"]), recogniser_file(["ru"]))


def detector_file() -> ModelFile:
    """The weights of its detector."""
    return _listed(_config().detection_models["craft"])


def recogniser_file(languages: Sequence[str]) -> ModelFile:
    """The weights of its recogniser for these of EasyOCR's codes, as EasyOCR chooses them."""
    generation = _config().recognition_models["gen2"]
    return _listed(generation["cyrillic_g2" if "ru" in languages else "english_g2"])


def _listed(entry: dict[str, str]) -> ModelFile:
    return ModelFile(entry["filename"], entry["url"], entry["md5sum"])


@cache
def _config() -> Any:
    """EasyOCR's own list of its files, loaded alone: importing the whole package would load torch."""
    package = find_spec("easyocr")
    if package is None or not package.submodule_search_locations:
        raise EngineUnavailable(
            "easyocr is not installed", next_step="Install it: `uv pip install 'docflow[easyocr]'`."
        )
    path = Path(package.submodule_search_locations[0]) / "config.py"
    spec = spec_from_file_location("easyocr_config", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pull(
    models: Iterable[ModelFile],
    folder: Path,
    *,
    limits: DownloadLimits | None = None,
    progress: Progress = lambda _name, _done, _total: None,
) -> list[Path]:
    """The files' paths in `folder`, those that are missing or wrong fetched; one that is right is left alone.

    Raises `ModelDownloadFailed` where a download fails, is cut, takes too long or too much, or is not the right file;
    the folder then has no part of it. Raises `OutputUnwritable` where the folder cannot be made or written to.
    """
    with _written_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return [_pull_one(model, folder, limits=limits or DownloadLimits(), progress=progress) for model in models]


@contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    """Tell by `OutputUnwritable` what the file system refuses there."""
    try:
        yield
    except OSError as error:
        raise OutputUnwritable(
            f"weights cannot be kept in {folder}: {error.strerror}",
            next_step="Name a folder that can be written to, on a disk with 400 MB of space.",
        ) from error


def _pull_one(model: ModelFile, folder: Path, *, limits: DownloadLimits, progress: Progress) -> Path:
    target = folder / model.filename
    if model.is_right_in(folder):
        return target
    archive = folder / f".{model.filename}.{os.getpid()}.zip"
    extracted = folder / f".{model.filename}.{os.getpid()}.part"
    try:
        with archive.open("wb") as file:
            _download(model, file, limits=limits, progress=progress)
        with extracted.open("wb") as file:
            _extract(model, archive, file, most_bytes=limits.most_bytes)
        if _md5_of(extracted) != model.md5:
            raise ModelDownloadFailed(
                f"{model.filename} is not the file that EasyOCR lists: its checksum is another",
                next_step="Try again; if it stays so, do not use it, and report where it comes from.",
                detail={"url": model.url, "expected_md5": model.md5},
            )
        extracted.replace(target)
    finally:
        archive.unlink(missing_ok=True)
        extracted.unlink(missing_ok=True)
    return target


def _download(model: ModelFile, file: IO[bytes], *, limits: DownloadLimits, progress: Progress) -> None:
    """Write the whole zip to this file."""
    if not model.url.startswith(("https://", "http://")):
        raise ModelDownloadFailed(f"{model.filename} is not fetched by HTTP", detail={"url": model.url})
    end = time.monotonic() + limits.seconds
    try:
        with urllib.request.urlopen(model.url, timeout=limits.stalled_seconds) as answer:  # noqa: S310 - checked above
            told = answer.headers.get("Content-Length")
            total = int(told) if told and told.isdecimal() else None
            done = _copy(answer, file, model, total=total, end=end, limits=limits, progress=progress)
    except urllib.error.HTTPError as error:
        error.close()
        raise ModelDownloadFailed(
            f"{model.filename} could not be fetched: the server answers {error.code}", detail={"url": model.url}
        ) from error
    except (urllib.error.URLError, HTTPException, OSError) as error:
        raise ModelDownloadFailed(
            f"{model.filename} could not be fetched ({type(error).__name__})", detail={"url": model.url}
        ) from error
    if total is not None and done != total:
        raise ModelDownloadFailed(
            f"{model.filename} was cut off: {done} of {total} bytes came", detail={"url": model.url}
        )


def _copy(
    answer: Any,
    file: IO[bytes],
    model: ModelFile,
    *,
    total: int | None,
    end: float,
    limits: DownloadLimits,
    progress: Progress,
) -> int:
    """How many bytes came, all of them written."""
    done = 0
    while part := answer.read(PART):
        done += len(part)
        if done > limits.most_bytes or time.monotonic() > end:
            limit = f"{limits.most_bytes} bytes" if done > limits.most_bytes else f"{limits.seconds:.0f} seconds"
            raise ModelDownloadFailed(f"{model.filename} takes more than {limit}", detail={"url": model.url})
        _write(file, part)
        progress(model.filename, done, total)
    return done


def _extract(model: ModelFile, archive: Path, file: IO[bytes], *, most_bytes: int) -> None:
    """Write the model's own file out of the zip, and nothing else."""
    try:
        with zipfile.ZipFile(archive) as held, held.open(model.filename) as source:
            done = 0
            while part := source.read(PART):
                done += len(part)
                if done > most_bytes:
                    raise ModelDownloadFailed(f"{model.filename} has more than {most_bytes} bytes")
                _write(file, part)
    except DAMAGED as error:
        raise ModelDownloadFailed(
            f"what came for {model.filename} is no zip that holds it", detail={"url": model.url}
        ) from error


def _write(file: IO[bytes], part: bytes) -> None:
    # A full disk is no failure of what the part came from.
    with _written_to(Path(file.name).parent):
        file.write(part)


def _md5_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
