"""The recogniser's training learns, goes on after a kill where it was, and its files say what its network says."""

# ruff: noqa: E402 - what needs torch is imported after the line that skips without it

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: `uv pip install 'docflow[torch]'`")

from docflow.errors import TrainingDataError
from docflow.ocr.compact import CompactEngine
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.crops import prepared
from docflow.ocr.recogniser.data import Lines
from docflow.ocr.recogniser.export import export
from docflow.ocr.recogniser.files import NETWORK, read_card
from docflow.ocr.recogniser.training import (
    BEST,
    CHECKPOINT,
    JOURNAL,
    Figure,
    Schedule,
    blended,
    load_network,
    read_lines,
    train,
)
from docflow.settings import OcrSettings
from docflow.synth.lines import line_images

KILLED_AT = 4


def few_lines(number: int = 0) -> Lines:
    drawn = [
        line
        for line in line_images(60, seed=9, start=60 * number, alphabet=frozenset(ALPHABET), look="clean")
        if len(line.text) <= 8
    ]
    return Lines([prepared(line.pixels) for line in drawn], [line.text for line in drawn])


def six_steps(folder: Path, *, killed: bool = False) -> Path:
    def die(figure: Figure) -> None:
        if killed and figure.step == KILLED_AT:
            signal.raise_signal(signal.SIGKILL)

    schedule = Schedule(6, warm_up=2, evaluate_every=100, save_every=2)
    return train(few_lines, folder=folder, schedule=schedule, held_out=few_lines(1), seed=3, progress=die)


def weights(path: Path) -> dict[str, "torch.Tensor"]:
    stored: dict[str, torch.Tensor] = torch.load(path, weights_only=True)["model"]
    return stored


def test_blended_weights_lie_between_those_before_and_after(tmp_path: Path) -> None:
    before, folder = six_steps(tmp_path / "before"), tmp_path / "after"
    schedule = Schedule(6, warm_up=2, evaluate_every=6, save_every=6)
    after = train(few_lines, folder=folder, schedule=schedule, held_out=few_lines(1), seed=4, start=before)
    halves = weights(blended(folder, before, share=0.5, held_out=few_lines(1)))
    assert set(halves) == set(weights(before))
    for name, value in halves.items():
        if value.is_floating_point():
            assert torch.allclose(value, (weights(before)[name] + weights(after)[name]) / 2, atol=1e-6), name


def test_a_few_lines_are_learnt(tmp_path: Path) -> None:
    losses: list[float] = []
    schedule = Schedule(60, warm_up=5, evaluate_every=100, save_every=5)
    train(
        few_lines,
        folder=tmp_path,
        schedule=schedule,
        held_out=few_lines(1),
        progress=lambda figure: losses.append(figure.loss),
    )
    assert losses[-1] < 0.6 * losses[0]


def test_a_killed_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    six_steps(tmp_path / "whole")
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r});"
        "from pathlib import Path; from test_recogniser_training import six_steps;"
        f"six_steps(Path({str(tmp_path / 'cut')!r}), killed=True)"
    )
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=240, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert torch.load(tmp_path / "cut" / CHECKPOINT, weights_only=True)["step"] == KILLED_AT
    six_steps(tmp_path / "cut")
    whole, cut = weights(tmp_path / "whole" / CHECKPOINT), weights(tmp_path / "cut" / CHECKPOINT)
    assert all(torch.equal(whole[name], cut[name]) for name in whole)


def test_what_is_kept_is_the_mean_of_the_steps_weights(tmp_path: Path) -> None:
    best = six_steps(tmp_path)
    last, kept = weights(tmp_path / CHECKPOINT), weights(best)
    mean = torch.load(tmp_path / CHECKPOINT, weights_only=True)["mean"]
    assert all(torch.equal(kept[name], mean[f"module.{name}"]) for name in kept)
    assert not torch.equal(kept["scores.weight"], last["scores.weight"])
    assert torch.allclose(kept["scores.weight"], last["scores.weight"], atol=0.05)


def test_of_weights_that_read_alike_the_later_ones_are_kept(tmp_path: Path) -> None:
    schedule = Schedule(4, learning_rate=0.0, warm_up=0, evaluate_every=2, save_every=4)
    best = train(few_lines, folder=tmp_path, schedule=schedule, held_out=few_lines(1))
    rows = [json.loads(row) for row in (tmp_path / JOURNAL).read_text(encoding="utf-8").splitlines()]
    assert len({row["cer"] for row in rows if "cer" in row}) == 1
    assert torch.load(best, weights_only=True)["step"] == 4


def test_larger_batches_hold_more_lines(tmp_path: Path) -> None:
    small, large = (
        train(few_lines, folder=tmp_path / str(size), schedule=Schedule(steps, batch_lines=size), held_out=few_lines(1))
        for size, steps in ((4, 2), (48, 2))
    )
    assert not torch.equal(weights(small)["scores.weight"], weights(large)["scores.weight"])


def test_the_journal_has_the_loss_and_the_error_rate(tmp_path: Path) -> None:
    six_steps(tmp_path)
    rows = [json.loads(row) for row in (tmp_path / JOURNAL).read_text(encoding="utf-8").splitlines()]
    assert [row["step"] for row in rows if "cer" not in row] == [2, 4, 6]
    (measured,) = [row for row in rows if "cer" in row]
    assert measured["step"] == 6
    assert measured["cer"] > 0


def test_training_goes_on_from_given_weights(tmp_path: Path) -> None:
    first = six_steps(tmp_path / "first")
    schedule = Schedule(1, learning_rate=0.0, warm_up=0, evaluate_every=1, save_every=1)
    second = train(few_lines, folder=tmp_path / "second", schedule=schedule, held_out=few_lines(1), start=first)
    before, after = weights(first), weights(second)
    learnt = [name for name in before if "running" not in name and "tracked" not in name]
    assert all(torch.equal(before[name], after[name]) for name in learnt)


@pytest.mark.parametrize(
    ("told", "changed"),
    [
        ("lines", {"lines": "others"}),
        ("seed", {"seed": 4}),
        ("learning rate", {"schedule": Schedule(6, learning_rate=1e-4)}),
        ("batch size", {"schedule": Schedule(6, batch_lines=4)}),
    ],
)
def test_another_trainings_checkpoint_is_not_gone_on_from(
    tmp_path: Path, told: str, changed: dict[str, object]
) -> None:
    first: dict[str, object] = {"schedule": Schedule(1), "seed": 3, "lines": "these"}
    train(few_lines, folder=tmp_path, held_out=few_lines(1), **first)  # type: ignore[arg-type]
    with pytest.raises(TrainingDataError, match=f"differs in {told}$") as caught:
        train(few_lines, folder=tmp_path, held_out=few_lines(1), **(first | changed))  # type: ignore[arg-type]
    assert "another folder" in caught.value.next_step


def test_a_checkpoint_is_not_gone_on_from_with_other_weights_to_start_from(tmp_path: Path) -> None:
    start = six_steps(tmp_path / "first")
    six_steps(tmp_path / "second")
    with pytest.raises(TrainingDataError, match="start weights"):
        train(few_lines, folder=tmp_path / "second", schedule=Schedule(7), held_out=few_lines(1), seed=3, start=start)


def test_no_lines_are_a_typed_error(tmp_path: Path) -> None:
    nothing = Lines([], [])
    with pytest.raises(TrainingDataError):
        train(few_lines, folder=tmp_path, schedule=Schedule(1), held_out=nothing)
    with pytest.raises(TrainingDataError):
        train(lambda _number: nothing, folder=tmp_path, schedule=Schedule(1), held_out=few_lines())


def test_exported_files_read_what_the_trained_network_reads(tmp_path: Path) -> None:
    best = six_steps(tmp_path / "run")
    assert best.name == BEST
    card = export(best, tmp_path / "out", version="7", lines=few_lines(1))
    assert card == read_card(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {
        f"{NETWORK}.{kind}" for kind in ("py", "yaml", "pth")
    }
    lines = few_lines(2)
    halved = load_network(tmp_path / "out" / f"{NETWORK}.pth")
    engine = CompactEngine(OcrSettings(compact_dir=tmp_path / "out"))
    assert engine.version.split("+")[0] == "7"
    read = engine.recognise([np.asarray(picture) for picture in lines.pictures], languages="rus", timeout=60)
    expected = read_lines(halved, lines.pictures)
    assert [bool(line) for line in read] == [bool(text) for text in expected]
