"""What the registry is told of the record: its aliases, and the evidence beside each version."""

from __future__ import annotations

import logging
from pathlib import Path

from docflow.errors import (
    DigestMismatch,
    ModelFileError,
    ModelNotFound,
    RegistryError,
    StorageUnavailable,
)
from docflow.registry import Registry, open_registry
from docflow.rollout.aliases import RECORDED_ALIASES, recorded_aliases
from docflow.rollout.evidence import PROMOTION_FILE, evidence_pack, pack_folder
from docflow.rollout.files import bring
from docflow.rollout.standing import NOBODY
from docflow.settings import Settings
from docflow.store import Promotion, Store

log = logging.getLogger(__name__)


def tell_registry(
    promotion: Promotion, folder: Path | None, *, settings: Settings, store: Store, registry: Registry | None
) -> None:
    """Have the registry's aliases say what is on record, and put the evidence beside the version whose folder this is.

    What is on record is in force: a registry that fails is no more than a warning in the log, and is told of it with
    the next promotion.
    """
    try:
        registry = registry or open_registry(settings)
        set_aliases(settings=settings, store=store, registry=registry)
        if folder is not None:
            attach_evidence(promotion, folder, registry=registry)
            attach_missed(promotion, settings=settings, store=store, registry=registry)
    except RegistryError as error:
        log.warning("on record and in force, but the registry was not told: %s", error)


def set_aliases(*, settings: Settings, store: Store, registry: Registry) -> None:
    """Have each of the registry's aliases mean the version that has it by the record, or none."""
    name, recorded = settings.classify.model_name, recorded_aliases(settings, store=store)
    for alias in RECORDED_ALIASES:
        if alias in recorded:
            registry.set_alias(name, alias=alias, version=recorded[alias])
        else:
            registry.remove_alias(name, alias=alias)


def attach_evidence(promotion: Promotion, folder: Path, *, registry: Registry) -> None:
    """Put the evidence pack of this promotion beside the version."""
    name, version = promotion.model_name, promotion.model_version
    pack = evidence_pack(promotion, registry.version(name, version=version), folder)
    registry.attach(name, version=version, files=pack, under=pack_folder(promotion))


def attach_missed(after: Promotion, *, settings: Settings, store: Store, registry: Registry) -> None:
    """Put the evidence packs beside their versions that the registry has missed just before this promotion."""
    for promotion in store.promotions(model_name=after.model_name):
        if promotion.id >= after.id or promotion.evidence is None or promotion.digest == NOBODY:
            continue
        try:
            registry.attached(
                promotion.model_name,
                version=promotion.model_version,
                path=f"{pack_folder(promotion)}/{PROMOTION_FILE}",
            )
            return
        except ModelNotFound:
            log.info("the evidence of version %s was not told the registry yet", promotion.model_version)
        try:
            attach_evidence(
                promotion, bring(promotion, settings=settings, registry_factory=lambda: registry), registry=registry
            )
        except (DigestMismatch, ModelNotFound, ModelFileError, StorageUnavailable) as error:
            log.warning("no evidence beside version %s: %s", promotion.model_version, error)
