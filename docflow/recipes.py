"""All that decides which model training makes, written down so that it can be made again."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docflow import classify, learning
from docflow.classify import CANDIDATES, CandidateChoice, Trial
from docflow.classify.blocks import has_many_real
from docflow.classify.libraries import library_versions
from docflow.errors import DigestMismatch, ModelNotFound, TrainingDataError
from docflow.labelling import GENERATED_LABELS, labelled_texts
from docflow.learning import KNOBS_TAG, Trained
from docflow.registry import ModelVersion, Registry, code_version
from docflow.settings import Settings
from docflow.store import LabelOrigin, Store
from docflow.synth import HARDLY_READ, training_texts
from docflow.types import LabelledText

log = logging.getLogger(__name__)

HELD_OUT_ONE_IN = 10
"""One source of labelled documents, and one generated text, in so many is kept from training, to judge by."""

RECIPE_TAG = "recipe"
SAMPLES_TAG, HELD_OUT_TAG = "samples_digest", "held_out_digest"
LEARNT_FOLDER, LEARNT_FILE = "learnt", "documents.json"
"""Beside a version's files in the registry: the SHA-256 of each document that it learnt from, labelled or your own."""

NO_TAGS: Mapping[str, str] = {}

Track = Callable[[Iterable[LabelledText], int], Iterable[LabelledText]]
"""Follows how far the texts have come, of which there are so many."""


class Recipe(BaseModel):
    """How a version came about: generated texts, labels as they were at a moment (None: without), candidate and seed.

    Automatic labels are learnt from where `auto_labels` says so, and never judged by.

    `own_documents` counts those that were handed over beside; a version that learnt from such cannot be made again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    generated: int = Field(ge=0)
    seed: int = 0
    candidate: CandidateChoice = "linear"
    tune: int = 0
    labels_until: datetime | None = None
    auto_labels: bool = False
    own_documents: int = 0


@dataclass(frozen=True)
class Material:
    """What a recipe trains on and what it is judged by, real and generated; `digest` is that of the former."""

    learnt: list[LabelledText]
    held_out: list[LabelledText]
    digest: str


def ignore(_trial: Trial) -> None:
    """Trials that nobody hears of."""


def untracked(texts: Iterable[LabelledText], _total: int) -> Iterable[LabelledText]:
    """The texts, followed by nobody."""
    return texts


def gather(recipe: Recipe, *, store: Store, own: Sequence[LabelledText] = (), track: Track = untracked) -> Material:
    """The recipe's texts: generated ones, those that people have labelled, and your `own`.

    Of some generated ones hardly a word is read where there are no others: see `docflow.synth.generate.HARDLY_READ`.
    Raises `SettingsError` where what trains the candidate is not installed.
    """
    real, held_out = real_texts(recipe, store=store, own=own)
    candidate, unread = CANDIDATES[recipe.candidate], 0.0 if real else HARDLY_READ
    # Before minutes of work that would be in vain.
    beside = GENERATED_LABELS if recipe.generated else frozenset[str]()
    candidate.check(many_real=has_many_real(real, beside=beside))
    generated = training_texts(recipe.generated, seed=recipe.seed, unread=unread, thumbnails=candidate.looks)
    made = list(track(generated, recipe.generated))
    # Generated ones have few sources, which are layouts: the model needs them all, so that what is held out of them
    # has new texts in layouts that were learnt, and is judged by apart.
    learnt = real + [sample for row, sample in enumerate(made) if row % HELD_OUT_ONE_IN]
    learnt = without_rare(learnt, kept={sample.label for sample in own})
    return Material(learnt, held_out + made[::HELD_OUT_ONE_IN], digest_of_samples(learnt))


def real_texts(
    recipe: Recipe, *, store: Store, own: Sequence[LabelledText] = ()
) -> tuple[list[LabelledText], list[LabelledText]]:
    """The recipe's documents that are not generated, to learn from and to judge by.

    What a machine labelled is learnt from at most, and only where nothing like it is judged by.
    """
    real = list(own)
    if recipe.labels_until is not None:
        real += labelled_texts(store, until=recipe.labels_until)
    learnt, held_out = classify.hold_out(real, one_in=HELD_OUT_ONE_IN)
    if recipe.labels_until is not None and recipe.auto_labels:
        by_machine = labelled_texts(store, origins=(LabelOrigin.AUTO,), until=recipe.labels_until)
        learnt += classify.apart_from(by_machine, held_out)
    return learnt, held_out


def without_rare(samples: Sequence[LabelledText], *, kept: Set[str]) -> list[LabelledText]:
    """The samples of labels with documents enough to learn from, and of those `kept`; others are named in the log.

    One label that was mistyped must not stop the training of all others.
    """
    counts = Counter(sample.label for sample in samples)
    rare = {label: n for label, n in sorted(counts.items()) if n < classify.LEAST_PER_LABEL and label not in kept}
    if rare:
        told = ", ".join(f"{label} ({count})" for label, count in rare.items())
        log.warning("labels with under %s documents are not learnt: %s", classify.LEAST_PER_LABEL, told)
    return [sample for sample in samples if sample.label not in rare]


def digest_of_samples(samples: Sequence[LabelledText]) -> str:
    """SHA-256 over what training sees of the samples, whatever their order."""
    each = sorted(
        json.dumps(
            [one.label, one.language, one.group, one.text, one.is_generated, *["automatic"] * one.is_automatic]
        ).encode()
        + one.thumbnail
        for one in samples
    )
    return hashlib.sha256(b"\n".join(each)).hexdigest()


def train_by(
    recipe: Recipe,
    material: Material,
    *,
    settings: Settings,
    store: Store,
    registry: Registry,
    tags: Mapping[str, str] = NO_TAGS,
    progress: Callable[[str], None] = learning.say_nothing,
) -> Trained:
    """The version that the recipe makes of its material; it carries the recipe, and the `tags`.

    The documents of the store that it learnt from are listed beside it. Raises what `learning.train` does.
    """
    # Training takes a while, in which documents may go.
    stored = {int(one.document_id) for one in material.learnt if one.document_id and not one.is_generated}
    learnt = sorted({store.document(number).sha256 for number in stored})
    trained = learning.train(
        material.learnt,
        settings=settings,
        store=store,
        registry=registry,
        held_out=material.held_out,
        candidate=recipe.candidate,
        tune=recipe.tune,
        seed=recipe.seed,
        tags={
            RECIPE_TAG: recipe.model_dump_json(),
            SAMPLES_TAG: material.digest,
            HELD_OUT_TAG: digest_of_samples(material.held_out),
            **tags,
        },
        progress=progress,
    )
    registry.attach(
        trained.version.name,
        version=trained.version.version,
        files={LEARNT_FILE: json.dumps(learnt, indent=0).encode()},
        under=LEARNT_FOLDER,
    )
    return trained


def recipe_of(version: ModelVersion) -> Recipe | None:
    """The recipe that the version carries; None where it has none that this code can read."""
    try:
        return Recipe.model_validate_json(version.tags.get(RECIPE_TAG, ""))
    except ValidationError:
        return None


def learnt_list(version: ModelVersion, *, registry: Registry) -> list[str] | None:
    """The SHA-256 of each document that the version learnt from; None where they are not listed beside it.

    Raises `RegistryUnavailable`.
    """
    path = f"{LEARNT_FOLDER}/{LEARNT_FILE}"
    try:
        listed: list[str] = json.loads(registry.attached(version.name, version=version.version, path=path))
    except ModelNotFound:
        return None
    return listed


def changed_since(version: ModelVersion) -> dict[str, tuple[str, str]]:
    """What the version was trained with and what is here instead, of the code and the libraries, by their names."""
    here = code_version() | library_versions("neural")
    return {name: (version.tags[name], now) for name, now in here.items() if version.tags.get(name, now) != now}


def reproduce(number: str, *, settings: Settings, store: Store, registry: Registry, track: Track = untracked) -> str:
    """The version's digest, after training it again from its recipe gave files of that same digest.

    Nothing is registered. Raises `TrainingDataError` for a version without a recipe, or that learnt from documents
    which were handed over, and `DigestMismatch` where data or files come out otherwise.
    """
    version = registry.version(settings.classify.model_name, version=number)
    recipe = recipe_of(version)
    if recipe is None or recipe.own_documents:
        told = "carries no recipe" if recipe is None else "learnt from documents that DocFlow does not keep"
        raise TrainingDataError(
            f"version {number} {told}: it cannot be made again",
            next_step="Take such documents in with `docflow labels import`, and train on the labels.",
        )
    material = gather(recipe, store=store, track=track)
    recorded = version.tags.get(SAMPLES_TAG, "")
    changed = changed_since(version)
    told = "; ".join(f"{name} {was}, now {now}" for name, (was, now) in changed.items())
    next_step = (
        f"It was trained with {told}: train it with these, or train a new version." if changed
        else "Code and libraries are those of then: see whether documents were deleted or their labels changed by hand."
    )  # fmt: skip
    if material.digest != recorded:
        raise DigestMismatch(
            f"the documents that version {number} learnt from are not what they were",
            detail={"recorded": recorded, "found": material.digest, "changed": changed},
            next_step=next_step,
        )
    candidate = CANDIDATES[recipe.candidate]
    if KNOBS_TAG in version.tags:
        candidate = candidate.turned(json.loads(version.tags[KNOBS_TAG]))
    elif recipe.tune:
        candidate = classify.tune(candidate, material.learnt, trials=recipe.tune, seed=recipe.seed, told=ignore)
    with tempfile.TemporaryDirectory() as scratch:
        digest = classify.save(candidate.fit(material.learnt, seed=recipe.seed), Path(scratch))
    if digest != version.digest:
        raise DigestMismatch(
            f"training version {number} again gave other files",
            detail={"recorded": version.digest, "found": digest, "changed": changed},
            next_step=next_step,
        )
    return digest
