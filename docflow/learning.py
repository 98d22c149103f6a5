"""The life of a model: trained, registered, promoted with its digest on record, pulled, loaded, rolled back.

What a service loads is decided by the database's record of promotions, not by the registry: version and
digest were written there when somebody promoted it, and files of any other digest are refused. The
registry's alias `champion` says the same to people who look there.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docflow import classify
from docflow.classify import CANDIDATES, CandidateName, Evaluation, FittedModel, ScoringClassifier, Trial
from docflow.errors import DigestMismatch, ModelFileError, NoChampion
from docflow.registry import CHAMPION, ModelVersion, Registry, code_version
from docflow.settings import Settings
from docflow.store import Promotion, Store
from docflow.types import LabelledText

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """A newly registered version, how it does, and the digest of its files.

    `evaluation` is that of the held-out documents, or where none were given, the out-of-fold one.
    """

    version: ModelVersion
    evaluation: Evaluation
    digest: str


def open_registry(settings: Settings) -> Registry:
    """The configured model registry; `RegistryUnavailable` where it does not answer."""
    return Registry.open(
        tracking_uri=settings.effective_tracking_uri,
        artifacts=settings.effective_artifacts,
        experiment=settings.mlflow.experiment,
    )


def say_nothing(_stage: str) -> None:
    """Progress that nobody follows."""


def train(
    samples: Sequence[LabelledText],
    *,
    settings: Settings,
    store: Store,
    registry: Registry,
    held_out: Sequence[LabelledText] = (),
    candidate: CandidateName = "linear",
    tune: int = 0,
    seed: int = 0,
    progress: Callable[[str], None] = say_nothing,
) -> Trained:
    """A model trained on `samples`, evaluated, logged with its figures and registered as a new version.

    What is evaluated on `held_out` are the written files, loaded again. Figures are named `held_out_…` and
    `out_of_fold_…`. With `tune`, so many settings of the candidate's knobs are tried on `samples` first; each is a run
    nested under the version's. `progress` is called with the name of each step as it begins.

    Raises `TrainingDataError`.
    """
    name = settings.classify.model_name
    chosen, trials = CANDIDATES[candidate], list[Trial]()
    if tune:
        progress("tuning")
        chosen = classify.tune(chosen, samples, trials=tune, seed=seed, told=trials.append)
    progress("training")
    model = chosen.fit(samples, seed=seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        digest = classify.save(model, folder)
        progress("evaluating")
        written = classify.load(folder, name=name, version="candidate", digest=digest)
        evaluations = {"out_of_fold": model.out_of_fold}
        pictures, reports, intervals = dict[str, bytes](), dict[str, bytes](), dict[str, float]()
        if held_out:
            said = written.predict([sample.text for sample in held_out])
            evaluations["held_out"] = classify.compare(said, held_out)
            shown = classify.report(said, held_out)
            pictures["reliability_held_out"] = classify.reliability_picture(shown.reliability)
            reports = {"held_out.json": shown.to_json(), "held_out.md": shown.to_markdown()}
            intervals = {f"held_out_{key}": value for key, value in shown.metrics().items()}
        metrics = {f"{kind}_{key}": value for kind, e in evaluations.items() for key, value in e.metrics().items()}
        metrics |= intervals
        tags = {"data_digest": str(model.training["data_digest"]), "candidate": model.candidate, **code_version()}
        progress("registering")
        version = registry.log_training(
            folder,
            name=name,
            digest=digest,
            params=parameters(model),
            metrics=metrics,
            pictures=pictures | {f"confusion_{kind}": classify.confusion_picture(e) for kind, e in evaluations.items()},
            tags=tags,
            reports=reports,
        )
    for trial in trials:
        registry.log_trial(
            version.run_id,
            name=f"{candidate} trial {trial.number}",
            params={**trial.settings, "pruned": trial.is_pruned},
            metrics={"macro_accuracy": trial.macro_accuracy},
            tags=tags,
        )
    store.record_metrics(model_name=name, model_version=version.version, metrics=metrics)
    return Trained(version=version, evaluation=evaluations.get("held_out", model.out_of_fold), digest=digest)


def parameters(model: FittedModel) -> dict[str, object]:
    """What the run says of how the model came about: one value a key."""
    counts = {
        f"documents/{label}/{language}": count
        for label, languages in model.training["counts"].items()
        for language, count in languages.items()
    }
    rest = {key: value for key, value in model.training.items() if key != "counts"}
    return rest | counts | {"labels": ", ".join(model.labels), "threshold": model.threshold}


def promote(
    version: str,
    *,
    settings: Settings,
    store: Store,
    registry: Registry,
    promoted_by: str,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> Promotion:
    """The record that makes this version the champion, its files being those that were registered.

    Nothing is judged here: `docflow.promoting` does that, and hands its verdict on as `evidence`.

    Raises `ModelNotFound`, and `DigestMismatch` where the registry's files have changed since they were registered.
    """
    name = settings.classify.model_name
    registered = registry.version(name, version=version)
    fetch(registered.version, digest=registered.digest, settings=settings, registry=registry)
    registry.set_alias(name, alias=CHAMPION, version=registered.version)
    return store.record_promotion(
        model_name=name,
        model_version=registered.version,
        digest=registered.digest,
        alias=CHAMPION,
        promoted_by=promoted_by,
        reason=reason,
        evidence=evidence,
    )


def rollback(*, settings: Settings, store: Store, registry: Registry, promoted_by: str) -> Promotion:
    """The record that makes the version promoted before the current one the champion again.

    A second rollback takes the first one back. Raises `NoChampion` where there was no other version before,
    and `DigestMismatch` where the earlier version is not what it was when it was promoted.
    """
    name = settings.classify.model_name
    promotions = [p for p in store.promotions(model_name=name) if p.alias == CHAMPION]
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

    The registry is opened only where the folder is missing or its files have changed; they are fetched
    again then. Raises `NoChampion`, and `DigestMismatch` where the registry does not have the right files
    either.
    """
    champion = recorded_champion(settings, store=store)
    folder = folder_of(champion.model_version, settings=settings)
    if not holds(folder, digest=champion.digest):
        registry = registry_factory() if registry_factory is not None else open_registry(settings)
        fetch(champion.model_version, digest=champion.digest, settings=settings, registry=registry)
    return folder


def load_champion(
    settings: Settings, *, store: Store, registry_factory: Callable[[], Registry] | None = None
) -> ScoringClassifier:
    """The champion, ready to classify, with the configured threshold if there is one.

    Raises what `pull` raises, and `ModelFileError`.
    """
    champion = recorded_champion(settings, store=store)
    folder = pull(settings, store=store, registry_factory=registry_factory)
    return classify.load(
        folder,
        name=champion.model_name,
        version=champion.model_version,
        digest=champion.digest,
        threshold=settings.classify.threshold,
    )


def recorded_champion(settings: Settings, *, store: Store) -> Promotion:
    """The promotion in force; `NoChampion` where nothing was promoted."""
    promotion = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    if promotion is None:
        raise NoChampion(f"no version of '{settings.classify.model_name}' was promoted yet")
    return promotion


def fetch(version: str, *, digest: str, settings: Settings, registry: Registry) -> Path:
    """The version's folder, downloaded where it does not hold files of this digest already.

    Raises `DigestMismatch`, and removes the folder, where the registry's files have another digest.
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
