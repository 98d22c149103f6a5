"""What the registry's tests share: a new MLflow database, and opening a registry on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docflow.registry import Registry


@dataclass(frozen=True)
class NewDatabase:
    """An MLflow database without a model, and what making it printed."""

    path: Path
    printed: str


def open_at(folder: Path) -> Registry:
    return Registry.open(
        tracking_uri=f"sqlite:///{folder / 'mlflow.db'}",
        artifacts=(folder / "artifacts").as_uri(),
        experiment="docflow",
    )
