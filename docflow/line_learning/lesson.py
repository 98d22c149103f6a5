"""One training of the compact recogniser, from lines to exported files, with its figures in MLflow while it goes on."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from docflow.errors import EngineUnavailable, SettingsError
from docflow.line_learning.corrected import CorrectedShards, corrected_lines
from docflow.line_learning.shards import EDITION, HELD_OUT_SEED, RenderedShards, rendered
from docflow.ocr.recogniser.data import Lines, Shards
from docflow.ocr.recogniser.files import Card
from docflow.registry import Registry, code_version

if TYPE_CHECKING:
    from docflow.ocr.recogniser.training import Figure

RUN_NAME = "compact-recogniser"
EXPORTED = "exported"
"""Folder in the training's own with the files to use: name it in the setting `ocr.compact_dir`."""

FINE_TUNING_RATE = 3e-4
"""A seventh of the rate from scratch: what is known already should bend, not break."""

LEAST = {
    "steps": 1,
    "seed": 0,
    "shards": 1,
    "lines_a_shard": 1,
    "held_out": 1,
    "threads": 0,
    "batch_lines": 1,
    "renderers": 0,
    "evaluate_every": 1,
    "save_every": 1,
}
"""The least that a lesson's numbers can be; no threads stand for as many as there are cores."""


@dataclass(frozen=True)
class Lesson:
    """What one training is told; its digest of lines is the same for the same values.

    `blend` is the share of what was learnt in the weights that come of it, the rest being those it began with. Raises
    `SettingsError` where it is no share, or no training could have another of the values.
    """

    steps: int
    seed: int = 1
    shards: int = 60
    lines_a_shard: int = 4096
    held_out: int = 1000
    learning_rate: float = 2e-3
    device: str = "cpu"
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: int = 1
    batch_lines: int = 48
    renderers: int = 1
    blend: float = 1.0
    evaluate_every: int = 500
    save_every: int = 100

    def __post_init__(self) -> None:
        for name, least in LEAST.items():
            if (value := getattr(self, name)) < least:
                raise SettingsError(
                    f"no training has {value} as its {name.replace('_', ' ')}", next_step=f"Give {least} or more."
                )
        if self.seed == HELD_OUT_SEED:
            raise SettingsError(
                f"the seed {self.seed} draws the lines that are measured on", next_step="Give another seed."
            )
        if not 0 < self.learning_rate < math.inf:
            raise SettingsError(
                f"nothing is learnt at a learning rate of {self.learning_rate}",
                next_step=f"Give a number above 0; {Lesson.learning_rate} is what learns from scratch.",
            )
        if not 0 < self.blend <= 1:
            raise SettingsError(
                f"{self.blend} of what is learnt cannot be blended with the weights before",
                next_step="Give a share above 0; 1 keeps what is learnt alone.",
            )


@dataclass(frozen=True)
class TrainedRecogniser:
    """What came of it: the card of the exported files, their folder, and the run in MLflow.

    `held_out` is the number of lines that the card's CER was measured on.
    """

    card: Card
    folder: Path
    held_out: int
    run_id: str


def train_recogniser(
    folder: Path,
    lesson: Lesson,
    *,
    registry: Registry,
    version: str,
    corrected: Path | None = None,
    start: Path | None = None,
    progress: Callable[[Figure], None] = lambda _figure: None,
) -> TrainedRecogniser:
    """The recogniser trained, or trained on, in this folder; a training that was cut off goes on from its checkpoint.

    `corrected` is a folder of a user's corrected lines (`corrected_lines`), which are half of what is then learnt from,
    and on about a tenth of which the CER is then measured. `start` are the weights to begin with: a `best.pt` or a
    `docflow_compact.pth`. Raises `EngineUnavailable` without torch, `RegistryUnavailable`, `SettingsError` for a
    device that is not there, and `TrainingDataError`: that also where the folder holds a damaged training, or one on
    other lines or with other values, which is none to go on from.
    """
    try:
        from docflow.ocr.recogniser.export import export
        from docflow.ocr.recogniser.training import Machine, Schedule, blended, origin_of, refuse_another, train
    except ImportError as error:
        raise EngineUnavailable(
            "training needs torch and onnx, which are not installed",
            next_step="Install them: `uv pip install 'docflow[torch,synth,rapidocr]'`.",
        ) from error
    schedule = Schedule(
        lesson.steps,
        learning_rate=lesson.learning_rate,
        evaluate_every=lesson.evaluate_every,
        save_every=lesson.save_every,
        batch_lines=lesson.batch_lines,
    )
    machine = Machine(lesson.device, lesson.precision, lesson.threads or os.cpu_count() or 1)
    own = corrected_lines(corrected) if corrected else None
    lines = digest_of_lines(lesson, own)
    # Before the run is opened: one that the folder names would end as failed.
    refuse_another(folder, origin_of(schedule, seed=lesson.seed, start=start, lines=lines))
    parameters = {
        **asdict(lesson),
        "held_out": len(own[1]) if own else lesson.held_out,
        "version": version,
        "corrected": corrected is not None,
        "start": start is not None,
        "data_digest": lines,
        **code_version(),
    }
    run = registry.tracked_run(RUN_NAME, params=parameters, kept_in=folder)

    def tell(figure: Figure) -> None:
        told = {"loss": figure.loss, "seconds": figure.seconds}
        run.log(figure.step, told if figure.cer is None else {**told, "cer": figure.cer})
        progress(figure)

    with run, ExitStack() as stack:
        shards: Shards = stack.enter_context(
            RenderedShards(
                folder / "lines",
                seed=lesson.seed,
                count=lesson.shards,
                lines=lesson.lines_a_shard,
                renderers=lesson.renderers,
            )
        )
        if own is None:
            held_out = rendered(lesson.held_out, seed=HELD_OUT_SEED)
        else:
            learnt, held_out = own
            shards = CorrectedShards(shards, learnt)
        best = train(
            shards,
            folder=folder,
            schedule=schedule,
            held_out=held_out,
            seed=lesson.seed,
            machine=machine,
            start=start,
            lines=lines,
            progress=tell,
        )
        if start is not None and lesson.blend < 1:
            best = blended(folder, start, share=lesson.blend, held_out=held_out)
        card = export(best, folder / EXPORTED, version=version, lines=shards(0))
        run.log(card.steps, {"best_cer": card.cer})
        run.keep(folder / EXPORTED)
    return TrainedRecogniser(card, folder / EXPORTED, len(held_out), run.run_id)


def digest_of_lines(lesson: Lesson, corrected: tuple[Lines, Lines] | None) -> str:
    """A digest of all that is learnt from and measured on: equal for equal lines, rendered and corrected."""
    rendered_ones = f"edition {EDITION}, seed {lesson.seed}: {lesson.shards} x {lesson.lines_a_shard}"
    measured_on = [str(lesson.held_out)] if corrected is None else [lines.digest() for lines in corrected]
    return hashlib.sha256(" ".join([rendered_ones, *measured_on]).encode()).hexdigest()
