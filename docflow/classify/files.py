"""A model as files: equal models are equal bytes, and none is loaded before its digest is verified.

`model.json` holds the labels, the threshold, how the model came about and which candidate it is; who loads it reads
there what else to expect. A linear model's `model.skops` has the fitted pipeline without code; the recipe's arrays are
`.npy` files, its terms JSON; the network is `model.onnx`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import skops.io
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sklearn.pipeline import Pipeline

from docflow.classify.features import FEATURES_VERSION
from docflow.classify.model import ScoringClassifier, TextClassifier, TrainedModel
from docflow.classify.neural.model import ONNX_FILE, NeuralClassifier, NeuralModel
from docflow.classify.paperless import PaperlessClassifier, PaperlessModel, read_network
from docflow.errors import DigestMismatch, ModelFileError
from docflow.types import ModelRef

log = logging.getLogger(__name__)

PIPELINE_FILE = "model.skops"
DESCRIPTION_FILE = "model.json"
FORMAT = 1
LARGEST_MODEL = 256 * 1024 * 1024
"""Bytes that a model's files may have together; ours have 4 to 20 million."""

ALLOWED_TYPES = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.str",
        "builtins.tuple",
        "numpy.ndarray",
        "sklearn.feature_extraction.text.TfidfTransformer",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.pipeline.Pipeline",
    }
)
"""The only types that a model file may name, much fewer than skops trusts by itself."""

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip archive can tell: every member's, so that equal content gives equal bytes."""


class Description(BaseModel):
    """The content of `model.json`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = FORMAT
    candidate: Literal["linear", "neural", "paperless"] = "linear"
    labels: tuple[str, ...] = Field(min_length=2)
    threshold: float = Field(ge=0, le=1)
    training: dict[str, Any]


def describe(folder: Path) -> Description:
    """What the model's files say of it, read without loading the model; `ModelFileError` where they say nothing."""
    return read_description(read_files(folder))


def save(model: TrainedModel | NeuralModel | PaperlessModel, folder: Path) -> str:
    """The digest of the model's files, written into `folder`, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    description = Description(
        candidate=model.candidate, labels=model.labels, threshold=model.threshold, training=dict(model.training)
    )
    written = json.dumps(description.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True)
    for name, content in weights_of(model).items():
        (folder / name).write_bytes(content)
    (folder / DESCRIPTION_FILE).write_text(written + "\n", encoding="utf-8")
    return digest_of(folder)


def weights_of(model: TrainedModel | NeuralModel | PaperlessModel) -> dict[str, bytes]:
    """The files of what was fitted, each by its name."""
    if not isinstance(model, TrainedModel):
        return model.files()
    return {PIPELINE_FILE: reproducible(skops.io.dumps(model.pipeline))}


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and contents of all files in `folder`, in the order of their names.

    Raises `ModelFileError` for a folder that is missing, empty or far larger than a model.
    """
    return digest_files(read_files(folder))


def load(folder: Path, *, name: str, version: str, digest: str, threshold: float | None = None) -> ScoringClassifier:
    """The classifier whose files lie in `folder`, after verifying that they are those of `digest`.

    `threshold` replaces the model's own. Raises `DigestMismatch` before anything is read into objects, and
    `ModelFileError` for files that do not make a model or name types beyond `ALLOWED_TYPES`.
    """
    files = read_files(folder)
    found = digest_files(files)
    if found != digest:
        raise DigestMismatch(
            f"the files of {name} version {version} are not the ones that were recorded",
            detail={"recorded": digest, "found": found},
        )
    description = read_description(files)
    said = ModelRef(name, version, digest)
    least = description.threshold if threshold is None else threshold
    if description.candidate == "paperless":
        vocabulary, layers = read_network(files)
        return PaperlessClassifier(vocabulary, layers, model=said, labels=description.labels, threshold=least)
    if description.candidate == "neural":
        if ONNX_FILE not in files:
            raise ModelFileError(f"the model has no {ONNX_FILE}")
        return NeuralClassifier(files[ONNX_FILE], model=said, labels=description.labels, threshold=least)
    return read_linear(files, model=said, labels=description.labels, threshold=least)


def read_linear(
    files: Mapping[str, bytes], *, model: ModelRef, labels: tuple[str, ...], threshold: float
) -> TextClassifier:
    """The linear model's classifier; `ModelFileError` where the pipeline is not fitted or has other labels."""
    pipeline = read_pipeline(files)
    try:
        if tuple(pipeline.classes_.tolist()) != labels:
            raise ModelFileError(f"{PIPELINE_FILE} and {DESCRIPTION_FILE} have different labels")
        return TextClassifier(pipeline, model=model, labels=labels, threshold=threshold)
    except (AttributeError, ValueError) as error:
        raise ModelFileError(f"{PIPELINE_FILE} holds no fitted pipeline of ours") from error


def read_files(folder: Path) -> dict[str, bytes]:
    """The content of each file in `folder` by its name: what is verified is then what is loaded."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    if not paths:
        raise ModelFileError("the model's folder is missing or empty")
    if sum(path.stat().st_size for path in paths.values()) > LARGEST_MODEL:
        raise ModelFileError(f"the model's files are larger than {LARGEST_MODEL} bytes together")
    return {name: paths[name].read_bytes() for name in sorted(paths)}


def digest_files(files: Mapping[str, bytes]) -> str:
    """SHA-256 over each file's name and content digest, in the order of the names."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return whole.hexdigest()


def read_description(files: Mapping[str, bytes]) -> Description:
    """The model's description; `ModelFileError` where it is missing, wrong or of other features than ours."""
    try:
        description = Description.model_validate_json(files[DESCRIPTION_FILE])
    except KeyError as error:
        raise ModelFileError(f"the model has no {DESCRIPTION_FILE}") from error
    except ValidationError as error:
        raise ModelFileError(f"{DESCRIPTION_FILE} is not a model's description") from error
    if description.format != FORMAT or description.training.get("features_version") != FEATURES_VERSION:
        raise ModelFileError(
            "the model was made by another version of DocFlow",
            next_step="Train it again with `docflow train --promote`.",
        )
    return description


def read_pipeline(files: Mapping[str, bytes]) -> Pipeline:
    """The fitted pipeline; `ModelFileError` where it is missing, broken or names another type."""
    if PIPELINE_FILE not in files:
        raise ModelFileError(f"the model has no {PIPELINE_FILE}")
    content = files[PIPELINE_FILE]
    try:
        foreign = named_types(content) - ALLOWED_TYPES | set(skops.io.get_untrusted_types(data=content))
        if foreign:
            raise ModelFileError(f"{PIPELINE_FILE} names types that no model of ours has: {sorted(foreign)}")
        pipeline = skops.io.loads(content, trusted=[])
    except (zipfile.BadZipFile, ValueError, TypeError, KeyError, AttributeError, ImportError) as error:
        raise ModelFileError(f"{PIPELINE_FILE} does not load") from error
    if not isinstance(pipeline, Pipeline):
        raise ModelFileError(f"{PIPELINE_FILE} holds no pipeline")
    return pipeline


def named_types(content: bytes) -> set[str]:
    """Every type that a skops file says it is made of."""
    found: set[str] = set()

    def note(node: dict[str, Any]) -> dict[str, Any]:
        if "__class__" in node:
            found.add(f"{node.get('__module__')}.{node['__class__']}")
        return node

    with zipfile.ZipFile(BytesIO(content)) as archive:
        json.loads(archive.read("schema.json"), object_hook=note)
    return found


def reproducible(content: bytes) -> bytes:
    """The same skops file without what differs from one process to the next: memory addresses and times."""
    names: dict[str, str] = {}

    def without_addresses(node: dict[str, Any]) -> dict[str, Any]:
        node.pop("__id__", None)
        if node.get("type") == "numpy":
            node["file"] = names.setdefault(node["file"], f"{len(names)}.npy")
        return node

    rewritten = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(rewritten, "w") as new:
        schema = json.loads(old.read("schema.json"), object_hook=without_addresses)
        for former, name in names.items():
            new.writestr(zipfile.ZipInfo(name, EARLIEST), old.read(former))
        new.writestr(zipfile.ZipInfo("schema.json", EARLIEST), json.dumps(schema, indent=1))
    return rewritten.getvalue()
