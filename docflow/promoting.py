"""Promotion as a job of its own: the challenger is judged against the champion before it takes its place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from docflow import classify, rollout
from docflow.classify.gate import Costs, Verdict, judge, over_budget
from docflow.errors import ModelNotFound, PromotionRefused
from docflow.labelling import labelled_texts
from docflow.recipes import HELD_OUT_ONE_IN, real_texts, recipe_of
from docflow.registry import CHAMPION, Registry
from docflow.settings import Settings
from docflow.store import Promotion, Store
from docflow.synth import training_texts
from docflow.types import Classifier, LabelledText

TIMED_TEXTS = 50
"""Texts whose median time is the model's; the first, for which it may load something, is one of many."""


@dataclass(frozen=True)
class Judged:
    """A promotion with the verdict that it rests on; None where there was nobody or nothing to compare with."""

    promotion: Promotion
    verdict: Verdict | None


def promote_if_better(
    version: str,
    *,
    settings: Settings,
    store: Store,
    registry: Registry,
    promoted_by: str,
    reason: str = "",
    samples: Sequence[LabelledText] | None = None,
) -> Judged:
    """The promotion of a version that is better than the champion by the rules of the settings `promotion.*`.

    It keeps within the budgets of time and size in any case. Without a champion, or with fewer labelled documents held
    out than the rules ask for, there is nothing to judge by: the version is promoted, and the record says so. `samples`
    are the `documents_to_judge_by` where the caller has them already.

    Raises `PromotionRefused` with the reasons, or where another version became the champion meanwhile, and what
    `rollout.promote` raises.
    """
    # Before anything else is: whoever is promoted while this one is judged was not compared with.
    current = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    if samples is None:
        samples = documents_to_judge_by(store, settings=settings, registry=registry, version=version)
    challenger, costs = weigh_costs(version, samples, settings=settings, registry=registry)
    reasons = over_budget(costs, rules=settings.promotion)
    verdict = None
    if current is None:
        told = "the first champion"
    elif current.model_version == version:
        told = "the champion already"
    elif len(samples) < settings.promotion.least_documents:
        told = f"not judged: {len(samples)} labelled documents are held out"
    else:
        champion = rollout.load_champion(settings, store=store, registry_factory=lambda: registry)
        verdict = judge(
            samples,
            champion=classify.answers(champion, samples),
            challenger=classify.answers(challenger, samples),
            rules=settings.promotion,
        )
        told = f"better by {verdict.gain:.3f} on {verdict.documents} documents"
        reasons = (*verdict.reasons, *reasons)
    if reasons:
        raise PromotionRefused(
            f"version {version} is not to take the champion's place: {'; '.join(reasons)}",
            detail=({} if verdict is None else verdict.to_dict()) | {"reasons": reasons, "costs": asdict(costs)},
        )
    promotion = rollout.promote(
        version,
        settings=settings,
        store=store,
        registry=registry,
        promoted_by=promoted_by,
        reason=f"{reason} ({told})" if reason else told,
        verdict=None if verdict is None else verdict.to_dict(),
        measured={"milliseconds_a_text": costs.milliseconds, "bytes": float(costs.bytes)},
        instead_of=rollout.NOBODY if current is None else current.model_version,
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


def weigh_costs(
    version: str, samples: Sequence[LabelledText], *, settings: Settings, registry: Registry
) -> tuple[Classifier, Costs]:
    """The version, ready to classify, and what it costs, timed on these samples and on generated texts where few."""
    name = settings.classify.model_name
    registered = registry.version(name, version=version)
    folder = rollout.fetch(version, digest=registered.digest, settings=settings, registry=registry)
    classifier = classify.load(
        folder, name=name, version=version, digest=registered.digest, threshold=settings.classify.threshold
    )
    asked = [*samples[:TIMED_TEXTS], *training_texts(max(TIMED_TEXTS - len(samples), 0), seed=0)]
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return classifier, Costs(milliseconds_a_text(classifier, asked), size)


def milliseconds_a_text(classifier: Classifier, samples: Sequence[LabelledText]) -> float:
    """The median time of one prediction, each document asked about alone."""
    taken = []
    for sample in samples:
        started = time.perf_counter()
        classify.answers(classifier, [sample])
        taken.append(time.perf_counter() - started)
    return 1000 * sorted(taken)[len(taken) // 2]
