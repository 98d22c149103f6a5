"""A version that can never answer is withdrawn, one that cannot be reached is not, and no stand-in's answer counts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from integration.servers import aws_environment
from learning_case import Loop, picture

from docflow import classify, rollout
from docflow.errors import DigestMismatch, ModelNotFound, RegistryUnavailable, StorageUnavailable
from docflow.pipeline import Pipeline
from docflow.registry import Registry, open_registry
from docflow.rollout import Lineup, RolloutVerdict, Ruling
from docflow.settings import MlflowSettings, RolloutSettings, S3Settings
from docflow.store import Answerer, BlobStore, Document
from docflow.testing import FakeEngine
from docflow.types import ModelRef, Prediction


class Saying:
    """A model that is asked as this version and says `invoice`, or fails."""

    def __init__(self, version: str, *, fails: bool = False) -> None:
        self.model = ModelRef("docflow", version, version)
        self._fails = fails

    def predict(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        if self._fails:
            raise RuntimeError("out of order")
        return [Prediction("invoice", 0.9, True, {"invoice": 0.9, "letter": 0.1}, self.model) for _ in texts]


def ask(loop: Loop, pages: range, *, champion: Saying) -> list[Document]:
    """These documents, about which the champion and version 2 were asked, each to answer for half."""
    lineup = Lineup(champion, challenger=Saying("2"), share=0.5)
    with Pipeline.open(loop.settings, engine=FakeEngine(lambda image: "invoice"), models=lineup) as pipeline:
        return [pipeline.process(picture(number), filename=f"{number}.png").document for number in pages]


def judge(loop: Loop, *, act: bool = True, registry: Callable[[], Registry] | None = None) -> list[RolloutVerdict]:
    opened = registry or (lambda: loop.registry)
    return rollout.judge_rollout(loop.settings, store=loop.store, registry_factory=opened, judged_by="job", act=act)


def spoil(loop: Loop, version: str) -> None:
    """Change the version's files wherever they lie: here, published and in the registry."""
    loop.published(version).write_bytes(b"spoilt")
    for folder in (loop.folder(version), loop.artifacts(version)):
        with (folder / "model.json").open("a") as described:
            described.write(" ")


def lose(loop: Loop, version: str) -> None:
    """Delete the version's files wherever they lie: here, published and in the registry."""
    loop.published(version).unlink()
    for folder in (loop.folder(version), loop.artifacts(version).parent):
        shutil.rmtree(folder)


def is_tried(loop: Loop) -> bool:
    return "challenger" in rollout.parts_in_force(loop.settings, store=loop.store)


@pytest.mark.parametrize("alias", ["challenger", "shadow"])
def test_a_version_whose_files_are_spoilt_everywhere_is_withdrawn_and_the_record_says_why(
    trial: Loop, alias: str
) -> None:
    if alias == "shadow":
        rollout.withdraw(
            "challenger", settings=trial.settings, store=trial.store, registry=trial.registry, withdrawn_by="ann"
        )
        trial.challenge("2", alias="shadow")
    spoil(trial, "2")
    assert [verdict.ruling for verdict in judge(trial, act=False)] == [Ruling.WITHDRAW]
    assert alias in rollout.parts_in_force(trial.settings, store=trial.store)
    (verdict,) = judge(trial)
    assert (verdict.alias, verdict.version) == (alias, "2")
    assert verdict.reason.startswith("it cannot be loaded: the registry's files of docflow version 2 are not the ones")
    newest = trial.store.promotions(model_name="docflow")[0]
    assert newest.reason == f"version 2 withdrawn: {verdict.reason}"
    assert set(rollout.parts_in_force(trial.settings, store=trial.store)) == {"champion"}
    assert judge(trial) == []


def test_a_version_whose_files_are_gone_everywhere_is_withdrawn_and_the_record_says_why(trial: Loop) -> None:
    lose(trial, "2")
    (verdict,) = judge(trial)
    assert (verdict.ruling, verdict.reason) == (
        Ruling.WITHDRAW,
        "it cannot be loaded: the model folder of docflow version 2 is gone from the registry",
    )
    assert trial.store.promotions(model_name="docflow")[0].reason == f"version 2 withdrawn: {verdict.reason}"
    assert not is_tried(trial)


def test_files_that_are_gone_from_s3_end_a_trial_and_an_s3_that_is_down_does_not(
    loop: Loop, s3_settings: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in aws_environment(s3_settings).items():
        monkeypatch.setenv(name, value)
    bucket = boto3.resource("s3", endpoint_url=s3_settings.endpoint_url).Bucket(f"trial-{uuid4().hex}")
    bucket.create()
    mlflow = MlflowSettings(artifacts=f"s3://{bucket.name}/kept", experiment="in S3")
    settings = loop.settings.model_copy(update={"mlflow": mlflow})
    in_s3 = Loop(settings, loop.store, open_registry(settings))
    for seed, taken in enumerate((in_s3.promote, in_s3.challenge)):
        taken(in_s3.train(seed=seed).version.version)
    in_s3.published("2").unlink()
    shutil.rmtree(in_s3.folder("2"))
    with monkeypatch.context() as down:
        down.setenv("MLFLOW_S3_ENDPOINT_URL", "http://127.0.0.1:9")
        assert [verdict.ruling for verdict in judge(in_s3)] == [Ruling.WAIT]
    bucket.objects.delete()
    (verdict,) = judge(in_s3)
    assert verdict.ruling is Ruling.WITHDRAW
    assert verdict.reason.endswith("the model folder of docflow version 2 is gone from the registry")
    assert not is_tried(in_s3)


def test_a_version_of_another_docflow_is_withdrawn(trial: Loop) -> None:
    folder = trial.folder("2")
    described = json.loads((folder / "model.json").read_text())
    described["training"]["features_version"] = "of another time"
    (folder / "model.json").write_text(json.dumps(described))
    trial.store.record_promotion(
        model_name="docflow", model_version="2", digest=classify.digest_of(folder), alias="challenger", promoted_by="x"
    )
    (verdict,) = judge(trial)
    assert (verdict.ruling, verdict.reason) == (
        Ruling.WITHDRAW,
        "it cannot be loaded: the model was made by another version of DocFlow",
    )
    assert not is_tried(trial)


def test_a_registry_that_is_down_withdraws_nobody(trial: Loop) -> None:
    shutil.rmtree(trial.folder("2"))
    trial.published("2").unlink()

    def down() -> Registry:
        raise RegistryUnavailable("the model registry does not answer")

    assert [verdict.ruling for verdict in judge(trial, registry=down)] == [Ruling.WAIT]
    assert is_tried(trial)


def test_a_storage_that_is_down_withdraws_nobody(trial: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(trial.folder("2"))

    def down(*_: object) -> bytes:
        raise StorageUnavailable("the storage does not answer")

    monkeypatch.setattr(BlobStore, "get", down)
    assert [verdict.ruling for verdict in judge(trial)] == [Ruling.WAIT]
    assert is_tried(trial)


def test_looking_whether_a_version_loads_brings_its_files_here(trial: Loop) -> None:
    folder: Path = trial.folder("2")
    shutil.rmtree(folder)
    assert [verdict.ruling for verdict in judge(trial)] == [Ruling.WAIT]
    assert folder.is_dir()


def test_what_a_stand_in_answered_counts_for_nobody_even_if_the_champion_answers_later(trial: Loop) -> None:
    stood_in = ask(trial, range(8), champion=Saying("1", fails=True))
    answered = ask(trial, range(8, 16), champion=Saying("1"))
    for document in (*stood_in, *answered):
        trial.store.labels.add(document.id, label="invoice", who="ann")
    ask(trial, range(8), champion=Saying("1"))
    since = rollout.parts_in_force(trial.settings, store=trial.store)["challenger"].promoted_at
    outcomes = trial.store.outcomes.paired("1", "2", model_name="docflow", since=since)
    assert {one.answerer for one in outcomes if one.document_id <= stood_in[-1].id} == {Answerer.OTHER}
    assert {one.answerer for one in outcomes[8:]} == {Answerer.CHAMPION, Answerer.CHALLENGER}
    halves = trial.settings.model_copy(update={"rollout": RolloutSettings(share=0.5)})
    (verdict,) = judge(Loop(halves, trial.store, trial.registry))
    assert (verdict.outcomes, verdict.counted) == (16, 8)


def test_a_champion_whose_files_are_gone_everywhere_gives_way_to_the_one_before_it(trial: Loop) -> None:
    trial.promote("2")
    lose(trial, "2")
    assert [verdict.ruling for verdict in judge(trial, act=False)] == [Ruling.ROLL_BACK]
    assert rollout.recorded_champion(trial.settings, store=trial.store).model_version == "2"
    (verdict,) = judge(trial)
    newest = trial.store.promotions(model_name="docflow")[0]
    assert (newest.alias, newest.model_version, newest.promoted_by) == ("champion", "1", "job")
    assert newest.reason == f"rolled back from version 2: {verdict.reason}"
    assert verdict.reason.startswith("it cannot be loaded: ")
    assert set(rollout.parts_in_force(trial.settings, store=trial.store)) == {"champion"}


def test_a_broken_champion_with_nobody_before_it_is_told_and_stays(loop: Loop) -> None:
    loop.train()
    loop.promote("1")
    spoil(loop, "1")
    (verdict,) = judge(loop)
    assert (verdict.alias, verdict.ruling) == ("champion", Ruling.WAIT)
    assert verdict.reason.endswith("no other version was promoted before")


def test_a_champion_that_cannot_be_reached_stays(trial: Loop) -> None:
    trial.promote("2")
    shutil.rmtree(trial.folder("2"))
    trial.published("2").unlink()

    def down() -> Registry:
        raise RegistryUnavailable("the model registry does not answer")

    assert {verdict.ruling for verdict in judge(trial, registry=down)} == {Ruling.WAIT}
    assert rollout.recorded_champion(trial.settings, store=trial.store).model_version == "2"


def test_a_service_that_starts_anew_takes_the_champion_before_a_broken_one_and_a_bundle_refuses(trial: Loop) -> None:
    trial.promote("2")
    spoil(trial, "2")
    with pytest.raises(DigestMismatch):
        rollout.bring_champion(trial.settings, store=trial.store)
    taken, folder = rollout.bring_champion(trial.settings, store=trial.store, or_former=True)
    assert (taken.model_version, folder) == ("1", trial.folder("1"))
    lose(trial, "1")
    with pytest.raises(ModelNotFound):
        rollout.bring_champion(trial.settings, store=trial.store, or_former=True)
