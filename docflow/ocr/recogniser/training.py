"""The compact recogniser's training: lines in shards, a checkpoint to go on from, the CER on held-out lines."""

from __future__ import annotations

import json
import logging
import math
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch.optim.swa_utils import AveragedModel

from docflow.errors import SettingsError, TrainingDataError
from docflow.ocr.ctc import BLANK
from docflow.ocr.recogniser.alphabet import CLASSES, encode
from docflow.ocr.recogniser.cer import character_error_rate
from docflow.ocr.recogniser.crops import batched, steps_of
from docflow.ocr.recogniser.data import Lines, Shards
from docflow.ocr.recogniser.decode import text_of
from docflow.ocr.recogniser.files import digest_of
from docflow.ocr.recogniser.shipped.docflow_compact import Model

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
"""Everything that going on takes: weights, optimiser, step, place in the shards, and what it is a training of."""

BEST = "best.pt"
"""The weights with the lowest CER on the held-out lines so far."""

BLENDED = "blended.pt"
"""The best weights, and those that the training began with, as one (`blended`)."""

JOURNAL = "training.jsonl"
"""One JSON object for each figure that was measured: `step` and `loss` or `cer`."""

USUAL_WIDTH = 320
"""Pixels of width that a line has as a rule: a batch has no more lines than so many of them are wide."""

BATCH_LINES = 48
"""Lines of the usual width in a batch; of short ones, twice as many at most. A GPU is busy with 240."""

LONGEST_MEMORY = 0.999
"""Share of the past that a step leaves in the running mean of the weights, once there have been many steps."""

LONGEST_STEP = 5.0
"""Norm to which a step's gradient is cut."""

SMOOTHING = 0.98
"""Weight of the past in the running mean of the loss."""


@dataclass(frozen=True)
class Schedule:
    """How long training goes, on how many lines at once, how fast: a warm-up, a plateau, a cool-down to a fiftieth."""

    steps: int
    learning_rate: float = 2e-3
    warm_up: int = 300
    cool_down: float = 0.4
    evaluate_every: int = 1000
    save_every: int = 250
    batch_lines: int = BATCH_LINES

    def rate_at(self, step: int) -> float:
        """The learning rate of this step."""
        if step < self.warm_up:
            return self.learning_rate * (step + 1) / self.warm_up
        left = (self.steps - step) / max(1.0, self.steps * self.cool_down)
        return self.learning_rate * max(0.02, min(1.0, left))


@dataclass(frozen=True)
class Machine:
    """What the training runs on; bfloat16 is twice as fast where the processor has it (AVX-512 BF16, CUDA).

    Raises `SettingsError` where there is no such device.
    """

    device: str = "cpu"
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: int = 1

    def __post_init__(self) -> None:
        devices = ["cpu"]
        if torch.cuda.is_available():
            devices += ["cuda", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
        if self.device not in devices:
            raise SettingsError(
                f"torch has no device {self.device!r} here", next_step=f"Give one of these: {', '.join(devices)}."
            )


Origin = dict[str, str | int | float]
"""What decides, beside the number of steps, which weights come of a training, by what a user calls it."""


def origin_of(schedule: Schedule, *, seed: int, start: Path | None, lines: str) -> Origin:
    """What a training with these arguments of `train` comes from."""
    if start and not start.is_file():
        raise TrainingDataError(f"there are no weights {start.name} to begin with", next_step="Name a file of weights.")
    return {
        "lines": lines,
        "start weights": digest_of(start) if start else "",
        "seed": seed,
        "learning rate": schedule.learning_rate,
        "batch size": schedule.batch_lines,
    }


def refuse_another(folder: Path, origin: Origin) -> None:
    """Raise `TrainingDataError`, which says what differs, where the folder's checkpoint has another origin.

    Raised as well where the checkpoint is damaged, or the best weights beside it are.
    """
    if not (folder / CHECKPOINT).is_file():
        return
    stored = stored_in(folder / CHECKPOINT).get("origin", {})
    if (folder / BEST).is_file():
        load_network(folder / BEST)
    if differing := [name for name, value in origin.items() if stored.get(name) != value]:
        raise TrainingDataError(
            f"{folder} has the checkpoint of another training: it differs in {', '.join(differing)}",
            next_step="Choose another folder, or remove this one to begin anew.",
        )


@dataclass(frozen=True)
class Figure:
    """One measurement: the running mean of the loss, and with an evaluation the CER on the held-out lines."""

    step: int
    loss: float
    seconds: float
    cer: float | None = None


def train(
    shards: Shards,
    *,
    folder: Path,
    schedule: Schedule,
    held_out: Lines,
    seed: int = 0,
    machine: Machine | None = None,
    start: Path | None = None,
    lines: str = "",
    progress: Callable[[Figure], None] = lambda _figure: None,
) -> Path:
    """The file with the best weights, after training up to `schedule.steps`; all files are in `folder`.

    Measured and kept is the running mean of the weights (after Polyak and Juditsky 1992), which errs less than those of
    the last step. Goes on from the folder's checkpoint where there is one, at the very batch it was written after; else
    from the weights `start`, or from none. Equal arguments give equal weights on one machine. `lines` is a digest of
    what is learnt from and measured on. Raises `TrainingDataError` where there are no lines, and where the checkpoint
    is of other lines, start weights, seed, learning rate or batch size, or is damaged.
    """
    if not len(held_out):
        raise TrainingDataError("there are no held-out lines to measure on", next_step="Give at least one line.")
    origin = origin_of(schedule, seed=seed, start=start, lines=lines)
    run = _Run.begin(folder, origin, seed=seed, machine=machine or Machine(), start=start)
    while run.step < schedule.steps:
        shard = shards(run.shard)
        batches = list(_batches(shard, seed=seed, shard=run.shard, size=schedule.batch_lines))
        if not batches:
            raise TrainingDataError("there are no lines to learn from", next_step="Give at least one line.")
        for batch in batches[run.batch :]:
            run.learn(shard, batch, rate=schedule.rate_at(run.step))
            if run.step % schedule.evaluate_every == 0 or run.step == schedule.steps:
                progress(run.evaluate(held_out))
            if run.step % schedule.save_every == 0 or run.step == schedule.steps:
                run.save()
                progress(run.figure())
            if run.step == schedule.steps:
                break
        else:
            run.shard, run.batch = run.shard + 1, 0
    if math.isinf(run.best):
        # A checkpoint of the last step, and nothing measured or kept: cut off before, or lost since.
        progress(run.evaluate(held_out))
    return folder / BEST


def read_lines(model: Model, pictures: Sequence[NDArray[np.uint8]], *, batch: int = 32) -> list[str]:
    """What the network reads on prepared lines, in their order."""
    model.eval()
    order = sorted(range(len(pictures)), key=lambda index: pictures[index].shape[1])
    texts = [""] * len(pictures)
    with torch.inference_mode():
        for first in range(0, len(order), batch):
            chosen = order[first : first + batch]
            scores = model(torch.from_numpy(batched([pictures[index] for index in chosen]))).numpy()
            for index, line in zip(chosen, scores, strict=True):
                texts[index] = " ".join(text_of(line[: steps_of(pictures[index]) + 1]).split())
    return texts


def load_network(path: Path) -> Model:
    """The network with the weights of a checkpoint, or of a file that EasyOCR takes, in single precision.

    Raises `TrainingDataError` where the file is damaged, or has other weights than the network's.
    """
    stored = stored_in(path)
    model = Model(CLASSES)
    try:
        weights = {name.removeprefix("module."): value for name, value in stored.get("model", stored).items()}
        model.load_state_dict({name: v.float() if v.is_floating_point() else v for name, v in weights.items()})
    except (AttributeError, RuntimeError) as error:
        raise _unusable(path) from error
    model.eval()
    return model


def stored_in(path: Path, *, device: str = "cpu") -> dict[str, Any]:
    """What one of the training's files holds; `TrainingDataError` where it is damaged."""
    try:
        stored = torch.load(path, map_location=device, weights_only=True)
    except (EOFError, OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        raise _unusable(path) from error
    if not isinstance(stored, dict):
        raise _unusable(path)
    return stored


def blended(folder: Path, start: Path, *, share: float, held_out: Lines) -> Path:
    """The file with this share of the folder's best weights, and for the rest those that the training began with.

    Such a mean keeps most of what was learnt, and more of what was known (Wortsman et al. 2022, arXiv 2109.01903); its
    CER is measured on `held_out`.
    """
    best = stored_in(folder / BEST)
    network, before = load_network(folder / BEST), load_network(start).state_dict()
    weights = {name: torch.lerp(before[name].float(), v.float(), share) for name, v in network.state_dict().items()}
    network.load_state_dict(weights)
    texts = read_lines(network, held_out.pictures)
    cer = character_error_rate(zip(held_out.texts, texts, strict=True))
    _write(folder / BLENDED, {"model": network.state_dict(), "step": best["step"], "cer": cer})
    return folder / BLENDED


class _Run:
    """A training's state between two steps."""

    def __init__(self, folder: Path, origin: Origin, model: Model, machine: Machine) -> None:
        self.folder = folder
        self.origin = origin
        self.machine = machine
        self.model = model.to(machine.device, memory_format=torch.channels_last)
        self.mean = AveragedModel(self.model, multi_avg_fn=_towards, use_buffers=True)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=1e-2)
        self.step = self.shard = self.batch = 0
        self.loss = math.nan
        self.best = math.inf
        self.seconds = 0.0

    @classmethod
    def begin(cls, folder: Path, origin: Origin, *, seed: int, machine: Machine, start: Path | None) -> _Run:
        """The run that the folder's checkpoint holds, or a new one."""
        refuse_another(folder, origin)
        torch.manual_seed(seed)
        torch.set_num_threads(machine.threads)
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint = folder / CHECKPOINT
        if not checkpoint.is_file():
            return cls(folder, origin, load_network(start) if start else Model(CLASSES), machine)
        stored = stored_in(checkpoint, device=machine.device)
        run = cls(folder, origin, Model(CLASSES), machine)
        try:
            run.model.load_state_dict(stored["model"])
            run.mean.load_state_dict(stored["mean"])
            run.optimiser.load_state_dict(stored["optimiser"])
            for name in ("step", "shard", "batch", "loss", "best", "seconds"):
                setattr(run, name, stored[name])
        except (KeyError, RuntimeError, ValueError) as error:
            raise _unusable(checkpoint) from error
        if not (folder / BEST).is_file():
            # Then the next weights that are measured are the best that there are.
            run.best = math.inf
        log.info("going on from step %d", run.step)
        return run

    def learn(self, lines: Lines, batch: Sequence[int], *, rate: float) -> None:
        """One step on these lines."""
        started = time.perf_counter()
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        pictures = torch.from_numpy(batched([lines.pictures[index] for index in batch]))
        pictures = pictures.to(self.machine.device, memory_format=torch.channels_last)
        targets = [encode(lines.texts[index]) for index in batch]
        with torch.autocast(
            torch.device(self.machine.device).type, torch.bfloat16, enabled=self.machine.precision == "bfloat16"
        ):
            scores = self.model(pictures)
        loss = torch.nn.functional.ctc_loss(
            scores.float().log_softmax(2).transpose(0, 1),
            torch.tensor([number for target in targets for number in target]),
            torch.full((len(batch),), scores.shape[1]),
            torch.tensor([len(target) for target in targets]),
            blank=BLANK,
            zero_infinity=True,
        )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), LONGEST_STEP)
        self.optimiser.step()
        self.mean.update_parameters(self.model)
        value = float(loss.detach())
        self.loss = value if math.isnan(self.loss) else SMOOTHING * self.loss + (1 - SMOOTHING) * value
        self.step, self.batch = self.step + 1, self.batch + 1
        self.seconds += time.perf_counter() - started

    def evaluate(self, held_out: Lines) -> Figure:
        """The CER on these lines; the weights are kept where it is the lowest so far, the later ones of two alike.

        The later ones are of a lower rate. In one training, two states had the same CER on 1,200 held-out lines; on
        3,000 others in English and 3,000 in Russian, the earlier had 0.0234 and 0.0210, the later 0.0227 and 0.0199.
        """
        network = Model(CLASSES)
        network.load_state_dict(self.mean.module.state_dict())
        texts = read_lines(network, held_out.pictures)
        cer = character_error_rate(zip(held_out.texts, texts, strict=True))
        if cer <= self.best:
            self.best = cer
            _write(self.folder / BEST, {"model": self.mean.module.state_dict(), "step": self.step, "cer": cer})
        return self._noted(Figure(self.step, self.loss, self.seconds, cer))

    def figure(self) -> Figure:
        """Where the run stands."""
        return self._noted(Figure(self.step, self.loss, self.seconds))

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        names = ("step", "shard", "batch", "loss", "best", "seconds")
        state = {name: getattr(self, name) for name in names}
        _write(
            self.folder / CHECKPOINT,
            {
                "model": self.model.state_dict(),
                "mean": self.mean.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "origin": self.origin,
                **state,
            },
        )

    def _noted(self, figure: Figure) -> Figure:
        """The figure, written to the journal."""
        told = {"step": figure.step, "loss": round(figure.loss, 5), "seconds": round(figure.seconds, 1)}
        if figure.cer is not None:
            told["cer"] = round(figure.cer, 5)
        with (self.folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(told) + "\n")
        return figure


def _towards(means: Sequence[torch.Tensor], current: Sequence[torch.Tensor], steps: torch.Tensor | int) -> None:
    """Move the running means a little towards the current values: the less, the more steps there have been."""
    memory = min(LONGEST_MEMORY, (int(steps) + 1) / (int(steps) + 20))
    with torch.no_grad():
        for mean, value in zip(means, current, strict=True):
            mean.copy_(mean.lerp(value, 1 - memory) if mean.is_floating_point() else value)


def _batches(lines: Lines, *, seed: int, shard: int, size: int) -> Iterator[list[int]]:
    """The lines' numbers in batches of like widths, padding counted, in an order drawn anew for each shard."""
    rng = np.random.default_rng((seed, shard))
    widths = [picture.shape[1] for picture in lines.pictures]
    order = sorted(range(len(lines)), key=lambda index: widths[index] + rng.uniform(0, 24))
    batches: list[list[int]] = [[]]
    for index in order:
        held = batches[-1]
        widest = max([widths[index], *(widths[other] for other in held[-1:])])
        if held and (len(held) == 2 * size or widest * (len(held) + 1) > size * USUAL_WIDTH):
            batches.append([])
        batches[-1].append(index)
    for place in rng.permutation(len(batches)):
        if batches[place]:
            yield batches[place]


def _unusable(path: Path) -> TrainingDataError:
    return TrainingDataError(
        f"{path.name} is damaged, or is no file of this training",
        next_step="Remove it to begin anew, or bring back the one that was there.",
    )


def _write(path: Path, state: dict[str, Any]) -> None:
    """The state in this file, whole or not at all: a process killed while it writes leaves the older one."""
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    beside.replace(path)
