"""The record of promotions: which version is the champion, the challenger, the shadow, and since when.

What a service loads is decided by the database's record, not by the registry: version and digest were written there
when somebody promoted it, and files of any other digest are refused. The registry's aliases say the same to people who
look there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from docflow.classify import ScoringClassifier
from docflow.errors import DigestMismatch, ModelNotFound, NoChampion, PromotionRefused
from docflow.registry import CHALLENGER, CHAMPION, SHADOW, Registry
from docflow.rollout.evidence import Evidence
from docflow.rollout.files import bring, fetch, load_promoted, publish
from docflow.rollout.standing import NOBODY, PREDECESSOR, former_champion, recorded_champion, trial_of
from docflow.rollout.telling import tell_registry
from docflow.settings import Settings
from docflow.store import Promotion, Store

log = logging.getLogger(__name__)


def promote(
    version: str,
    *,
    settings: Settings,
    store: Store,
    registry: Registry,
    promoted_by: str,
    reason: str = "",
    verdict: Mapping[str, Any] | None = None,
    measured: Mapping[str, float] | None = None,
    alias: str = CHAMPION,
    instead_of: str | None = None,
    forced: bool = False,
) -> Promotion:
    """The record that makes this version the champion, its files being those that were registered.

    Nothing is judged here: `docflow.promoting` does that, and hands on its `verdict`, what it `measured`, and the
    digest of what it compared with as `instead_of`, which is `NOBODY` where there was none. The files are published as
    a blob first, from where services take them without the registry. The former champion goes on in the shadow where
    `rollout.keep_predecessor` says so and no other version is tried there. With another `alias`, the version is put on
    trial as that, and as that alone.

    Raises `ModelNotFound` where the registry has no such version or its files are gone, `DigestMismatch` where they
    have changed since they were registered, `ModelFileError` where this version of DocFlow cannot load them, and
    `PromotionRefused` where other files than those of `instead_of` have the alias by now.
    """
    name = settings.classify.model_name
    registered = registry.version(name, version=version)
    folder = fetch(registered.version, digest=registered.digest, settings=settings, registry=registry)
    champion = store.current_promotion(model_name=name, alias=CHAMPION)
    if alias != CHAMPION and champion is None:
        raise NoChampion(f"no version of '{name}' was promoted yet, so there is none to compare with")
    if alias != CHAMPION and champion is not None and champion.digest == registered.digest:
        is_twin = champion.model_version != registered.version
        what = f"the same model as the champion, version {champion.model_version}" if is_twin else "the champion"
        raise PromotionRefused(
            f"version {version} is {what}: it cannot be tried against itself",
            next_step="Try a version with another digest: `docflow models list` has them.",
        )
    files = publish(folder, settings=settings)
    evidence = Evidence.gather(
        registered,
        folder,
        registry=registry,
        least_slice=settings.promotion.least_slice,
        alias=alias,
        promoted_by=promoted_by,
        reason=reason,
        verdict=verdict,
        measured=measured,
        forced=forced,
    )
    if alias == CHAMPION:
        followed = predecessor(registered.digest, settings=settings, store=store, promoted_by=promoted_by)
    else:
        followed = vacated(registered.digest, settings=settings, store=store, alias=alias, promoted_by=promoted_by)
    promotion = store.record_promotion(
        model_name=name,
        model_version=registered.version,
        digest=registered.digest,
        alias=alias,
        promoted_by=promoted_by,
        reason=reason,
        evidence=evidence.to_dict(),
        files=files,
        instead_of=instead_of,
        after=followed,
        promoted_at=evidence.promoted_at,
    )
    tell_registry(promotion, folder, settings=settings, store=store, registry=registry)
    return promotion


def withdraw(
    alias: str,
    *,
    settings: Settings,
    store: Store,
    withdrawn_by: str,
    registry: Registry | None = None,
    reason: str = "",
    verdict: Mapping[str, Any] | None = None,
    instead_of: str | None = None,
) -> Promotion:
    """The record that ends the trial of the version with this alias: from now on nobody has that part.

    Its evidence is about the version that was on trial, with the `verdict`, if it was judged.

    The registry is told afterwards, where it answers; it is opened where it is not given. Raises `ModelNotFound` where
    nobody has the alias, and `PromotionRefused` where other files than those of `instead_of`, a digest, have it by now.
    """
    trial = trial_of(alias, settings=settings, store=store) if alias in (CHALLENGER, SHADOW) else None
    if trial is None:
        raise ModelNotFound(f"no version is on trial as {alias}", next_step="`docflow models list` marks who is.")
    withdrawn = f"version {trial.model_version} withdrawn"
    told = f"{withdrawn}: {reason}" if reason else withdrawn
    evidence = Evidence.of(trial).again(alias=alias, promoted_by=withdrawn_by, reason=told, verdict=verdict)
    promotion = store.record_promotion(
        model_name=trial.model_name,
        model_version=NOBODY,
        digest=NOBODY,
        alias=alias,
        promoted_by=withdrawn_by,
        reason=told,
        evidence=evidence.to_dict(),
        instead_of=instead_of or trial.digest,
        promoted_at=evidence.promoted_at,
    )
    tell_registry(promotion, None, settings=settings, store=store, registry=registry)
    return promotion


def rollback(
    *,
    settings: Settings,
    store: Store,
    promoted_by: str,
    registry: Registry | None = None,
    why: str = "",
    verdict: Mapping[str, Any] | None = None,
) -> Promotion:
    """The record that makes the version promoted before the current one the champion again.

    A second rollback takes the first one back. Raises `NoChampion` where there was no other version before, and what
    `reinstate` raises.
    """
    current = recorded_champion(settings, store=store)
    earlier = former_champion(settings, store=store)
    if earlier is None:
        raise NoChampion(
            f"no other version of '{current.model_name}' was promoted before",
            next_step="Promote a version by its number: `docflow models promote VERSION`.",
        )
    told = f"rolled back from version {current.model_version}"
    return reinstate(
        earlier,
        settings=settings,
        store=store,
        promoted_by=promoted_by,
        registry=registry,
        reason=f"{told}: {why}" if why else told,
        verdict=verdict,
        instead_of=current.digest,
    )


def reinstate(
    recorded: Promotion,
    *,
    settings: Settings,
    store: Store,
    promoted_by: str,
    reason: str,
    registry: Registry | None = None,
    verdict: Mapping[str, Any] | None = None,
    alias: str = CHAMPION,
    instead_of: str | None = None,
) -> Promotion:
    """The record that gives this part to a version that was in force before, or is on trial, with its figures of then.

    It comes from where it was published, and is put on record whether or not the registry answers, which is told
    afterwards and opened where it is not given. Who gives way to a former champion is not asked in its shadow.

    Raises `DigestMismatch` where the version is not what it was on record, `ModelNotFound` where its files are gone,
    `ModelFileError` where this version of DocFlow cannot load it, and `PromotionRefused` where other files than those
    of `instead_of`, a digest, have the alias by now.
    """
    name = settings.classify.model_name
    folder = bring(recorded, settings=settings, registry_factory=None if registry is None else lambda: registry)
    files = publish(folder, settings=settings)
    metrics = store.metrics(model_name=name, model_version=recorded.model_version)
    known = Evidence.of(recorded).completed(folder, metrics=metrics)
    evidence = known.again(alias=alias, promoted_by=promoted_by, reason=reason, verdict=verdict)
    was_champion = any(
        p.digest == recorded.digest for p in store.promotions(model_name=name, alias=CHAMPION, limit=None)
    )
    if alias != CHAMPION:
        followed = vacated(recorded.digest, settings=settings, store=store, alias=alias, promoted_by=promoted_by)
    elif was_champion:
        followed = None
    else:
        followed = predecessor(recorded.digest, settings=settings, store=store, promoted_by=promoted_by)
    promotion = store.record_promotion(
        model_name=name,
        model_version=recorded.model_version,
        digest=recorded.digest,
        alias=alias,
        promoted_by=promoted_by,
        reason=reason,
        evidence=evidence.to_dict(),
        files=files,
        instead_of=instead_of,
        promoted_at=evidence.promoted_at,
        after=followed,
    )
    tell_registry(promotion, folder, settings=settings, store=store, registry=registry)
    return promotion


def vacated(digest: str, *, settings: Settings, store: Store, alias: str, promoted_by: str) -> Promotion | None:
    """What is to be put on record so that the version with this digest has `alias` alone; None where it does."""
    other = SHADOW if alias == CHALLENGER else CHALLENGER
    trial = trial_of(other, settings=settings, store=store)
    if trial is None or trial.digest != digest:
        return None
    return Promotion(
        model_name=trial.model_name,
        model_version=NOBODY,
        digest=NOBODY,
        alias=other,
        promoted_by=promoted_by,
        reason=f"version {trial.model_version} is the {alias}",
    )


def predecessor(digest: str, *, settings: Settings, store: Store, promoted_by: str) -> Promotion | None:
    """What is to be put on record so that the champion is asked in the shadow of the version with this digest.

    None where the settings do not want that, there is no other champion, or another version is tried in the shadow.
    """
    former = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    if not settings.rollout.keep_predecessor or former is None or former.digest == digest:
        return None
    shadow = trial_of(SHADOW, settings=settings, store=store)
    if shadow is not None and shadow.digest != digest and shadow.reason != PREDECESSOR:
        log.warning(
            "version %s stays on trial in the shadow, so the champion's predecessor is not asked", shadow.model_version
        )
        return None
    return Promotion(
        model_name=former.model_name,
        model_version=former.model_version,
        digest=former.digest,
        alias=SHADOW,
        promoted_by=promoted_by,
        reason=PREDECESSOR,
        files=former.files,
    )


def pull(settings: Settings, *, store: Store, registry_factory: Callable[[], Registry] | None = None) -> Path:
    """The folder with the champion's files, which are those whose digest was recorded at promotion.

    Raises `NoChampion`, and what `bring` raises.
    """
    champion = recorded_champion(settings, store=store)
    return bring(champion, settings=settings, registry_factory=registry_factory)


def bring_champion(settings: Settings, *, store: Store, or_former: bool = False) -> tuple[Promotion, Path]:
    """The promotion in force and the folder with its files, or with `or_former` those of the champion before it.

    That one comes where the champion's files are gone or others: a service that starts anew goes on with what it had.
    Raises `NoChampion`, and what `bring` raises.
    """
    champion = recorded_champion(settings, store=store)
    try:
        return champion, bring(champion, settings=settings)
    except (DigestMismatch, ModelNotFound) as error:
        former = former_champion(settings, store=store) if or_former else None
        if former is None:
            raise
        log.error("version %s refused, version %s is taken: %s", champion.model_version, former.model_version, error)
        return former, bring(former, settings=settings)


def load_champion(
    settings: Settings, *, store: Store, registry_factory: Callable[[], Registry] | None = None
) -> ScoringClassifier:
    """The champion, ready to classify, with the configured threshold if there is one.

    Raises what `pull` raises, and `ModelFileError`.
    """
    return load_promoted(recorded_champion(settings, store=store), settings=settings, registry_factory=registry_factory)
