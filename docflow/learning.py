"""Training: a model from labelled texts, evaluated, logged with its figures and registered as a new version."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docflow import classify
from docflow.classify import CANDIDATES, CandidateChoice, Evaluation, FittedModel, Judged, Report, Trial
from docflow.registry import JudgedOn, ModelVersion, Registry, code_version
from docflow.settings import Settings
from docflow.store import Store
from docflow.types import LabelledText

__all__ = ["JudgedOn", "Trained", "train"]

KNOBS_TAG = "knobs"
"""What tuning chose, as JSON: another machine may get to more trials in its time, and choose otherwise."""

CANDIDATE_TAG = "candidate"
"""What kind of model a version is, also where the best was asked for."""

TRIAL_FIGURE, PRUNED_FIGURE = "mean_recall", "mean_recall_until_pruned"
"""A trial's mean recall over the labels, `unknown` among them; and where it was given up, that of the folds that were
judged by then, which is not to be ranked with that of all."""


@dataclass(frozen=True)
class Trained:
    """A newly registered version, how it does on the documents that say most of it, and the digest of its files.

    `why_less` says why it answers as a simpler candidate than its own, empty where it does not.
    """

    version: ModelVersion
    evaluation: Evaluation
    report: Report
    judged_on: JudgedOn
    digest: str
    why_less: str = ""


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

    What is evaluated on `held_out` are the written files, loaded again; the generated ones among them are judged by
    apart. Figures and reports are named as in `JudgedOn`. With `tune`, so many settings of the candidate's knobs are
    tried on `samples` first; each is a run nested under the version's. `tags` are put on the version beside our own:
    the data's digest, the candidate, the knobs that tuning chose, the code as it was when training began, and the
    versions of the libraries. `progress` is called with the name of each step as it begins.

    Raises `TrainingDataError`.
    """
    name = settings.classify.model_name
    # Before anything is fitted: what is committed meanwhile did not make the model.
    code = code_version()
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
        judged = {JudgedOn.OUT_OF_FOLD: model.judged}
        for kind, judges in by_origin(held_out).items():
            judged[kind] = Judged(classify.answers(written, judges), judges, classify.fair_groups(judges))
        evaluations, shown = dict[JudgedOn, Evaluation](), dict[JudgedOn, Report]()
        pictures, reports, metrics = dict[str, bytes](), dict[str, bytes](), dict[str, float]()
        for kind, found in judged.items():
            evaluation = evaluations[kind] = classify.compare(found.predictions, found.samples)
            report = shown[kind] = classify.report(found.predictions, found.samples, sources=found.sources)
            pictures[f"confusion_{kind}"] = classify.confusion_picture(evaluation)
            pictures[f"reliability_{kind}"] = classify.reliability_picture(report.reliability)
            reports |= {f"{kind}.json": report.to_json(), f"{kind}.md": report.to_markdown()}
            figures = evaluation.metrics()
            if kind is not JudgedOn.OUT_OF_FOLD:
                # A promotion's evidence takes its slices from the report whose intervals are among the figures.
                figures |= report.metrics()
            metrics |= {f"{kind}_{key}": value for key, value in figures.items()}
        all_tags = {
            **(tags or {}),
            "data_digest": str(model.training["data_digest"]),
            CANDIDATE_TAG: model.candidate,
            **({KNOBS_TAG: json.dumps(chosen.settings())} if tune else {}),
            **code,
            **classify.library_versions(model.candidate),
        }
        progress("registering")
        version = registry.log_training(
            folder,
            name=name,
            digest=digest,
            params=parameters(model),
            metrics=metrics,
            pictures=pictures,
            tags=all_tags,
            reports=reports,
        )
    for trial in trials:
        registry.log_trial(
            version.run_id,
            name=f"{candidate} trial {trial.number}",
            params={**trial.settings, "pruned": trial.is_pruned},
            metrics={PRUNED_FIGURE if trial.is_pruned else TRIAL_FIGURE: trial.mean_recall},
            tags=all_tags,
        )
    store.record_metrics(model_name=name, model_version=version.version, metrics=metrics)
    judged_on = next(kind for kind in JudgedOn if kind in evaluations)
    return Trained(
        version=version,
        evaluation=evaluations[judged_on],
        report=shown[judged_on],
        judged_on=judged_on,
        digest=digest,
        why_less=model.why_less,
    )


def by_origin(held_out: Sequence[LabelledText]) -> dict[JudgedOn, list[LabelledText]]:
    """The documents to judge by, real ones apart from generated ones; none of either is left out."""
    real = [sample for sample in held_out if not sample.is_generated]
    generated = [sample for sample in held_out if sample.is_generated]
    found = {JudgedOn.HELD_OUT: real, JudgedOn.HELD_OUT_GENERATED: generated}
    return {kind: samples for kind, samples in found.items() if samples}


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
