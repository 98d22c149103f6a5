from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from learning_case import Loop, samples
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts

from docflow import learning, rollout
from docflow.classify import describe, library_versions
from docflow.learning import JudgedOn, Trained
from docflow.registry import code_version
from docflow.types import LabelledText


def trained_and_judged(loop: Loop, held_out: list[LabelledText]) -> Trained:
    """A version that is judged by these documents."""
    return learning.train(
        samples(), settings=loop.settings, store=loop.store, registry=loop.registry, held_out=held_out
    )


def test_every_trial_is_a_run_nested_under_the_versions(loop: Loop, tmp_path: Path) -> None:
    trained = learning.train(
        samples(40),
        settings=loop.settings,
        store=loop.store,
        registry=loop.registry,
        held_out=samples(5, seed=99),
        tune=2,
    )
    uri = loop.settings.effective_tracking_uri
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    parent = client.get_run(trained.version.run_id)
    trials = client.search_runs([parent.info.experiment_id], f"tags.`mlflow.parentRunId` = '{trained.version.run_id}'")
    assert sorted(trial.info.run_name for trial in trials) == ["linear trial 0", "linear trial 1"]
    assert all(set(trial.data.metrics) == {"mean_recall"} for trial in trials)
    provenance = code_version() | {"data_digest": describe(loop.artifacts("1")).training["data_digest"]}
    for run in (parent, *trials):
        assert provenance.items() <= run.data.tags.items()
    report = download_artifacts(
        run_id=trained.version.run_id, artifact_path="reports/held_out.json", dst_path=str(tmp_path), tracking_uri=uri
    )
    cells = json.loads(Path(report).read_text(encoding="utf-8"))["cells"]
    assert sum(cell["count"] for cell in cells) == 10


def test_figures_of_real_documents_and_of_generated_ones_are_apart(loop: Loop) -> None:
    # The generated ones are labelled wrong, so that they can be told from the real ones by what comes out.
    generated = [replace(one, label=f"not {one.label}", is_generated=True) for one in samples(2, seed=98)]
    trained = trained_and_judged(loop, [*generated, *samples(5, seed=99)])
    figures = trained.version.metrics
    assert (figures["held_out_documents"], figures["held_out_macro_accuracy"]) == (10, 1)
    assert (figures["held_out_generated_documents"], figures["held_out_generated_macro_accuracy"]) == (4, 0)
    assert (trained.judged_on, trained.evaluation.count) == (JudgedOn.HELD_OUT, 10)
    run = loop.artifacts("1").parent
    assert sorted(path.name for path in (run / "reports").iterdir()) == [
        "held_out.json",
        "held_out.md",
        "held_out_generated.json",
        "held_out_generated.md",
        "out_of_fold.json",
        "out_of_fold.md",
    ]
    cells = json.loads((run / "reports" / "held_out_generated.json").read_text(encoding="utf-8"))["cells"]
    assert {cell["expected"] for cell in cells} == {"not invoice", "not letter"}
    assert {"reliability_held_out.png", "reliability_held_out_generated.png"} <= {
        path.name for path in (run / "pictures").iterdir()
    }


def test_figures_of_generated_documents_alone_are_named_so(loop: Loop) -> None:
    trained = trained_and_judged(loop, [replace(one, is_generated=True) for one in samples(5, seed=99)])
    assert trained.version.metrics["held_out_generated_documents"] == 10
    assert "held_out_documents" not in trained.version.metrics
    assert (trained.judged_on, trained.evaluation.count) == (JudgedOn.HELD_OUT_GENERATED, 10)


def test_without_held_out_documents_the_figures_and_the_report_are_those_out_of_fold(loop: Loop) -> None:
    named = [replace(one, document_id=str(row)) for row, one in enumerate(samples())]
    trained = learning.train(named, settings=loop.settings, store=loop.store, registry=loop.registry)
    assert (trained.judged_on, trained.evaluation.count) == (JudgedOn.OUT_OF_FOLD, 24)
    reports = loop.artifacts("1").parent / "reports"
    assert sorted(path.name for path in reports.iterdir()) == ["out_of_fold.json", "out_of_fold.md"]
    report = json.loads((reports / "out_of_fold.json").read_text(encoding="utf-8"))
    listed = [number for cell in report["cells"] for number in cell["documents"]]
    assert sorted(listed, key=int) == [one.document_id for one in named]
    assert report["accuracy"]["sources"] == 8
    assert report == json.loads(trained.report.to_json())


def test_a_registered_baseline_is_promoted_and_loaded_like_any_other(loop: Loop) -> None:
    learning.train(samples(), settings=loop.settings, store=loop.store, registry=loop.registry, candidate="paperless")
    loop.promote("1")
    champion = rollout.load_champion(loop.settings, store=loop.store)
    assert champion.predict(["invoice due payment vat"])[0].label == "invoice"


def test_a_trial_that_was_given_up_is_not_ranked_with_the_others(loop: Loop) -> None:
    chance, labels = random.Random(0), ("invoice", "letter")
    noisy = [replace(one, label=chance.choice(labels)) if chance.random() < 0.4 else one for one in samples(20)]
    trained = learning.train(
        noisy, settings=loop.settings, store=loop.store, registry=loop.registry, candidate="paperless", tune=6
    )
    uri = loop.settings.effective_tracking_uri
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    experiment = client.get_run(trained.version.run_id).info.experiment_id
    trials = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{trained.version.run_id}'")
    figures = {"True": {"mean_recall_until_pruned"}, "False": {"mean_recall"}}
    assert {trial.data.params["pruned"] for trial in trials} == set(figures)
    assert all(set(trial.data.metrics) == figures[trial.data.params["pruned"]] for trial in trials)


def test_a_version_names_the_code_as_it_was_when_training_began_and_its_libraries(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit(_step: str) -> None:
        """What somebody else does while the model is trained."""
        monkeypatch.setattr(learning, "code_version", lambda: {"git_commit": "f" * 40})

    before = code_version()
    version = learning.train(
        samples(), settings=loop.settings, store=loop.store, registry=loop.registry, progress=commit
    ).version
    assert (before | library_versions("linear")).items() <= version.tags.items()


def test_labels_of_any_name_are_trained_and_registered(loop: Loop) -> None:
    awkward = {"invoice": "n/a/", "letter": "."}
    named = [replace(one, label=awkward[one.label]) for one in samples()]
    assert {"held_out_recall/n/a:2F", "held_out_recall/:2E"} <= set(
        learning.train(
            named, settings=loop.settings, store=loop.store, registry=loop.registry, held_out=named
        ).version.metrics
    )
