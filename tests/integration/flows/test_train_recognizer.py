"""The recogniser's training flow, run for real by Prefect: files to use, a curve in MLflow, and going on."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed: `uv pip install 'docflow[torch]'`")

from docflow.errors import SettingsError, TrainingDataError
from docflow.line_learning import Lesson, corrected_lines
from docflow.line_learning.lesson import digest_of_lines
from docflow.ocr.compact import CompactEngine
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.files import CARD, shipped_folder
from docflow.registry import code_version, open_registry
from docflow.settings import OcrSettings, load_settings
from docflow.synth.lines import line_images
from flows.train_recognizer import main, train_recognizer

pytestmark = [
    pytest.mark.usefixtures("prefect_server"),
    # Prefect's own server leaves these behind when it is stopped in the same process.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]


def test_the_flow_trains_tracks_exports_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(tmp_path / "var"))
    folder = str(tmp_path / "run")
    first = train_recognizer(folder, steps=2, lines=40, held_out=8, version="a")
    second = train_recognizer(folder, steps=4, lines=40, held_out=8, version="b")
    assert (first["steps"], second["run_id"]) == (2, first["run_id"])
    assert second["held_out"] == 8

    client = open_registry(load_settings())._client
    run = client.get_run(second["run_id"])
    assert run.info.status == "FINISHED"
    assert run.data.params["seed"] == "1"
    digest = digest_of_lines(Lesson(steps=2, shards=1, lines_a_shard=40, held_out=8), None)
    assert (code_version() | {"data_digest": digest}).items() <= run.data.params.items()
    assert [metric.step for metric in client.get_metric_history(second["run_id"], "cer")] == [2, 4]
    kept = {Path(file.path).name for file in client.list_artifacts(second["run_id"], "exported")}
    assert {"compact.onnx", "docflow_compact.pth", "docflow_compact.py", "docflow_compact.yaml"} <= kept

    engine = CompactEngine(OcrSettings(compact_dir=Path(second["folder"])))
    assert engine.version.split("+")[0] == "b"
    assert len(engine.recognise([np.zeros((32, 64), np.uint8)], languages="eng", timeout=30)) == 1


@pytest.mark.skipif(
    not (shipped_folder() / CARD).is_file(),
    reason="no trained recogniser ships: make one with `python -m flows.train_recognizer`",
)
def test_the_flow_learns_a_users_corrected_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(tmp_path / "var"))
    corrected = tmp_path / "corrected"
    corrected.mkdir()
    rows = []
    for number, line in enumerate(line_images(40, seed=31, alphabet=frozenset(ALPHABET), look="clean")):
        cv2.imwrite(str(corrected / f"{number:03d}.png"), line.pixels)
        rows.append(json.dumps({"file": f"{number:03d}.png", "text": line.text}, ensure_ascii=False))
    (corrected / "lines.jsonl").write_text("\n".join(rows), encoding="utf-8")
    folder = str(tmp_path / "run")
    row = train_recognizer(folder, corrected=str(corrected), steps=2, lines=40, version="mine")
    # Fine-tuning begins with the weights that ship, which read clean lines already.
    assert row["cer"] < 0.2
    held_out = len(corrected_lines(corrected)[1])
    assert 0 < row["held_out"] == held_out < 40

    rows[0] = json.dumps({"file": "000.png", "text": "corrected again"})
    (corrected / "lines.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(TrainingDataError, match="another training"):
        train_recognizer(folder, corrected=str(corrected), steps=2, lines=40, version="mine")
    run = open_registry(load_settings())._client.get_run(row["run_id"])
    assert run.info.status == "FINISHED"
    assert run.data.params["held_out"] == str(held_out)


@pytest.mark.parametrize(
    "options", [["--blend", "2"], ["--steps", "0"], ["--lines", "0"], ["--learning-rate", "0"], ["--device", "gpu"]]
)
def test_a_foreseen_failure_ends_the_command_with_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], options: list[str]
) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setattr("sys.argv", ["train_recognizer", str(tmp_path / "run"), *options])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == SettingsError.exit_code
    told = capfd.readouterr().err
    assert "settings_invalid" in told
    assert "Give " in told
    assert "Traceback" not in told
    assert not (tmp_path / "run").exists()
