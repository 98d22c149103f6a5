"""The flows of the learning loop, run for real by Prefect: they decide by rule, and say so where nothing is due."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.asked import ask
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId

from docflow import learning
from docflow import rollout as models
from docflow.errors import SettingsError
from docflow.registry import open_registry
from docflow.settings import Settings, load_settings
from docflow.store import RecognitionKey, Store
from docflow.types import LabelledText, ModelRef, PageText, Prediction, TextSource, Variant
from flows.drift import drift
from flows.rollout import rollout
from flows.train import train

pytestmark = [
    pytest.mark.usefixtures("prefect_server"),
    # Prefect's own server leaves these behind when it is stopped in the same process.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that the flow will find, with two versions registered and the first promoted."""
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(tmp_path / "var"))
    return load_settings()


def two_kinds() -> list[LabelledText]:
    """Texts to learn from, of sources enough to hold some out."""
    texts = {"invoice": "invoice due payment vat", "letter": "dear sincerely regards yours"}
    return [
        LabelledText(f"{text} {number}", label, "eng", group=f"{label}{number % 4}")
        for label, text in texts.items()
        for number in range(12)
    ]


def say(store: Store, number: int, **labels: str) -> int:
    """A document about which these versions said these labels."""
    document, _ = store.add_document(
        sha256=str(number) * 64, filename="a", media_type="image/png", size=1, storage_path=str(number)
    )
    page = PageText(1, 9, 9, (), TextSource.OCR, "e", "1", "eng")
    key = RecognitionKey(engine="e", engine_version="1", languages="eng", settings_digest="")
    recognition = store.save_recognition(document.id, key=key, pages=[page], seconds=0.1)
    for version, label in labels.items():
        prediction = Prediction(
            label, 0.9, True, {"invoice": 0.5, "letter": 0.5}, ModelRef("docflow", version[1:], version), Variant.SHADOW
        )
        store.save_prediction(document.id, recognition_id=recognition.id, prediction=prediction)
    return document.id


def test_a_challenger_that_is_right_more_often_is_promoted_and_nobody_is_left_on_trial(settings: Settings) -> None:
    registry = open_registry(settings)
    with Store.open(settings.effective_database_url) as store:
        for seed in (0, 1):
            learning.train(two_kinds(), settings=settings, store=store, registry=registry, seed=seed)
        given = {"settings": settings, "store": store, "registry": registry, "promoted_by": "ann"}
        models.promote("1", **given)
        assert rollout() == []
        models.promote("2", alias="challenger", **given)
        for number in range(9):
            store.labels.add(say(store, number, v1="letter", v2="invoice"), label="invoice", who="ann")
        (verdict,) = rollout()
        assert (verdict["ruling"], verdict["version"], verdict["wins"]) == ("promote", "2", 9)
        champion = models.recorded_champion(settings, store=store)
        assert (champion.model_version, champion.promoted_by) == ("2", "the rollout flow")
        assert [v["alias"] for v in rollout()] == ["shadow"]


def test_the_training_flow_trains_the_first_version_and_then_says_that_nothing_would_change(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DOCFLOW_TRAINING__GENERATED", "150")
    first = train()
    stages = ["gathering documents: the first version", "training", "evaluating", "registering", "judging"]
    assert [one for one in caplog.messages if one in stages] == stages
    assert (first["result"], first["version"]) == ("promoted", "1")
    second = train(drift="the documents have drifted")
    assert (second["result"], second["version"]) == ("nothing", None)
    assert second["why"] == "the documents have drifted, but data, recipe and code are those of version 1"


def test_drift_starts_the_training_deployment_and_says_where_there_is_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCFLOW_DRIFT__REFERENCE", "100")
    monkeypatch.setenv("DOCFLOW_DRIFT__CURRENT", "50")
    registry = open_registry(settings)
    with Store.open(settings.effective_database_url) as store:
        learning.train(two_kinds(), settings=settings, store=store, registry=registry)
        models.promote("1", settings=settings, store=store, registry=registry, promoted_by="ann")
        ask(settings, store=store, version="1", documents=100)
        ask(settings, store=store, version="1", documents=50, label="passport")
    with pytest.raises(SettingsError, match="there is no deployment train/training to start"):
        drift()
    deployment_id = train.to_deployment("training").apply()
    seen = drift()
    assert seen["drifted"]
    with get_client(sync_client=True) as client:
        (run,) = client.read_flow_runs(deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id])))
    assert run.parameters == {"drift": seen["why"]}
    assert run.state is not None
    assert run.state.is_scheduled()
