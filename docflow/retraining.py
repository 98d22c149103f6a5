"""Continuous training: whether it is time, whether anything would change, and what becomes of the new version."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from docflow import learning, rollout
from docflow.errors import DigestMismatch, ModelFileError, ModelNotFound, PromotionRefused
from docflow.promoting import documents_to_judge_by, promote_if_better, put_on_trial, too_few_to_judge
from docflow.recipes import SAMPLES_TAG, Recipe, gather, recipe_of, train_by
from docflow.registry import CHALLENGER, CHAMPION, ModelVersion, Registry, code_version
from docflow.settings import Settings
from docflow.store import Store

log = logging.getLogger(__name__)

FATE_TAG, PENDING, UNLOADABLE = "retraining", "pending", "unloadable"
"""What became of a version that was trained by itself; pending where something failed before that was known."""


class Result(StrEnum):
    """What came of looking whether to train."""

    NOTHING = "nothing"
    PROMOTED = "promoted"
    ON_TRIAL = "on_trial"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Retraining:
    """What was done and why; `version` is the new one, None where nothing was trained."""

    result: Result
    why: str
    version: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain JSON."""
        return asdict(self)


def retrain(
    settings: Settings,
    *,
    store: Store,
    registry: Registry,
    by: str,
    drift: str = "",
    now: datetime | None = None,
    progress: Callable[[str], None] = learning.say_nothing,
) -> Retraining:
    """What came of it: nothing where it is not time or nothing would change, else a version and its fate.

    It is time with `training.new_labels` new labels, `training.most_days` after the newest version, or on drift, where
    `drift` says how the documents have drifted, which goes into the reasons of what is done. The version is judged as
    any other; with too few labelled documents to judge by, it is tried as the challenger, since nobody is there to
    answer for it. One that is pending and can never be loaded is refused for that, and what it learnt counts as new.
    `progress` is called with the name of each step as it begins. Raises what training and promoting raise.
    """
    moment = now or datetime.now(UTC)
    newest = newest_version(settings, registry=registry)
    if newest is not None and newest.tags.get(FATE_TAG) == PENDING:
        told = f"version {newest.version} was trained, and what came after it failed"
        try:
            return settle(newest, told, settings=settings, store=store, registry=registry, by=by)
        except (DigestMismatch, ModelFileError, ModelNotFound) as error:
            log.warning("version %s is refused, since it cannot be loaded: %s", newest.version, error)
            registry.tag(newest.name, version=newest.version, tags={FATE_TAG: UNLOADABLE})
            newest = newest_version(settings, registry=registry)
    reason = due(newest, settings=settings, store=store, drift=drift, now=moment)
    if not reason:
        assert newest is not None
        since = store.labels.count_since(learnt_until(newest))
        return Retraining(
            Result.NOTHING,
            f"{since} new labels since version {newest.version}, and {settings.training.new_labels} are worth training",
        )
    running = trial_in_the_way(settings, store=store, registry=registry)
    if running is not None:
        return Retraining(
            Result.NOTHING,
            f"{reason}, but version {running} is on trial, and too few labelled documents could judge another",
        )
    wanted = settings.training
    recipe = Recipe(
        generated=wanted.generated,
        seed=wanted.seed,
        candidate=wanted.candidate,
        tune=wanted.tune,
        labels_until=moment,
        auto_labels=wanted.auto_labels,
    )
    progress(f"gathering documents: {reason}")
    material = gather(recipe, store=store)
    if newest is not None and is_same(newest, recipe, samples_digest=material.digest):
        return Retraining(Result.NOTHING, f"{reason}, but data, recipe and code are those of version {newest.version}")
    tags = {FATE_TAG: PENDING}
    trained = train_by(
        recipe, material, settings=settings, store=store, registry=registry, tags=tags, progress=progress
    )
    progress("judging")
    return settle(trained.version, reason, settings=settings, store=store, registry=registry, by=by)


def trial_in_the_way(settings: Settings, *, store: Store, registry: Registry) -> str | None:
    """The version on trial as the challenger that a new one would drive out undecided; None where there is none.

    Another trial would start the count of outcomes anew each time, and none would ever end.
    """
    champion = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    on_trial = rollout.parts_in_force(settings, store=store).get(CHALLENGER) if champion else None
    if on_trial is None:
        return None
    samples = documents_to_judge_by(store, settings=settings, registry=registry)
    return on_trial.model_version if too_few_to_judge(samples, settings=settings) else None


def newest_version(settings: Settings, *, registry: Registry) -> ModelVersion | None:
    """The version that was registered last, if any, of those that can be loaded as far as is known."""
    versions = registry.versions(settings.classify.model_name)
    loadable = (one for one in versions if one.tags.get(FATE_TAG) != UNLOADABLE)
    return max(loadable, key=lambda one: int(one.version), default=None)


def due(newest: ModelVersion | None, *, settings: Settings, store: Store, drift: str, now: datetime) -> str:
    """Why it is time to train; empty where it is not."""
    if newest is None:
        return "the first version"
    if drift:
        return drift
    labels = store.labels.count_since(learnt_until(newest))
    if labels >= settings.training.new_labels:
        return f"{labels} new labels since version {newest.version}"
    if now - newest.created_at >= timedelta(days=settings.training.most_days):
        return f"version {newest.version} is older than {settings.training.most_days:g} days"
    return ""


def learnt_until(version: ModelVersion) -> datetime | None:
    """The moment until which the version learnt labels: training takes a while, in which more may come.

    None where it learnt from none; its registration where it carries no recipe.
    """
    recipe = recipe_of(version)
    return version.created_at if recipe is None else recipe.labels_until


def is_same(newest: ModelVersion, recipe: Recipe, *, samples_digest: str) -> bool:
    """Whether training would make the newest version again: the same texts, recipe and code."""
    made_by = recipe_of(newest)
    return (
        made_by is not None
        and made_by.model_copy(update={"labels_until": recipe.labels_until}) == recipe
        and newest.tags.get(SAMPLES_TAG) == samples_digest
        and code_version().items() <= newest.tags.items()
    )


def settle(
    version: ModelVersion, reason: str, *, settings: Settings, store: Store, registry: Registry, by: str
) -> Retraining:
    """What becomes of the version, which carries it from then on: until it does, the next look settles it."""
    settled = fate_of(version, reason, settings=settings, store=store, registry=registry, by=by)
    registry.tag(version.name, version=version.version, tags={FATE_TAG: settled.result})
    return settled


def fate_of(
    new: ModelVersion, reason: str, *, settings: Settings, store: Store, registry: Registry, by: str
) -> Retraining:
    """The version promoted by the rules, refused by them, or on trial where they have too little to judge by."""
    version = new.version
    champion = store.current_promotion(model_name=new.name, alias=CHAMPION)
    if champion is not None and champion.digest == new.digest:
        return Retraining(
            Result.NOTHING, f"{reason}, but training made the champion again, version {champion.model_version}"
        )
    samples = documents_to_judge_by(store, settings=settings, registry=registry, version=version)
    try:
        if champion is not None and too_few_to_judge(samples, settings=settings):
            put_on_trial(version, settings=settings, store=store, registry=registry, promoted_by=by, reason=reason)
            return Retraining(Result.ON_TRIAL, f"{reason}; too few labelled documents to judge by", version)
        judged = promote_if_better(
            version,
            settings=settings,
            store=store,
            registry=registry,
            promoted_by=by,
            reason=reason,
            samples=samples,
        )
    except PromotionRefused as error:
        return Retraining(Result.REFUSED, f"{reason}; {error.message}", version)
    return Retraining(Result.PROMOTED, judged.promotion.reason, version)
