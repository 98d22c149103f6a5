"""The libraries that a model's files hang on: with other versions of them, the same data may give other files."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from docflow.classify.model import CandidateName

LIBRARIES = ("datasketch", "numpy", "scikit-learn", "scipy", "skops")
"""Of every candidate; near duplicates, which folds keep together, are found by datasketch."""

NETWORK_LIBRARIES = ("onnx", "onnxruntime", "torch")


def library_versions(candidate: CandidateName) -> dict[str, str]:
    """Python's version and those of the candidate's libraries, by their names, without those that are not installed."""
    names = LIBRARIES + (NETWORK_LIBRARIES if candidate == "neural" else ())
    found = {name: installed(name) for name in names}
    return {"python": platform.python_version()} | {name: said for name, said in found.items() if said}


def installed(name: str) -> str:
    """The version that is installed; empty for none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
