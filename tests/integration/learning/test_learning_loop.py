from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from learning_case import Loop, never, samples

from docflow import learning, rollout
from docflow.errors import DigestMismatch, ModelNotFound, NoChampion, TrainingDataError
from docflow.registry import Registry
from docflow.rollout.standing import former_champion
from docflow.settings import ClassifySettings, PromotionSettings

INVOICE = "invoice payment vat due"


def test_training_registers_a_version_with_its_figures_and_promotes_nothing(loop: Loop) -> None:
    trained = loop.train()
    assert trained.version.version == "1"
    assert trained.version.digest == trained.digest
    assert trained.evaluation.count == 10
    assert trained.version.metrics["held_out_macro_accuracy"] == trained.evaluation.macro_accuracy
    assert trained.version.metrics["out_of_fold_documents"] == 24
    assert loop.store.metrics(model_name="docflow", model_version="1") == trained.version.metrics
    assert sorted(p.name for p in loop.artifacts("1").parent.glob("pictures/*")) == [
        "confusion_held_out.png",
        "confusion_out_of_fold.png",
        "reliability_held_out.png",
        "reliability_out_of_fold.png",
    ]
    with pytest.raises(NoChampion):
        rollout.load_champion(loop.settings, store=loop.store, registry_factory=never)


def test_without_held_out_documents_the_out_of_fold_ones_are_the_judge(loop: Loop) -> None:
    steps: list[str] = []
    trained = learning.train(
        samples(), settings=loop.settings, store=loop.store, registry=loop.registry, progress=steps.append
    )
    assert trained.evaluation.count == 24
    assert "held_out_accuracy" not in trained.version.metrics
    assert steps == ["training", "evaluating", "registering"]


def test_data_that_cannot_be_learnt_from_register_nothing(loop: Loop) -> None:
    with pytest.raises(TrainingDataError):
        learning.train(samples(3), settings=loop.settings, store=loop.store, registry=loop.registry)
    assert loop.registry.versions("docflow") == []


def test_a_promotion_is_on_record_and_the_champion_loads_without_the_registry(loop: Loop) -> None:
    trained = loop.train()
    promotion = loop.promote("1", reason="first")
    assert (promotion.model_version, promotion.digest) == ("1", trained.digest)
    assert (promotion.promoted_by, promotion.reason) == ("anna", "first")
    assert loop.registry.champion("docflow").version == "1"
    classifier = rollout.load_champion(loop.settings, store=loop.store, registry_factory=never)
    (prediction,) = classifier.predict([INVOICE])
    assert prediction.label == "invoice"
    assert (prediction.model.version, prediction.model.digest) == ("1", trained.digest)


def packs(loop: Loop, version: str) -> list[Path]:
    """The folders of evidence beside the version, the oldest promotion's first."""
    folders = loop.artifacts(version).parent.glob("evidence/*")
    return sorted(folders, key=lambda folder: int(folder.name.rpartition("-")[2]))


def test_a_promotion_leaves_its_evidence_on_record_and_beside_the_version(loop: Loop) -> None:
    rules = {"promotion": PromotionSettings(least_slice=5)}
    loop = replace(loop, settings=loop.settings.model_copy(update=rules))
    trained = loop.train()
    promotion = loop.promote("1", reason="first")
    (pack,) = packs(loop, "1")
    assert sorted(path.name for path in pack.iterdir()) == ["model-card.md", "promotion.json", "sbom.cdx.json"]
    told = json.loads((pack / "promotion.json").read_text(encoding="utf-8"))
    recorded = loop.store.current_promotion(model_name="docflow")
    assert recorded is not None
    assert told == recorded.evidence
    assert (told["promoted_by"], told["reason"], told["verdict"]) == ("anna", "first", None)
    assert datetime.fromisoformat(told["promoted_at"]) == recorded.promoted_at == promotion.promoted_at
    assert told["data_digest"] == trained.version.tags["data_digest"]
    assert told["metrics"] == trained.version.metrics
    assert (told["sliced"], told["slices"]["label invoice"]["documents"]) == ("held_out", 5)
    bill = (pack / "sbom.cdx.json").read_bytes()
    assert told["sbom"] == hashlib.sha256(bill).hexdigest()
    assert json.loads(bill)["components"][0]["properties"][0]["value"] == trained.digest
    card = (pack / "model-card.md").read_text(encoding="utf-8")
    assert f"made champion at {told['promoted_at']} by anna: first." in card
    assert "| label invoice | 5 | 1.000 |" in card


def test_every_promotion_of_a_version_has_evidence_of_its_own(loop: Loop) -> None:
    for seed in range(2):
        loop.train(seed=seed)
        loop.promote(str(seed + 1))
    back = loop.rollback()
    first, again = (json.loads((pack / "promotion.json").read_bytes()) for pack in packs(loop, "1"))
    assert again == back.evidence
    assert (first["promoted_by"], again["promoted_by"]) == ("anna", "boris")
    assert again["reason"] == "rolled back from version 2"
    assert again["promoted_at"] > first["promoted_at"]
    assert [one[key] for one in (first, again) for key in ("metrics", "data_digest")] == 2 * [
        first["metrics"], loop.registry.version("docflow", version="1").tags["data_digest"]
    ]  # fmt: skip


def test_rolling_back_to_what_was_promoted_without_evidence_still_tells_its_figures(loop: Loop) -> None:
    trained = loop.train()
    loop.store.record_promotion(model_name="docflow", model_version="1", digest=trained.digest, promoted_by="x")
    loop.train(seed=1)
    loop.promote("2")
    evidence = rollout.Evidence.of(loop.rollback())
    assert evidence.metrics == trained.version.metrics
    assert evidence.data_digest == trained.version.tags["data_digest"]


def test_a_report_that_is_gone_keeps_nobody_from_being_promoted(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.train()
    shutil.rmtree(loop.artifacts("1").parent / "reports")
    evidence = rollout.Evidence.of(loop.promote("1"))
    assert (evidence.sliced, evidence.slices) == (None, {})
    assert "the report of version 1 cannot be had" in caplog.text


def test_another_machine_pulls_the_champion_from_the_registry(loop: Loop) -> None:
    loop.train()
    loop.promote("1")
    shutil.rmtree(loop.folder("1"))
    loop.published("1").unlink()
    opened: list[Registry] = []

    def factory() -> Registry:
        opened.append(loop.registry)
        return loop.registry

    for _ in range(2):
        assert rollout.pull(loop.settings, store=loop.store, registry_factory=factory) == loop.folder("1")
    assert len(opened) == 1


def test_files_that_were_changed_here_are_fetched_again(loop: Loop) -> None:
    loop.train()
    loop.promote("1")
    (loop.folder("1") / "model.json").write_text("{}")
    (loop.folder("1") / "stray").touch()
    classifier = rollout.load_champion(loop.settings, store=loop.store, registry_factory=lambda: loop.registry)
    assert classifier.predict([INVOICE])[0].label == "invoice"


def test_files_that_were_changed_in_the_registry_are_never_promoted(loop: Loop) -> None:
    loop.train()
    with (loop.artifacts("1") / "model.json").open("a") as described:
        described.write(" ")
    with pytest.raises(DigestMismatch):
        loop.promote("1")
    assert loop.store.promotions(model_name="docflow") == []
    assert not loop.folder("1").exists()
    with pytest.raises(NoChampion):
        loop.registry.champion("docflow")


def test_files_that_were_changed_after_their_promotion_are_never_loaded(loop: Loop) -> None:
    loop.train()
    loop.promote("1")
    shutil.rmtree(loop.folder("1"))
    loop.published("1").write_bytes(b"spoilt")
    with (loop.artifacts("1") / "model.json").open("a") as described:
        described.write(" ")
    with pytest.raises(DigestMismatch):
        rollout.load_champion(loop.settings, store=loop.store, registry_factory=lambda: loop.registry)
    assert not loop.folder("1").exists()


def test_moving_the_alias_in_the_registry_changes_nothing_here(loop: Loop) -> None:
    loop.train()
    loop.train(seed=1)
    loop.promote("1")
    loop.registry.set_alias("docflow", alias="champion", version="2")
    champion = rollout.load_champion(loop.settings, store=loop.store, registry_factory=never)
    assert champion.model.version == "1"


def test_a_rollback_goes_to_the_version_promoted_before(loop: Loop) -> None:
    for seed in range(3):
        loop.train(seed=seed)
    for version in ("1", "3", "3"):
        loop.promote(version)
    promotion = loop.rollback()
    assert (promotion.model_version, promotion.promoted_by) == ("1", "boris")
    assert promotion.reason == "rolled back from version 3"
    assert loop.registry.champion("docflow").version == "1"
    assert rollout.load_champion(loop.settings, store=loop.store).model.version == "1"
    assert loop.rollback().model_version == "3"


def test_trials_and_repeated_promotions_do_not_hide_the_version_before(loop: Loop) -> None:
    digests = {seed + 1: loop.train(seed=seed).version.digest for seed in range(2)}
    loop.promote("1")
    loop.promote("2")
    for alias in ("challenger", "champion"):
        for _ in range(60):
            loop.store.record_promotion(
                model_name="docflow", model_version="2", digest=digests[2], alias=alias, promoted_by="anna"
            )
    assert loop.rollback().model_version == "1"


def test_a_version_of_the_same_number_in_a_registry_made_anew_is_another_champion(loop: Loop) -> None:
    trained = loop.train()
    first = loop.promote("1")
    loop.store.record_promotion(model_name="docflow", model_version="1", digest="another", promoted_by="anna")
    former = former_champion(loop.settings, store=loop.store)
    assert former is not None
    assert (former.id, former.digest) == (first.id, trained.digest)
    assert loop.rollback().digest == trained.digest


def test_without_an_earlier_version_there_is_nothing_to_roll_back_to(loop: Loop) -> None:
    with pytest.raises(NoChampion):
        loop.rollback()
    loop.train()
    loop.promote("1")
    with pytest.raises(NoChampion, match="before"):
        loop.rollback()


def test_a_version_that_does_not_exist_cannot_be_promoted(loop: Loop) -> None:
    loop.train()
    with pytest.raises(ModelNotFound):
        loop.promote("2")
    assert loop.store.promotions(model_name="docflow") == []


def test_the_configured_threshold_replaces_the_models_own(loop: Loop) -> None:
    loop.train()
    loop.promote("1")
    strict = loop.settings.model_copy(update={"classify": ClassifySettings(threshold=1.0)})
    assert rollout.load_champion(strict, store=loop.store).threshold == 1.0


def test_loading_a_champion_that_is_here_does_not_import_mlflow(loop: Loop) -> None:
    loop.train()
    loop.promote("1")
    program = (
        "import sys; from pathlib import Path; from docflow import rollout;"
        "from docflow.settings import load_settings;"
        "from docflow.store import Store; settings = load_settings(var_dir=Path(sys.argv[1]));"
        "rollout.load_champion(settings, store=Store.open(settings.effective_database_url));"
        "sys.exit('mlflow' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program, str(loop.settings.var_dir)], timeout=60, check=False)
    assert run.returncode == 0
