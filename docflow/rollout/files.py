"""A promoted model's files: published where services find them, brought here, and never taken but with their digest."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from docflow import classify
from docflow.classify import ScoringClassifier
from docflow.errors import BlobNotFound, DigestMismatch, ModelFileError
from docflow.registry import Registry, open_registry, replace_folder
from docflow.settings import Settings
from docflow.store import BlobStore, Promotion

log = logging.getLogger(__name__)


def load_promoted(
    promotion: Promotion, *, settings: Settings, registry_factory: Callable[[], Registry] | None = None
) -> ScoringClassifier:
    """The promoted version, ready to classify, its digest verified.

    Raises what `bring` raises, and `ModelFileError`.
    """
    return classify.load(
        bring(promotion, settings=settings, registry_factory=registry_factory),
        name=promotion.model_name,
        version=promotion.model_version,
        digest=promotion.digest,
        threshold=settings.classify.threshold,
    )


def bring(promotion: Promotion, *, settings: Settings, registry_factory: Callable[[], Registry] | None = None) -> Path:
    """The folder with the promoted version's files, which are those whose digest was recorded.

    Where it is missing or its files have changed, they come from the published blob, or where that does not have them,
    from the registry. Raises `DigestMismatch` where neither has the right files, `ModelNotFound` where they are gone
    from both, and what says that one of them does not answer.
    """
    folder = folder_of(promotion.model_version, settings=settings)
    if holds(folder, digest=promotion.digest) or unpublish(promotion, folder, settings=settings):
        return folder
    registry = registry_factory() if registry_factory is not None else open_registry(settings)
    return fetch(promotion.model_version, digest=promotion.digest, settings=settings, registry=registry)


def publish(folder: Path, *, settings: Settings) -> str:
    """The key of the blob that now has the folder's files."""
    packed = classify.pack(folder)
    blobs = BlobStore.open(settings.effective_blobs_url, s3=settings.s3)
    return blobs.put(packed, sha256=hashlib.sha256(packed).hexdigest(), extension="zip")


def unpublish(promotion: Promotion, folder: Path, *, settings: Settings) -> bool:
    """Put the published files into the folder, whole or not at all; whether they are the promoted ones."""
    if promotion.files is None:
        return False
    try:
        packed = BlobStore.open(settings.effective_blobs_url, s3=settings.s3).get(promotion.files)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".published-") as scratch:
            fresh = Path(scratch) / "model"
            classify.unpack(packed, fresh)
            if not holds(fresh, digest=promotion.digest):
                log.warning("the published files of version %s are not the promoted ones", promotion.model_version)
                return False
            replace_folder(folder, fresh, scratch=Path(scratch))
    except (BlobNotFound, ModelFileError) as error:
        log.warning("the published files of version %s cannot be had: %s", promotion.model_version, error)
        return False
    return True


def fetch(version: str, *, digest: str, settings: Settings, registry: Registry) -> Path:
    """The version's folder, downloaded where it does not hold files of this digest already.

    Raises `DigestMismatch`, and removes the folder, where the registry's files have another digest, and
    `ModelNotFound` where it has none.
    """
    folder = folder_of(version, settings=settings)
    if holds(folder, digest=digest):
        return folder
    name = settings.classify.model_name
    log.info("fetching version %s of %s from the registry", version, name)
    registry.download(name, version=version, into=folder)
    if not holds(folder, digest=digest):
        shutil.rmtree(folder, ignore_errors=True)
        raise DigestMismatch(
            f"the registry's files of {name} version {version} are not the ones that were recorded",
            detail={"recorded": digest},
        )
    return folder


def holds(folder: Path, *, digest: str) -> bool:
    """Whether the folder has files, and they are those of this digest."""
    try:
        return classify.digest_of(folder) == digest
    except ModelFileError:
        return False


def folder_of(version: str, *, settings: Settings) -> Path:
    """Where the files of this version of the configured model lie."""
    return settings.var_dir / "models" / f"{settings.classify.model_name}-v{version}"
