"""Promotion as a job of its own: the challenger is judged against the champion before it takes its place."""

from __future__ import annotations

import time
from dataclasses import dataclass

from docflow import classify, rollout
from docflow.classify.gate import Costs, Verdict, judge
from docflow.errors import ModelNotFound, PromotionRefused
from docflow.labelling import labelled_texts
from docflow.recipes import HELD_OUT_ONE_IN, real_texts, recipe_of
from docflow.registry import CHAMPION, Registry
from docflow.settings import Settings
from docflow.store import Promotion, Store
from docflow.types import Classifier, LabelledText

TIMED_TEXTS = 50


@dataclass(frozen=True)
class Judged:
    """A promotion with the verdict that it rests on; None where there was nobody or nothing to compare with."""

    promotion: Promotion
    verdict: Verdict | None


def promote_if_better(
    version: str, *, settings: Settings, store: Store, registry: Registry, promoted_by: str, reason: str = ""
) -> Judged:
    """The promotion of a version that is better than the champion by the rules of the settings `promotion.*`.

    Without a champion, or with fewer labelled documents held out than the rules ask for, there is nothing to judge by:
    the version is promoted, and the record says so. Raises `PromotionRefused` with the reasons, or where another
    version became the champion meanwhile, and what `rollout.promote` raises.
    """
    # Before anything else is: whoever is promoted while this one is judged was not compared with.
    current = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    samples = documents_to_judge_by(store, settings=settings, registry=registry, version=version)
    verdict, told = None, "the first champion"
    if current is not None and current.model_version != version:
        told = f"not judged: {len(samples)} labelled documents are held out"
        if len(samples) >= settings.promotion.least_documents:
            verdict = compare_with_champion(version, samples, settings=settings, store=store, registry=registry)
            told = f"better by {verdict.gain:.3f} on {verdict.documents} documents"
            if not verdict.is_better:
                raise PromotionRefused(
                    f"version {version} is not to take the champion's place: {'; '.join(verdict.reasons)}",
                    detail=verdict.to_dict(),
                )
    promotion = rollout.promote(
        version,
        settings=settings,
        store=store,
        registry=registry,
        promoted_by=promoted_by,
        reason=f"{reason} ({told})" if reason else told,
        evidence=None if verdict is None else verdict.to_dict(),
        instead_of=None if current is None else current.model_version,
    )
    return Judged(promotion, verdict)


def documents_to_judge_by(
    store: Store, *, settings: Settings, registry: Registry, version: str | None = None
) -> list[LabelledText]:
    """The documents that people have labelled and that neither the champion nor this version has learnt from.

    Those that training holds out today, without what was learnt from when it was labelled otherwise or belonged to
    another source, and without near duplicates of that.
    """
    held_out = classify.hold_out(labelled_texts(store), one_in=HELD_OUT_ONE_IN)[1]
    champion = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    versions = {number for number in (version, champion and champion.model_version) if number}
    learnt: set[str] = set()
    for number in versions:
        learnt |= learnt_documents(number, settings=settings, store=store, registry=registry)
    return classify.apart_from(
        [one for one in held_out if one.document_id not in learnt],
        [one for one in held_out if one.document_id in learnt],
    )


def learnt_documents(version: str, *, settings: Settings, store: Store, registry: Registry) -> set[str]:
    """The ids of the labelled documents that the version learnt from, as far as its recipe tells."""
    try:
        recipe = recipe_of(registry.version(settings.classify.model_name, version=version))
    except ModelNotFound:
        # What was promoted serves from the blobs, whatever became of the registry.
        return set()
    return set() if recipe is None else {one.document_id for one in real_texts(recipe, store=store)[0]}


def compare_with_champion(
    version: str, samples: list[LabelledText], *, settings: Settings, store: Store, registry: Registry
) -> Verdict:
    """The verdict on a version, both models answering for the same samples."""
    name = settings.classify.model_name
    registered = registry.version(name, version=version)
    folder = rollout.fetch(version, digest=registered.digest, settings=settings, registry=registry)
    challenger = classify.load(
        folder, name=name, version=version, digest=registered.digest, threshold=settings.classify.threshold
    )
    champion = rollout.load_champion(settings, store=store, registry_factory=lambda: registry)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return judge(
        samples,
        champion=classify.answers(champion, samples),
        challenger=classify.answers(challenger, samples),
        costs=Costs(milliseconds_a_text(challenger, samples[:TIMED_TEXTS]), size),
        rules=settings.promotion,
    )


def milliseconds_a_text(classifier: Classifier, samples: list[LabelledText]) -> float:
    """The median time of one prediction, each document asked about alone."""
    taken = []
    for sample in samples:
        started = time.perf_counter()
        classify.answers(classifier, [sample])
        taken.append(time.perf_counter() - started)
    return 1000 * sorted(taken)[len(taken) // 2]
