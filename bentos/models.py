"""The models in force in BentoML's model store, from where they are served and bundled."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

from bentos.home import CHALLENGER_NAME, FILES, STORED_NAME, serving_environment
from docflow.classify import ScoringClassifier, describe, load
from docflow.errors import DocFlowError
from docflow.registry import CHALLENGER, CHAMPION
from docflow.rollout import bring, bring_champion, parts_in_force
from docflow.rollout.files import holds
from docflow.settings import Settings
from docflow.store import Promotion, Store
from docflow.types import ModelRef

__all__ = ["import_models", "load_stored", "reference", "serving_environment"]

log = logging.getLogger(__name__)

STORED = {CHAMPION: STORED_NAME, CHALLENGER: CHALLENGER_NAME}


def import_models(settings: Settings, *, for_service: bool = False) -> dict[str, str]:
    """The tags (`docflow:mlflow-v3`) under which BentoML now has champion and challenger, each as the latest one.

    Nothing is written where they are there already, unchanged; a challenger that is none any more is removed, and so is
    one whose files cannot be had or are not the promoted ones. `for_service`, the champion before comes where this
    one's files are gone or others, and no challenger: a service has that from the database. Raises `NoChampion` where
    nothing was promoted and `DigestMismatch` where the champion's files are not the promoted ones.
    """
    with Store.open(settings.effective_database_url) as store:
        parts = parts_in_force(settings, store=store)
        parts[CHAMPION], folder = bring_champion(settings, store=store, or_former=for_service)
    os.environ.update(serving_environment(settings))
    folders = {CHAMPION: folder}
    if CHALLENGER in parts and not for_service:
        try:
            folders[CHALLENGER] = bring(parts[CHALLENGER], settings=settings)
        except DocFlowError as error:
            log.warning("the challenger, version %s, is left out: %s", parts[CHALLENGER].model_version, error)
    if CHALLENGER not in folders and not for_service:
        forget(CHALLENGER_NAME)
    return {alias: keep(folder, promotion=parts[alias], name=STORED[alias]) for alias, folder in folders.items()}


def keep(folder: Path, *, promotion: Promotion, name: str) -> str:
    """The tag of this model in BentoML's store, which has it as the latest of that name afterwards."""
    # BentoML settles on its home when it is first asked for it, so it is imported after the home is set.
    import bentoml

    tag = tag_of(promotion, name=name)
    labels = {
        "digest": promotion.digest,
        "mlflow_version": promotion.model_version,
        "model_name": promotion.model_name,
        "data_digest": str(describe(folder).training.get("data_digest", "")),
    }
    stored = _stored(tag)
    if stored is not None:
        is_same = stored.info.labels == labels and holds(Path(stored.path) / FILES, digest=promotion.digest)
        if is_same and _stored(f"{name}:latest").tag == stored.tag:
            return tag
        # Latest is what was created last: a version that was rolled back to has to be created again.
        bentoml.models.delete(tag)
    with bentoml.models.create(tag, labels=labels) as created:
        shutil.copytree(folder, Path(created.path) / FILES)
    log.info("%s is in BentoML's model store", tag)
    return tag


def tag_of(promotion: Promotion, *, name: str) -> str:
    """The tag for the promoted version; with its digest where a bundle has another model by that number.

    In a registry that was made anew, numbers begin again.
    """
    tag = f"{name}:mlflow-v{promotion.model_version}"
    stored = _stored(tag)
    is_other = stored is not None and stored.info.labels.get("digest") != promotion.digest
    return f"{tag}-{promotion.digest[:8]}" if is_other and tag in bundled_tags() else tag


def bundled_tags() -> set[str]:
    """The tags of the models that the bundles in BentoML's store were built with."""
    import bentoml

    return {str(model.tag) for bundle in bentoml.bentos.list() for model in bundle.info.all_models}


def reference(stored: Any) -> ModelRef:
    """Which model it is, from the labels that it was imported with."""
    labels = stored.info.labels
    return ModelRef(labels["model_name"], labels["mlflow_version"], labels["digest"])


def load_stored(stored: Any, *, threshold: float | None = None) -> ScoringClassifier:
    """The model in BentoML's store, its digest verified first; `threshold` replaces its own."""
    model = reference(stored)
    return load(
        Path(stored.path) / FILES, name=model.name, version=model.version, digest=model.digest, threshold=threshold
    )


def forget(name: str) -> None:
    """Remove what BentoML's store has under this name, but for what its bundles were built with."""
    import bentoml

    bundled = bundled_tags()
    for stored in bentoml.models.list():
        if stored.tag.name == name and str(stored.tag) not in bundled:
            bentoml.models.delete(stored.tag)


def _stored(tag: str) -> Any:
    import bentoml

    try:
        return bentoml.models.get(tag)
    except bentoml.exceptions.NotFound:
        return None
