"""The recogniser's training learns, goes on after a kill where it was, and its files say what its network says."""

# ruff: noqa: E402 - what needs torch is imported after the line that skips without it

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: `uv pip install 'docflow[torch]'`")

from docflow.errors import ModelFileError, SettingsError, TrainingDataError
from docflow.ocr.compact import CompactEngine
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.cer import character_error_rate
from docflow.ocr.recogniser.crops import batched, prepared
from docflow.ocr.recogniser.data import Lines
from docflow.ocr.recogniser.decode import text_of
from docflow.ocr.recogniser.export import export
from docflow.ocr.recogniser.files import NETWORK, ONNX, QUANTISED, read_card, shipped_folder
from docflow.ocr.recogniser.quantised import MOST_DIFFERENT
from docflow.ocr.recogniser.training import (
    BEST,
    CHECKPOINT,
    JOURNAL,
    Figure,
    Machine,
    Schedule,
    blended,
    load_network,
    read_lines,
    train,
)
from docflow.ocr.sessions import session_of
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


def many_lines(count: int, *, seed: int) -> Lines:
    drawn = list(line_images(count, seed=seed, alphabet=frozenset(ALPHABET), look="clean"))
    return Lines([prepared(line.pixels) for line in drawn], [line.text for line in drawn])


def six_steps(folder: Path, *, killed: bool = False) -> Path:
    def die(figure: Figure) -> None:
        if killed and figure.step == KILLED_AT:
            signal.raise_signal(signal.SIGKILL)

    schedule = Schedule(6, warm_up=2, evaluate_every=100, save_every=2)
    return train(few_lines, folder=folder, schedule=schedule, held_out=few_lines(1), seed=3, progress=die)


@pytest.fixture(scope="module")
def six_steps_done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training of six steps; not to be written to."""
    folder = tmp_path_factory.mktemp("six_steps")
    six_steps(folder)
    return folder


@pytest.fixture
def trained(six_steps_done: Path, tmp_path: Path) -> Path:
    """A folder of the test's own with a training of six steps."""
    return Path(shutil.copytree(six_steps_done, tmp_path / "trained"))


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


def test_what_is_kept_is_the_mean_of_the_steps_weights(trained: Path) -> None:
    last, kept = weights(trained / CHECKPOINT), weights(trained / BEST)
    mean = torch.load(trained / CHECKPOINT, weights_only=True)["mean"]
    assert all(torch.equal(kept[name], mean[f"module.{name}"]) for name in kept)
    assert not torch.equal(kept["scores.weight"], last["scores.weight"])
    assert torch.allclose(kept["scores.weight"], last["scores.weight"], atol=0.05)


def test_of_weights_that_read_alike_the_later_ones_are_kept(tmp_path: Path) -> None:
    schedule = Schedule(4, learning_rate=0.0, warm_up=0, evaluate_every=2, save_every=4)
    best = train(few_lines, folder=tmp_path, schedule=schedule, held_out=few_lines(1))
    rows = [json.loads(row) for row in (tmp_path / JOURNAL).read_text(encoding="utf-8").splitlines()]
    assert len({row["cer"] for row in rows if "cer" in row}) == 1
    assert torch.load(best, weights_only=True)["step"] == 4


@pytest.mark.parametrize(("size", "asked_for"), [(1, [0]), (48, [0, 1])])
def test_larger_batches_hold_more_lines(tmp_path: Path, size: int, asked_for: list[int]) -> None:
    asked: list[int] = []

    def shards(number: int) -> Lines:
        asked.append(number)
        return few_lines(number)

    # All lines of a shard are a large batch: the second step takes the next shard.
    train(shards, folder=tmp_path, schedule=Schedule(2, batch_lines=size), held_out=few_lines(1))
    assert asked == asked_for


def test_the_journal_has_the_loss_and_the_error_rate(trained: Path) -> None:
    rows = [json.loads(row) for row in (trained / JOURNAL).read_text(encoding="utf-8").splitlines()]
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


def test_a_checkpoint_is_not_gone_on_from_with_other_weights_to_start_from(trained: Path, tmp_path: Path) -> None:
    start = tmp_path / "start.pt"
    shutil.copy(trained / BEST, start)
    with pytest.raises(TrainingDataError, match="start weights"):
        train(few_lines, folder=trained, schedule=Schedule(7), held_out=few_lines(1), seed=3, start=start)


def test_no_lines_are_a_typed_error(tmp_path: Path) -> None:
    nothing = Lines([], [])
    with pytest.raises(TrainingDataError):
        train(few_lines, folder=tmp_path, schedule=Schedule(1), held_out=nothing)
    with pytest.raises(TrainingDataError):
        train(lambda _number: nothing, folder=tmp_path, schedule=Schedule(1), held_out=few_lines())


def as_trained(folder: Path) -> Path:
    """The weights that ship, as a training leaves them."""
    network = load_network(shipped_folder() / f"{NETWORK}.pth")
    torch.save({"model": network.state_dict(), "step": 3, "cer": 0.25}, folder / BEST)
    return folder / BEST


def test_exported_files_read_what_the_trained_network_reads(tmp_path: Path) -> None:
    best, out, lines = as_trained(tmp_path), tmp_path / "out", many_lines(40, seed=9)
    card = export(best, out, version="7", lines=many_lines(200, seed=1))
    assert card == read_card(out)
    assert (card.version, card.steps, card.cer) == ("7", 3, 0.25)
    assert {path.name for path in out.iterdir()} >= {f"{NETWORK}.{kind}" for kind in ("py", "yaml", "pth")}
    expected = read_lines(load_network(best), lines.pictures)
    assert character_error_rate(zip(lines.texts, expected, strict=True)) < 0.05
    assert read_lines(load_network(out / f"{NETWORK}.pth"), lines.pictures) == expected
    for name, most in ((ONNX, 0.0), (QUANTISED, MOST_DIFFERENT)):
        session = session_of(str(out / name), gpu=False)
        read = []
        for picture in lines.pictures:
            (scores,) = session.run(None, {"lines": batched([picture])})
            read.append(" ".join(text_of(scores[0]).split()))
        assert character_error_rate(zip(expected, read, strict=True)) <= most
    engine = CompactEngine(OcrSettings(compact_dir=out))
    assert engine.version == card.edition(QUANTISED)
    spelt = [
        " ".join(word.text for word in words)
        for words in engine.recognise(lines.pictures, languages="eng+rus", timeout=60)
    ]
    assert character_error_rate(zip(expected, spelt, strict=True)) < 0.05


def test_a_failed_export_leaves_the_earlier_recogniser_as_it_was(tmp_path: Path) -> None:
    best, out = as_trained(tmp_path), tmp_path / "out"
    shutil.copytree(shipped_folder(), out)
    before = {path.name: path.read_bytes() for path in out.glob("*.*")}
    stored = torch.load(best, weights_only=True)
    stored["model"]["scores.weight"][:] = torch.nan
    torch.save(stored, best)
    with pytest.raises(ModelFileError, match=ONNX):
        export(best, out, version="7", lines=few_lines(1))
    assert {path.name: path.read_bytes() for path in out.glob("*.*")} == before
    assert {path.name for path in tmp_path.iterdir()} == {BEST, "out"}


def test_a_recogniser_can_be_opened_while_another_is_exported_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best, out = as_trained(tmp_path), tmp_path / "out"
    shutil.copytree(shipped_folder(), out)
    settings = OcrSettings(compact_dir=out)
    versions = [CompactEngine(settings).version]

    def as_eight_bits_are_made(source: Path, target: Path, pictures: object) -> bool:
        versions.append(CompactEngine(settings).version)
        return False

    monkeypatch.setattr("docflow.ocr.recogniser.export.quantise", as_eight_bits_are_made)
    card = export(best, out, version="7", lines=few_lines(1))
    assert versions[0] == versions[1]
    assert CompactEngine(settings).version == card.edition(ONNX)
    assert not (out / QUANTISED).exists()


def test_an_export_of_damaged_weights_is_refused(tmp_path: Path) -> None:
    best = as_trained(tmp_path)
    best.write_bytes(best.read_bytes()[:1000])
    with pytest.raises(TrainingDataError, match=BEST):
        export(best, tmp_path / "out", version="7", lines=few_lines(1))


@pytest.mark.parametrize("name", [CHECKPOINT, BEST])
@pytest.mark.parametrize("left", [0, 0.5])
def test_a_damaged_file_of_a_training_is_named(trained: Path, name: str, left: float) -> None:
    whole = (trained / name).read_bytes()
    (trained / name).write_bytes(whole[: int(left * len(whole))])
    with pytest.raises(TrainingDataError, match=name) as caught:
        six_steps(trained)
    assert "Remove it" in caught.value.next_step


def test_a_file_with_other_weights_is_no_checkpoint(trained: Path) -> None:
    torch.save({"origin": torch.load(trained / CHECKPOINT, weights_only=True)["origin"]}, trained / CHECKPOINT)
    with pytest.raises(TrainingDataError, match=CHECKPOINT):
        six_steps(trained)
    torch.save({"model": {}}, trained / BEST)
    with pytest.raises(TrainingDataError, match=BEST):
        load_network(trained / BEST)


def test_best_weights_that_were_lost_are_measured_and_kept_again(trained: Path) -> None:
    kept = weights(trained / BEST)
    (trained / BEST).unlink()
    again = weights(six_steps(trained))
    assert all(torch.equal(kept[name], again[name]) for name in kept)


def test_a_training_cut_off_before_it_measured_can_end_with_the_steps_that_it_has(tmp_path: Path) -> None:
    def cut(figure: Figure) -> None:
        if figure.step == KILLED_AT:
            raise KeyboardInterrupt

    schedule = Schedule(6, warm_up=2, evaluate_every=100, save_every=2)
    with pytest.raises(KeyboardInterrupt):
        train(few_lines, folder=tmp_path, schedule=schedule, held_out=few_lines(1), progress=cut)
    assert not (tmp_path / BEST).exists()
    shorter = replace(schedule, steps=KILLED_AT)
    best = train(few_lines, folder=tmp_path, schedule=shorter, held_out=few_lines(1))
    assert torch.load(best, weights_only=True)["step"] == KILLED_AT


def test_weights_to_begin_with_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"lost\.pth"):
        train(few_lines, folder=tmp_path, schedule=Schedule(1), held_out=few_lines(1), start=tmp_path / "lost.pth")


@pytest.mark.parametrize("device", ["gpu", "cuda:99", ""])
def test_a_device_that_is_not_there_is_refused(device: str) -> None:
    with pytest.raises(SettingsError, match="no device") as caught:
        Machine(device)
    assert "cpu" in caught.value.next_step
