"""A trained recogniser written out: for EasyOCR's custom-network interface in half precision, and as ONNX."""

from __future__ import annotations

import inspect
import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch

from docflow.errors import ModelFileError
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.ocr.recogniser.crops import HEIGHT
from docflow.ocr.recogniser.data import Lines
from docflow.ocr.recogniser.files import CARD, NETWORK, ONNX, QUANTISED, Card, digest_of
from docflow.ocr.recogniser.quantised import quantise
from docflow.ocr.recogniser.shipped import docflow_compact
from docflow.ocr.recogniser.shipped.docflow_compact import Model
from docflow.ocr.recogniser.training import load_network, stored_in

EASYOCR_HEIGHT = 64
"""What EasyOCR's own networks take: a custom network sets it for the whole process, so ours takes it too."""

EASYOCR_LANGUAGES = ("en", "ru")

OPSET = 17
"""Of ONNX, from 2022: every onnxruntime that DocFlow allows knows it."""

CLOSE = 2e-3
"""Most that ONNX's scores may be off those of torch."""


def export(trained: Path, folder: Path, *, version: str, lines: Lines) -> Card:
    """The card of the recogniser whose weights `trained` (`best.pt`) holds, its files written to `folder`.

    `docflow_compact.py`, `.yaml` and `.pth` are what EasyOCR wants in its user network and model directories;
    `compact.onnx` is all that the engine `compact` needs, and `compact.int8.onnx` the same for CPUs, whose ranges are
    those of `lines`; it is left out where it reads them otherwise. A recogniser that is in the folder already is
    replaced when all is written, its card last; until then it can be opened. Raises `TrainingDataError` where `trained`
    is damaged, and `ModelFileError` where ONNX says other than torch: the folder is then left as it was.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as name:
        beside = Path(name)
        card = _written(trained, beside, version=version, lines=lines)
        folder.mkdir(exist_ok=True)
        for path in sorted(beside.iterdir(), key=lambda path: path.name == CARD):
            path.replace(folder / path.name)
    if QUANTISED not in card.digests:
        (folder / QUANTISED).unlink(missing_ok=True)
    return card


def _written(trained: Path, folder: Path, *, version: str, lines: Lines) -> Card:
    """The card of what is written to this folder, which is empty."""
    stored, model = stored_in(trained), load_network(trained)
    halved = {name: v.half() if v.is_floating_point() else v for name, v in model.state_dict().items()}
    # EasyOCR strips seven characters from each name, `module.`, as DataParallel writes them.
    torch.save({f"module.{name}": value for name, value in halved.items()}, folder / f"{NETWORK}.pth")
    _write_network(folder)
    _write_settings(folder)
    model.load_state_dict({name: value.float() for name, value in halved.items()})
    _write_onnx(model, folder / ONNX)
    _compare(model, folder / ONNX)
    written = [f"{NETWORK}.pth", ONNX]
    if quantise(folder / ONNX, folder / QUANTISED, lines.pictures):
        written.append(QUANTISED)
    card = Card(
        version=version,
        alphabet=ALPHABET,
        steps=int(stored.get("step", 0)),
        cer=float(stored.get("cer", 1.0)),
        digests={name: digest_of(folder / name) for name in written},
    )
    card.write(folder)
    return card


def _write_network(folder: Path) -> None:
    source = Path(inspect.getfile(docflow_compact))
    shutil.copyfile(source, folder / source.name)


def _write_settings(folder: Path) -> None:
    """What EasyOCR reads of a custom network; JSON is YAML too."""
    told = {
        "network_params": {"input_channel": 1, "output_channel": 128, "hidden_size": 128},
        "imgH": EASYOCR_HEIGHT,
        "lang_list": EASYOCR_LANGUAGES,
        "character_list": ALPHABET,
        # With these, EasyOCR leaves out the letters of languages that it was not asked for.
        "symbols": "".join(character for character in ALPHABET if not character.isalpha()),
    }
    (folder / f"{NETWORK}.yaml").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_onnx(model: Model, path: Path) -> None:
    example = torch.zeros(2, 1, HEIGHT, 128)
    with warnings.catch_warnings():
        # The exporter speaks of LSTMs whose batch is fixed; ours is named as free below, and compared.
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        torch.onnx.export(
            model.eval(),
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["lines"],
            output_names=["scores"],
            dynamic_axes={"lines": {0: "count", 3: "width"}, "scores": {0: "count", 1: "steps"}},
        )


def _compare(model: Model, path: Path) -> None:
    """Raise `ModelFileError` where the file's scores on other shapes than the exported one are not the model's."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    for count, width in ((1, 37), (3, 400)):
        lines = rng.uniform(-1, 1, (count, 1, HEIGHT, width)).astype(np.float32)
        with torch.inference_mode():
            expected = model(torch.from_numpy(lines)).numpy()
        (found,) = session.run(None, {"lines": lines})
        # Said so, it holds of NaN too.
        if not np.abs(found - expected).max() <= CLOSE:
            raise ModelFileError(
                f"{path.name} does not say what the trained network says",
                next_step="Report this with the versions of torch and onnxruntime.",
                detail={"largest_difference": float(np.abs(found - expected).max()), CARD: path.name},
            )
