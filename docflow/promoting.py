"""Promotion as a job of its own: the challenger is judged against the champion before it takes its place."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from docflow import classify, rollout
from docflow.classify.gate import Costs, Verdict, judge, over_budget, too_few
from docflow.errors import DigestMismatch, DocFlowError, ModelFileError, ModelNotFound, PromotionRefused
from docflow.labelling import labelled_texts
from docflow.recipes import HELD_OUT_ONE_IN, digest_of_samples, learnt_list, real_texts, recipe_of
from docflow.registry import CHALLENGER, CHAMPION, Registry, code_version, version_number
from docflow.rollout.files import load_promoted
from docflow.settings import Settings
from docflow.store import LabelOrigin, Promotion, Store
from docflow.synth import training_texts
from docflow.types import Classifier, LabelledText, ModelRef

log = logging.getLogger(__name__)

TIMED_TEXTS = 50
"""Texts whose median time is the model's; the first, for which it may load something, is one of many."""


@dataclass(frozen=True)
class Judged:
    """A promotion with the verdict that it rests on; None where there was nobody to compare with."""

    promotion: Promotion
    verdict: Verdict | None


@dataclass(frozen=True)
class Grounds:
    """What a verdict rests on, so that others can come to it again.

    `documents_digest` is that of the documents' texts and labels as they were; `rules` are the settings `promotion.*`,
    `code` is DocFlow's version and commit.
    """

    champion_version: str
    champion_digest: str
    document_ids: tuple[int, ...]
    documents_digest: str
    rules: dict[str, Any]
    code: dict[str, str]

    @classmethod
    def of(cls, samples: Sequence[LabelledText], *, champion: Promotion, settings: Settings) -> Self:
        """The grounds of judging against this champion on these documents, by the rules and the code of today."""
        return cls(
            champion_version=champion.model_version,
            champion_digest=champion.digest,
            document_ids=tuple(sorted(int(sample.document_id) for sample in samples if sample.document_id)),
            documents_digest=digest_of_samples(samples),
            rules=settings.promotion.model_dump(mode="json"),
            code=code_version(),
        )


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

    It keeps within the budgets of time and size in any case. Without a champion, or where the champion cannot be
    loaded, there is nobody to compare with: the version is promoted, and the record says so. `samples` are the
    `documents_to_judge_by` where the caller has them already.

    Raises `PromotionRefused` with the reasons, which may be that too few documents judge (`too_few_to_judge`), or where
    another version became the champion meanwhile, and what `rollout.promote` raises. What is refused is put on record.
    """
    version = version_number(version)
    # Before anything else is: whoever is promoted while this one is judged was not compared with.
    current = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    if samples is None:
        samples = documents_to_judge_by(store, settings=settings, registry=registry, version=version)
    # Before the other is fetched: in a registry that was made anew it may have the same number, and so the same folder.
    champion = None if current is None else load_if_whole(current, settings=settings, registry=registry)
    challenger, costs = weigh_costs(version, samples, settings=settings, registry=registry)
    reasons = over_budget(costs, rules=settings.promotion)
    verdict, grounds, told, next_step = None, dict[str, Any](), "", None
    if current is None:
        told = "the first champion"
    elif (current.model_version, current.digest) == (version, challenger.model.digest):
        told = "the champion already"
    elif champion is None:
        told = f"not judged: the champion, version {current.model_version}, cannot be loaded"
    elif few := too_few_to_judge(samples, settings=settings):
        reasons = (few, *reasons)
        next_step = more_to_judge_by(version, settings=settings)
    else:
        verdict = judge(
            samples,
            champion=classify.answers(champion, samples),
            challenger=classify.answers(challenger, samples),
            rules=settings.promotion,
        )
        grounds = verdict.to_dict() | asdict(Grounds.of(samples, champion=current, settings=settings))
        told = f"better by {verdict.gain:.3f} on {verdict.documents} documents"
        reasons = (*verdict.reasons, *reasons)
    evidence = grounds | {"costs": asdict(costs)}
    with refusals_on_record(
        challenger.model, alias=CHAMPION, store=store, asked_by=promoted_by, reason=reason, evidence=evidence
    ):
        if reasons:
            raise PromotionRefused(
                f"version {version} is not to take the champion's place: {'; '.join(reasons)}",
                detail={"reasons": reasons},
                next_step=next_step,
            )
        promotion = rollout.promote(
            version,
            settings=settings,
            store=store,
            registry=registry,
            promoted_by=promoted_by,
            reason=f"{reason} ({told})" if reason else told,
            verdict=grounds or None,
            measured=costs.as_metrics(),
            instead_of=rollout.NOBODY if current is None else current.digest,
        )
    return Judged(promotion, verdict)


def put_on_trial(
    version: str,
    *,
    settings: Settings,
    store: Store,
    registry: Registry,
    promoted_by: str,
    reason: str = "",
    alias: str = CHALLENGER,
) -> Promotion:
    """The record that has a version tried beside the champion; it keeps within the budgets, as whoever is promoted.

    Raises `PromotionRefused`, which is put on record, where it does not, and what `rollout.promote` raises.
    """
    version = version_number(version)
    challenger, costs = weigh_costs(version, [], settings=settings, registry=registry)
    evidence = {"costs": asdict(costs)}
    with refusals_on_record(
        challenger.model, alias=alias, store=store, asked_by=promoted_by, reason=reason, evidence=evidence
    ):
        if reasons := over_budget(costs, rules=settings.promotion):
            raise PromotionRefused(
                f"version {version} is not to be tried: {'; '.join(reasons)}", detail={"reasons": reasons}
            )
        return rollout.promote(
            version,
            settings=settings,
            store=store,
            registry=registry,
            promoted_by=promoted_by,
            reason=reason,
            measured=costs.as_metrics(),
            alias=alias,
        )


@contextmanager
def refusals_on_record(
    model: ModelRef, *, alias: str, store: Store, asked_by: str, reason: str, evidence: Mapping[str, Any]
) -> Iterator[None]:
    """Within it, what is refused is put on record, with who asked for it and why, and is raised all the same.

    Its detail is then this evidence, too, whoever refused it: the rules, or another version that came first. A refusal
    that the database does not take is one nevertheless: the log says that it is not on record.
    """
    try:
        yield
    except PromotionRefused as refused:
        refused.detail = {**evidence, **refused.detail}
        try:
            store.refusals.add(refused, model=model, alias=alias, asked_by=asked_by, reason=reason)
        except DocFlowError as error:
            log.error("version %s was refused, which is not on record: %s", model.version, error)
        raise


def load_if_whole(promotion: Promotion, *, settings: Settings, registry: Registry) -> Classifier | None:
    """The promoted version, ready to classify; None where its files are gone, were changed or do not load."""
    try:
        return load_promoted(promotion, settings=settings, registry_factory=lambda: registry)
    except (DigestMismatch, ModelFileError, ModelNotFound) as error:
        log.warning("version %s cannot be loaded: %s", promotion.model_version, error)
        return None


def too_few_to_judge(samples: Sequence[LabelledText], *, settings: Settings) -> str:
    """Why these `documents_to_judge_by` cannot tell which version is better, as a sentence; empty where they can."""
    few = too_few(samples, rules=settings.promotion)
    if not few:
        return ""
    unseen = "" if settings.rollout.fair_labels else ", and that people labelled before any model had answered"
    return f"of the labelled documents that are held out, that neither has learnt from{unseen}, {few}"


def more_to_judge_by(version: str, *, settings: Settings) -> str:
    """What to do where too few documents judge the version."""
    unseen = (
        "" if settings.rollout.fair_labels
        else ", such as nothing has answered yet, or set rollout.fair_labels where labels are a random sample of what "
        "came in, whatever was answered"
    )  # fmt: skip
    return (
        f"Label more documents{unseen}; or try it on the traffic with `docflow models challenge {version}`, or promote "
        "it all the same with --force and a --reason."
    )


def documents_to_judge_by(
    store: Store, *, settings: Settings, registry: Registry, version: str | None = None
) -> list[LabelledText]:
    """The documents that people have labelled and that neither the champion nor this version has learnt from.

    Those that training holds out today, without what was learnt from out of a folder, or when it was labelled otherwise
    or belonged to another source, and without near duplicates of that. Unless `rollout.fair_labels` says that labels
    are a random sample, they are those that were labelled before any model had answered: people mostly correct what was
    answered wrong, and by corrections, whoever did not answer seems better.
    """
    labelled = labelled_texts(store)
    held_out = classify.hold_out(labelled, one_in=HELD_OUT_ONE_IN)[1]
    champion = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    learnt: set[str] = set()
    if version is not None:
        learnt |= learnt_documents(version, settings=settings, store=store, registry=registry)
    if champion is not None:
        learnt |= learnt_documents(
            champion.model_version, digest=champion.digest, settings=settings, store=store, registry=registry
        )
    learnt_unlabelled = learnt.difference(one.document_id for one in labelled)
    # What is dropped afterwards joins what it resembles all the same.
    apart = classify.apart_from(
        [one for one in held_out if one.document_id not in learnt],
        # What was labelled and is not held out has its near duplicates beside it already.
        [*(one for one in held_out if one.document_id in learnt), *read_texts(learnt_unlabelled, store=store)],
    )
    if settings.rollout.fair_labels:
        return apart
    # Whoever labelled a document again since did not choose it.
    firsts = store.labels.firsts(origins=[LabelOrigin.HUMAN])
    return [one for one in apart if firsts[int(one.document_id)].predicted is None]


def learnt_documents(
    version: str, *, digest: str = "", settings: Settings, store: Store, registry: Registry
) -> set[str]:
    """The ids of the documents that the version learnt from, labelled or not; `digest` is that of its files.

    Older versions have no list of these: the recipe tells those that were labelled. Where documents of a folder came
    on top, or there is no recipe, any labelled document may be one that came in before the version was registered.
    """
    name = settings.classify.model_name
    try:
        registered = registry.version(name, version=version)
        is_gone = bool(digest) and registered.digest != digest
    except ModelNotFound:
        is_gone = True
    if is_gone:
        # What was promoted serves from the blobs, whatever became of the registry.
        promotions = store.promotions(model_name=name, limit=None)
        moments = [one.promoted_at for one in promotions if one.digest == digest]
        return labelled_by_now(store, came_until=min(moments, default=datetime.now(UTC)))
    listed = learnt_list(registered, registry=registry)
    if listed is not None:
        found = (store.document_by_hash(sha256) for sha256 in listed)
        return {str(document.id) for document in found if document is not None}
    recipe = recipe_of(registered)
    if recipe is None or recipe.own_documents:
        return labelled_by_now(store, came_until=registered.created_at)
    return {one.document_id for one in real_texts(recipe, store=store)[0]}


def labelled_by_now(store: Store, *, came_until: datetime) -> set[str]:
    """The ids of the documents that people labelled, whenever that was, and that came in until the moment."""
    return {str(number) for number in store.labels.ever_labelled(came_until=came_until)}


def read_texts(document_ids: Iterable[str], *, store: Store) -> list[LabelledText]:
    """The texts of those of the documents that were read, whatever they are."""
    ids = sorted(map(int, document_ids))
    found = ((number, store.latest_recognition(number)) for number in ids)
    return [LabelledText(one.text, "", "", document_id=str(number)) for number, one in found if one is not None]


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
