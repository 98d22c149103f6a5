from __future__ import annotations

import json
from pathlib import Path

from learning_case import Loop, samples
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts

from docflow import learning, rollout


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
    assert all("macro_accuracy" in trial.data.metrics for trial in trials)
    assert {"docflow_version", "data_digest"} <= set(parent.data.tags)
    report = download_artifacts(
        run_id=trained.version.run_id, artifact_path="reports/held_out.json", dst_path=str(tmp_path), tracking_uri=uri
    )
    cells = json.loads(Path(report).read_text(encoding="utf-8"))["cells"]
    assert sum(len(cell["documents"]) for cell in cells) == 10


def test_a_registered_baseline_is_promoted_and_loaded_like_any_other(loop: Loop) -> None:
    learning.train(samples(), settings=loop.settings, store=loop.store, registry=loop.registry, candidate="paperless")
    loop.promote("1")
    champion = rollout.load_champion(loop.settings, store=loop.store)
    assert champion.predict(["invoice due payment vat"])[0].label == "invoice"
