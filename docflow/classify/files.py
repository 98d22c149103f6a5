"""A model as files: equal models are equal bytes, and none is loaded before its digest is verified.

`model.json` holds the labels, the threshold, how the model came about and which candidate it is; who loads it reads
there what else to expect. A linear model's `model.skops` has the fitted pipeline without code; the recipe's arrays are
`.npy` files, its terms JSON, and so are those of what votes beside a linear model: a network of words, a regression on
pages' embeddings. The network that looks at thumbnails is `model.onnx`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docflow.classify.features import FEATURES_VERSION
from docflow.classify.layout import LAYOUT_VERSION
from docflow.classify.model import CandidateName, FittedModel, ScoringClassifier, TextClassifier
from docflow.classify.multimodal import MultimodalClassifier
from docflow.classify.neural.model import ONNX_FILE, NeuralClassifier
from docflow.classify.pages import read_pages
from docflow.classify.paperless import PaperlessClassifier, read_network
from docflow.classify.pipeline_file import PIPELINE_FILE, read_pipeline
from docflow.classify.voting import VotingClassifier
from docflow.classify.words import WordNetwork, read_words
from docflow.errors import DigestMismatch, ModelFileError
from docflow.types import ModelRef

DESCRIPTION_FILE = "model.json"
FORMAT = 1
LARGEST_MODEL = 256 * 1024 * 1024
"""Bytes that a model's files may have together; ours have 4 to 20 million."""


class Description(BaseModel):
    """The content of `model.json`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = FORMAT
    candidate: CandidateName = "linear"
    labels: tuple[str, ...] = Field(min_length=2)
    threshold: float = Field(ge=0, le=1)
    training: dict[str, Any]


def describe(folder: Path) -> Description:
    """What the model's files say of it, read without loading the model; `ModelFileError` where they say nothing."""
    return read_description(read_files(folder))


def save(model: FittedModel, folder: Path) -> str:
    """The digest of the model's files, written into `folder`, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    description = Description(
        candidate=model.candidate, labels=model.labels, threshold=model.threshold, training=dict(model.training)
    )
    written = json.dumps(description.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True)
    for name, content in model.files().items():
        (folder / name).write_bytes(content)
    (folder / DESCRIPTION_FILE).write_text(written + "\n", encoding="utf-8")
    return digest_of(folder)


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
    labels = description.labels
    network = page = None
    if description.candidate in ("voting", "multimodal"):
        network = read_words(files, labels=len(labels))
    if description.candidate == "multimodal":
        page = read_pages(files, labels=len(labels))
    text = read_linear(files, network, model=said, labels=labels, threshold=least)
    return text if page is None else MultimodalClassifier(text, page, model=said, labels=labels, threshold=least)


def read_linear(
    files: Mapping[str, bytes],
    network: WordNetwork | None,
    *,
    model: ModelRef,
    labels: tuple[str, ...],
    threshold: float,
) -> TextClassifier:
    """The linear model's classifier, with the network that votes beside it if there is one.

    Raises `ModelFileError` where the pipeline is not fitted or has other labels.
    """
    pipeline = read_pipeline(files)
    try:
        if tuple(pipeline.classes_.tolist()) != labels:
            raise ModelFileError(f"{PIPELINE_FILE} and {DESCRIPTION_FILE} have different labels")
        if network is None:
            return TextClassifier(pipeline, model=model, labels=labels, threshold=threshold)
        return VotingClassifier(pipeline, network, model=model, labels=labels, threshold=threshold)
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
    training = description.training
    is_ours = (
        training.get("features_version") == FEATURES_VERSION
        and training.get("layout_version", LAYOUT_VERSION) == LAYOUT_VERSION
    )
    if description.format != FORMAT or not is_ours:
        raise ModelFileError(
            "the model was made by another version of DocFlow",
            next_step="Train it again with `docflow train --promote`.",
        )
    return description
