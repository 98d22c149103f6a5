"""The champion in BentoML's model store, from where it is served and bundled."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

from bentos.home import FILES, STORED_NAME, serving_environment
from docflow import rollout
from docflow.classify import digest_of
from docflow.errors import DigestMismatch
from docflow.settings import Settings
from docflow.store import Promotion, Store

__all__ = ["import_champion", "serving_environment"]

log = logging.getLogger(__name__)


def import_champion(settings: Settings) -> str:
    """The tag (`docflow:mlflow-v3`) under which BentoML now has the promoted model, as the latest one.

    Nothing is written where it is there already. Raises `NoChampion` where nothing was promoted and
    `DigestMismatch` where the files are not the promoted ones.
    """
    store = Store.open(settings.effective_database_url)
    try:
        folder = rollout.pull(settings, store=store)
        promotion = rollout.recorded_champion(settings, store=store)
    finally:
        store.close()
    if digest_of(folder) != promotion.digest:
        raise DigestMismatch("the pulled model's files are not the ones that were promoted")
    os.environ.update(serving_environment(settings))
    return keep(folder, promotion=promotion)


def keep(folder: Path, *, promotion: Promotion) -> str:
    """The tag of this model in BentoML's store, which has it as the latest one afterwards."""
    # BentoML settles on its home when it is first asked for it, so it is imported after the home is set.
    import bentoml

    tag = f"{STORED_NAME}:mlflow-v{promotion.model_version}"
    labels = {
        "digest": promotion.digest,
        "mlflow_version": promotion.model_version,
        "model_name": promotion.model_name,
    }
    stored = _stored(tag)
    if stored is not None:
        if stored.info.labels == labels and _stored(f"{STORED_NAME}:latest").tag == stored.tag:
            return tag
        # Latest is what was created last: a version that was rolled back to has to be created again.
        bentoml.models.delete(tag)
    with bentoml.models.create(tag, labels=labels) as created:
        shutil.copytree(folder, Path(created.path) / FILES)
    log.info("%s is in BentoML's model store", tag)
    return tag


def _stored(tag: str) -> Any:
    import bentoml

    try:
        return bentoml.models.get(tag)
    except bentoml.exceptions.NotFound:
        return None
