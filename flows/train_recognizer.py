"""The compact recogniser trained on rendered lines, or on a user's corrected ones; it goes on where it was cut.

`python -m flows.train_recognizer --help` tells the command's options.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import Any, Literal

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact

from docflow.errors import DocFlowError
from docflow.line_learning import Lesson, train_recogniser
from docflow.line_learning.lesson import FINE_TUNING_RATE
from docflow.line_learning.shards import LINES_A_SHARD, parted
from docflow.ocr.recogniser.files import NETWORK, checked, read_card, shipped_folder
from docflow.registry import open_registry
from docflow.settings import load_settings

FROM_SCRATCH_STEPS = 30_000
FROM_SCRATCH_RATE = 2e-3
FINE_TUNING_STEPS = 1_500


@flow(name="train-recognizer", persist_result=False)
def train_recognizer(
    folder: str,
    corrected: str | None = None,
    start: str | None = None,
    steps: int | None = None,
    lines: int = 245_760,
    held_out: int = 1000,
    seed: int = 1,
    version: str = "own",
    precision: Literal["float32", "bfloat16"] = "float32",
    device: str = "cpu",
    threads: int = 1,
    learning_rate: float | None = None,
    batch_lines: int = 48,
    renderers: int = 1,
    blend: float = 1.0,
) -> dict[str, Any]:
    """Train the compact recogniser; run it again with the same folder and lines, and it goes on from its checkpoint.

    Args:
        folder: where lines, checkpoint, figures and, under `exported`, the files to use are kept.
        corrected: a folder with pictures of lines and `lines.jsonl`; None trains from scratch on rendered lines alone.
        start: folder of an exported recogniser to go on from; None: the one that ships for corrected lines, else none.
        steps: batches of lines; None: 30,000 on rendered lines, 1,500 on corrected ones.
        lines: rendered lines to learn from, rounded up to shards of one size; a longer training goes round them again.
        held_out: rendered lines to measure on; with corrected ones, about a tenth of these is measured on instead.
        seed: equal seeds draw equal lines.
        version: what the engine then calls itself.
        precision: bfloat16 is twice as fast on processors that have it.
        device: `cpu` or `cuda`.
        threads: of torch; more than one helps on an idle machine only.
        learning_rate: at its highest; None: 0.002 on rendered lines, 0.0003 on corrected ones.
        batch_lines: lines of the usual width in a batch; a GPU is busy with 240.
        renderers: processes that render lines beside the training; a GPU learns faster than one of them draws.
        blend: share of what was learnt in the weights that are exported; the rest are those of `start`.

    Returns:
        `folder` with the files to use, `cer` on held-out lines and their number, `held_out`, `steps`, and `run_id` in
        MLflow.
    """
    log = get_run_logger()
    fine = corrected is not None
    origin = Path(start) if start else shipped_folder() if fine else None
    usual_steps, usual_rate = (FINE_TUNING_STEPS, FINE_TUNING_RATE) if fine else (FROM_SCRATCH_STEPS, FROM_SCRATCH_RATE)
    shards, lines_a_shard = parted(lines)
    lesson = Lesson(
        steps=usual_steps if steps is None else steps,
        seed=seed,
        shards=shards,
        lines_a_shard=lines_a_shard,
        held_out=held_out,
        learning_rate=usual_rate if learning_rate is None else learning_rate,
        precision=precision,
        device=device,
        threads=threads,
        batch_lines=batch_lines,
        renderers=renderers,
        blend=blend,
    )
    trained = train_recogniser(
        Path(folder),
        lesson,
        registry=open_registry(load_settings()),
        version=version,
        corrected=Path(corrected) if corrected else None,
        start=checked(origin, f"{NETWORK}.pth", card=read_card(origin)) if origin else None,
        progress=lambda f: log.info(
            "step %d: loss %.3f%s", f.step, f.loss, "" if f.cer is None else f", CER {f.cer:.4f}"
        ),
    )
    row = {
        "folder": str(trained.folder),
        "cer": trained.card.cer,
        "held_out": trained.held_out,
        "steps": trained.card.steps,
        "run_id": trained.run_id,
    }
    create_table_artifact(key="train-recognizer", table=[row], description="The compact recogniser")
    return row


def main() -> None:
    """Run the flow from a shell; every foreseen failure ends with its message, its next step and its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--corrected")
    parser.add_argument("--start")
    parser.add_argument("--steps", type=int)
    parser.add_argument(
        "--lines",
        type=int,
        default=245_760,
        help=f"rendered; rounded up to shards of one size, {LINES_A_SHARD} at most",
    )
    parser.add_argument("--held-out", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--version", default="own")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--batch-lines", type=int, default=48)
    parser.add_argument("--renderers", type=int, default=1)
    parser.add_argument("--blend", type=float, default=1.0)
    options = vars(parser.parse_args())
    logging.getLogger("prefect.flow_runs").addFilter(is_unforeseen)
    try:
        train_recognizer(**options)
    except DocFlowError as error:
        sys.stderr.write(f"{error.code} {error.message}\n  {error.next_step}\n")
        sys.exit(error.exit_code)


def is_unforeseen(record: logging.LogRecord) -> bool:
    """Whether a log's record is of anything but a `DocFlowError`, whose traceback tells a user nothing."""
    return record.exc_info is None or not isinstance(record.exc_info[1], DocFlowError)


if __name__ == "__main__":
    main()
