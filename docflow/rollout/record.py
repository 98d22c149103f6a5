"""The record of promotions: which version is the champion, the challenger, the shadow, and since when.

What a service loads is decided by the database's record, not by the registry: version and digest were written there
when somebody promoted it, and files of any other digest are refused. The registry's aliases say the same to people who
look there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docflow.classify import ScoringClassifier
from docflow.errors import ModelNotFound, NoChampion, PromotionRefused
from docflow.registry import CHALLENGER, CHAMPION, SHADOW, Registry
from docflow.rollout.evidence import evidence_pack
from docflow.rollout.files import bring, fetch, load_promoted, publish
from docflow.settings import Settings
from docflow.store import Promotion, Store

EVIDENCE_FOLDER = "evidence"
"""Beside a version's files in the registry; each promotion has a folder of its own in it, named after the moment."""


def promote(
    version: str,
    *,
    settings: Settings,
    store: Store,
    registry: Registry,
    promoted_by: str,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
    alias: str = CHAMPION,
) -> Promotion:
    """The record that makes this version the champion, its files being those that were registered.

    Nothing is judged here: `docflow.promoting` does that, and hands its verdict on as `evidence`. The files are
    published as a blob first, from where services take them without the registry, and an evidence pack is put beside
    the version. The former champion goes on in the shadow where `rollout.keep_predecessor` says so. With another
    `alias`, the version is put on trial as that.

    Raises `ModelNotFound`, and `DigestMismatch` where the registry's files have changed since they were registered.
    """
    name = settings.classify.model_name
    registered = registry.version(name, version=version)
    folder = fetch(registered.version, digest=registered.digest, settings=settings, registry=registry)
    former = store.current_promotion(model_name=name, alias=CHAMPION)
    if alias != CHAMPION and former is None:
        raise NoChampion(f"no version of '{name}' was promoted yet, so there is none to compare with")
    if former is not None and alias != CHAMPION and former.digest == registered.digest:
        raise PromotionRefused(f"version {version} is the champion: it cannot be tried against itself")
    files = publish(folder, settings=settings)
    pack = evidence_pack(registered, folder, alias=alias, promoted_by=promoted_by, reason=reason, verdict=evidence)
    registry.attach(name, version=version, files=pack, under=f"{EVIDENCE_FOLDER}/{datetime.now(UTC):%Y%m%dT%H%M%S}")
    if alias == CHAMPION and former is not None and former.digest != registered.digest:
        keep_watch(former, settings=settings, store=store, registry=registry, promoted_by=promoted_by)
    registry.set_alias(name, alias=alias, version=registered.version)
    return store.record_promotion(
        model_name=name,
        model_version=registered.version,
        digest=registered.digest,
        alias=alias,
        promoted_by=promoted_by,
        reason=reason,
        evidence=evidence,
        files=files,
    )


def keep_watch(
    former: Promotion, *, settings: Settings, store: Store, registry: Registry, promoted_by: str
) -> Promotion | None:
    """The record that has the former champion asked in the shadow, where the settings want that."""
    if not settings.rollout.keep_predecessor:
        return None
    registry.set_alias(former.model_name, alias=SHADOW, version=former.model_version)
    return store.record_promotion(
        model_name=former.model_name,
        model_version=former.model_version,
        digest=former.digest,
        alias=SHADOW,
        promoted_by=promoted_by,
        reason="the champion's predecessor, to be brought back if it does better",
        files=former.files,
    )


def withdraw(
    alias: str,
    *,
    settings: Settings,
    store: Store,
    registry: Registry,
    withdrawn_by: str,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> Promotion:
    """The record that ends the trial of the version with this alias: from now on the champion has that part.

    Raises `NoChampion`, and `ModelNotFound` where nobody has the alias.
    """
    champion = recorded_champion(settings, store=store)
    on_trial = store.current_promotion(model_name=champion.model_name, alias=alias)
    if alias not in (CHALLENGER, SHADOW) or on_trial is None or on_trial.digest == champion.digest:
        raise ModelNotFound(f"no version is on trial as {alias}", next_step="`docflow models history` lists them.")
    registry.remove_alias(champion.model_name, alias=alias)
    return store.record_promotion(
        model_name=champion.model_name,
        model_version=champion.model_version,
        digest=champion.digest,
        alias=alias,
        promoted_by=withdrawn_by,
        reason=f"version {on_trial.model_version} withdrawn: {reason}" if reason else "withdrawn",
        evidence=evidence,
        files=champion.files,
    )


def rollback(*, settings: Settings, store: Store, registry: Registry, promoted_by: str) -> Promotion:
    """The record that makes the version promoted before the current one the champion again.

    A second rollback takes the first one back. Raises `NoChampion` where there was no other version before,
    and `DigestMismatch` where the earlier version is not what it was when it was promoted.
    """
    name = settings.classify.model_name
    promotions = store.promotions(model_name=name, alias=CHAMPION, limit=None)
    earlier = next((p for p in promotions if p.model_version != promotions[0].model_version), None)
    if earlier is None:
        raise NoChampion(
            f"no other version of '{name}' was promoted before",
            next_step="Promote a version by its number: `docflow models promote VERSION`.",
        )
    fetch(earlier.model_version, digest=earlier.digest, settings=settings, registry=registry)
    return promote(
        earlier.model_version,
        settings=settings,
        store=store,
        registry=registry,
        promoted_by=promoted_by,
        reason=f"rolled back from version {promotions[0].model_version}",
    )


def pull(settings: Settings, *, store: Store, registry_factory: Callable[[], Registry] | None = None) -> Path:
    """The folder with the champion's files, which are those whose digest was recorded at promotion.

    Raises `NoChampion`, and what `bring` raises.
    """
    champion = recorded_champion(settings, store=store)
    return bring(champion, settings=settings, registry_factory=registry_factory)


def load_champion(
    settings: Settings, *, store: Store, registry_factory: Callable[[], Registry] | None = None
) -> ScoringClassifier:
    """The champion, ready to classify, with the configured threshold if there is one.

    Raises what `pull` raises, and `ModelFileError`.
    """
    return load_promoted(recorded_champion(settings, store=store), settings=settings, registry_factory=registry_factory)


def recorded_champion(settings: Settings, *, store: Store) -> Promotion:
    """The promotion in force; `NoChampion` where nothing was promoted."""
    promotion = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    if promotion is None:
        raise NoChampion(f"no version of '{settings.classify.model_name}' was promoted yet")
    return promotion
