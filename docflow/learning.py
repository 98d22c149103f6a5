"""Training: a model from labelled texts, evaluated, logged with its figures and registered as a new version."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docflow import classify
from docflow.classify import CANDIDATES, CandidateChoice, Evaluation, FittedModel, Trial
from docflow.registry import ModelVersion, Registry, code_version
from docflow.settings import Settings
from docflow.store import Store
from docflow.types import LabelledText


@dataclass(frozen=True)
class Trained:
    """A newly registered version, how it does, and the digest of its files.

    `evaluation` is that of the held-out documents, or where none were given, the out-of-fold one.
    """

    version: ModelVersion
    evaluation: Evaluation
    digest: str


def say_nothing(_stage: str) -> None:
    """Progress that nobody follows."""


def train(
    samples: Sequence[LabelledText],
    *,
    settings: Settings,
    store: Store,
    registry: Registry,
    held_out: Sequence[LabelledText] = (),
    candidate: CandidateChoice = "linear",
    tune: int = 0,
    seed: int = 0,
    tags: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = say_nothing,
) -> Trained:
    """A model trained on `samples`, evaluated, logged with its figures and registered as a new version.

    What is evaluated on `held_out` are the written files, loaded again. Figures are named `held_out_…` and
    `out_of_fold_…`. With `tune`, so many settings of the candidate's knobs are tried on `samples` first; each is a run
    nested under the version's. `tags` are put on the version beside our own. `progress` is called with the name of
    each step as it begins.

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
            said = classify.answers(written, held_out)
            evaluations["held_out"] = classify.compare(said, held_out)
            shown = classify.report(said, held_out)
            pictures["reliability_held_out"] = classify.reliability_picture(shown.reliability)
            reports = {"held_out.json": shown.to_json(), "held_out.md": shown.to_markdown()}
            intervals = {f"held_out_{key}": value for key, value in shown.metrics().items()}
        metrics = {f"{kind}_{key}": value for kind, e in evaluations.items() for key, value in e.metrics().items()}
        metrics |= intervals
        all_tags = {
            **(tags or {}),
            "data_digest": str(model.training["data_digest"]),
            "candidate": model.candidate,
            **code_version(),
        }
        progress("registering")
        version = registry.log_training(
            folder,
            name=name,
            digest=digest,
            params=parameters(model),
            metrics=metrics,
            pictures=pictures | {f"confusion_{kind}": classify.confusion_picture(e) for kind, e in evaluations.items()},
            tags=all_tags,
            reports=reports,
        )
    for trial in trials:
        registry.log_trial(
            version.run_id,
            name=f"{candidate} trial {trial.number}",
            params={**trial.settings, "pruned": trial.is_pruned},
            metrics={"macro_accuracy": trial.macro_accuracy},
            tags=all_tags,
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
    compared = {f"compared/{name}": value for name, value in model.training.get("compared", {}).items()}
    rest = {key: value for key, value in model.training.items() if key not in {"counts", "compared"}}
    return rest | counts | compared | {"labels": ", ".join(model.labels), "threshold": model.threshold}
