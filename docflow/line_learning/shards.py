"""The lines that the generator renders to learn from, in shards on disk."""

from __future__ import annotations

import io
import logging
import math
import os
import zipfile
import zlib
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType

import numpy as np

from docflow.errors import TrainingDataError
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.crops import prepared
from docflow.ocr.recogniser.data import Lines
from docflow.synth.lines import SEEN, LineFont, LineLook, line_images

log = logging.getLogger(__name__)

EDITION = 1
"""Raised with every change of the lines that a seed draws: rendered lines are kept, and trainings told apart, by it."""

LINES_A_SHARD = 4096
"""Lines rendered at once: nine seconds on one core, 35 MB."""

HELD_OUT_SEED = 1_000_003
"""Seed of the lines to measure on; those to learn from have small seeds."""


def rendered(
    count: int,
    *,
    seed: int,
    start: int = 0,
    fonts: Sequence[LineFont] = SEEN,
    language: str | None = None,
    look: LineLook | None = None,
) -> Lines:
    """Prepared lines of the generator's, as `docflow.synth.lines.line_images` draws them."""
    drawn = list(
        line_images(
            count, seed=seed, start=start, alphabet=frozenset(ALPHABET), fonts=fonts, language=language, look=look
        )
    )
    return Lines([prepared(line.pixels) for line in drawn], [line.text for line in drawn])


def parted(lines: int) -> tuple[int, int]:
    """How many shards, of how many lines each, come to so many lines, or to the fewest more that are shared equally."""
    shards = max(1, math.ceil(lines / LINES_A_SHARD))
    return shards, math.ceil(lines / shards)


class RenderedShards:
    """Shards of rendered lines, each kept in a file; the next ones are rendered by processes beside while one is used.

    After `count` shards they start over: so many lines are learnt from, each as often as the training goes round.
    """

    def __init__(self, folder: Path, *, seed: int, count: int, lines: int = LINES_A_SHARD, renderers: int = 1) -> None:
        self._folder = folder
        self._seed = seed
        self._count = count
        self._lines = lines
        self._renderers = renderers
        self._beside: dict[int, BaseProcess] = {}

    def __call__(self, number: int) -> Lines:
        """Shard `number`, rendered now where it is not there yet; processes beside begin those after it."""
        for following in range(number, number + self._renderers + 1):
            self._begin(following % self._count)
        wanted = number % self._count
        self._wait(wanted)
        path = self._path(wanted)
        write_shard(path, **self._drawn(wanted))
        try:
            return load_shard(path)
        except TrainingDataError as error:
            log.warning("%s; its lines are rendered again", error.message)
            path.unlink()
            write_shard(path, **self._drawn(wanted))
            return load_shard(path)

    def __enter__(self) -> RenderedShards:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._beside.values():
            process.terminate()
        for number in list(self._beside):
            self._wait(number)

    def _begin(self, number: int) -> None:
        """Have this shard rendered by a process beside, unless it is there or begun; all of them may be busy."""
        self._beside = {shard: process for shard, process in self._beside.items() if process.is_alive()}
        if number in self._beside or len(self._beside) >= self._renderers or self._path(number).is_file():
            return
        # A process for each shard, and no pool: it ends by itself should this one be killed.
        process = get_context("spawn").Process(
            target=write_shard, args=(self._path(number),), kwargs=self._drawn(number), daemon=True
        )
        process.start()
        self._beside[number] = process

    def _wait(self, number: int) -> None:
        """Until no process renders this shard; what it failed to write is then written here, where its error shows."""
        process = self._beside.pop(number, None)
        if process is not None:
            process.join()
            process.close()

    def _drawn(self, number: int) -> dict[str, int]:
        return {"seed": self._seed, "start": number * self._lines, "count": self._lines}

    def _path(self, number: int) -> Path:
        return self._folder / f"lines-{EDITION}-{self._seed}-{self._lines}-{number:04d}.npz"


def write_shard(path: Path, *, seed: int, start: int, count: int) -> None:
    """Render these lines into the file, whole or not at all; nothing where it is there already."""
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = list(line_images(count, seed=seed, start=start, alphabet=frozenset(ALPHABET)))
    pictures = [prepared(line.pixels) for line in drawn]
    content = io.BytesIO()
    np.savez(
        content,
        pixels=np.concatenate(pictures, axis=1),
        widths=np.array([picture.shape[1] for picture in pictures]),
        texts=np.array([line.text for line in drawn]),
    )
    beside = path.with_suffix(f".{os.getpid()}.part")
    beside.write_bytes(content.getvalue())
    beside.replace(path)


def load_shard(path: Path) -> Lines:
    """The lines that `write_shard` wrote; `TrainingDataError` where the file is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            pixels, widths, texts = stored["pixels"], stored["widths"], stored["texts"]
    except (EOFError, KeyError, OSError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise TrainingDataError(
            f"{path.name} is damaged", next_step="Remove it: its lines are rendered again."
        ) from error
    return Lines(np.split(pixels, np.cumsum(widths)[:-1], axis=1), [str(text) for text in texts])
