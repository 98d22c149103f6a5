"""A fitted scikit-learn pipeline as a skops file: without code or foreign types, equal bytes for equal pipelines."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from docflow.errors import ModelFileError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

PIPELINE_FILE = "model.skops"

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


def pipeline_file(pipeline: Pipeline) -> dict[str, bytes]:
    """The pipeline's file by its name."""
    import skops.io  # half a second, in which it looks at all of scikit-learn

    return {PIPELINE_FILE: reproducible(skops.io.dumps(pipeline))}


def read_pipeline(files: Mapping[str, bytes]) -> Pipeline:
    """The fitted pipeline; `ModelFileError` where it is missing, broken or names another type."""
    import skops.io
    from sklearn.pipeline import Pipeline

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
