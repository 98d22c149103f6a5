"""Models that are judged before they are promoted, on a real MLflow server with its files in a real S3."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from integration.servers import aws_environment, running_mlflow
from mlflow.artifacts import download_artifacts

from docflow import rollout
from docflow.classify import hold_out
from docflow.errors import DigestMismatch, PromotionRefused
from docflow.labelling import labelled_texts
from docflow.promoting import Judged, documents_to_judge_by, promote_if_better
from docflow.recipes import HELD_OUT_ONE_IN, Material, Recipe, digest_of_samples, gather, train_by
from docflow.registry import ModelVersion, Registry, code_version, open_registry
from docflow.settings import S3Settings, Settings, load_settings
from docflow.store import Promotion, RecognitionKey, Store
from docflow.synth import training_texts
from docflow.types import UNKNOWN, Box, LabelledText, Line, PageText, TextSource, Word

BUCKET = "models"
KEY = RecognitionKey(engine="fake", engine_version="1", languages="eng+rus", settings_digest="")


@pytest.fixture(scope="module")
def mlflow_uri(tmp_path_factory: pytest.TempPathFactory, s3_settings: S3Settings) -> Iterator[str]:
    """A running MLflow server, whose artefacts lie in S3."""
    folder = tmp_path_factory.mktemp("mlflow")
    with pytest.MonkeyPatch.context() as patch, running_mlflow(folder, s3=s3_settings, bucket=BUCKET) as uri:
        for name, value in aws_environment(s3_settings).items():
            patch.setenv(name, value)
        yield uri


@pytest.fixture
def settings(mlflow_uri: str, tmp_path: Path) -> Settings:
    """Settings that lead to that server, and to a model and a database of the test's own."""
    return load_settings(
        var_dir=tmp_path / "var",
        classify={"model_name": f"model-{tmp_path.parent.name}-{tmp_path.name}"},
        mlflow={"tracking_uri": mlflow_uri, "artifacts": f"s3://{BUCKET}/artifacts"},
        promotion={"least_documents": 20, "least_slice": 5, "slice_tolerance": 0.5, "max_milliseconds": 500},
    )


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings.effective_database_url) as opened:
        yield opened


@pytest.fixture
def registry(settings: Settings) -> Registry:
    return open_registry(settings)


@pytest.fixture(scope="module")
def generated() -> list[LabelledText]:
    """Generated documents of the named kinds."""
    return [sample for sample in training_texts(1100, seed=4) if sample.label != UNKNOWN]


@pytest.fixture
def material(store: Store, generated: list[LabelledText]) -> list[LabelledText]:
    """Every other generated document; the others are in the store, with people's labels."""
    for number, sample in enumerate(generated[::2]):
        label(store, sample, number=number)
    return generated[1::2]


def label(store: Store, sample: LabelledText, *, number: int) -> None:
    document, _ = store.add_document(
        sha256=f"{number:064x}",
        filename=f"{number}.pdf",
        media_type="application/pdf",
        size=1,
        storage_path=str(number),
    )
    words = tuple(Word(word, Box(0, 0, 1, 1), 0.9) for word in sample.text.split())
    page = PageText(1, 100, 100, (Line(words),), TextSource.OCR, "fake", "1", "eng+rus")
    store.save_recognition(document.id, key=KEY, pages=[page], seconds=0.1)
    store.labels.add(document.id, label=sample.label, who="ann")


@pytest.fixture
def job(settings: Settings, store: Store, registry: Registry) -> Job:
    return Job(settings, store, registry)


class Job:
    """Training and promotion with the module's servers."""

    def __init__(self, settings: Settings, store: Store, registry: Registry) -> None:
        self.settings, self.store, self.registry = settings, store, registry
        self.name = settings.classify.model_name

    def train(self, samples: list[LabelledText]) -> str:
        recipe = Recipe(generated=0, own_documents=len(samples))
        material = Material(samples, [], digest_of_samples(samples))
        trained = train_by(recipe, material, settings=self.settings, store=self.store, registry=self.registry)
        return trained.version.version

    def promote(self, version: str) -> Judged:
        return promote_if_better(
            version, settings=self.settings, store=self.store, registry=self.registry, promoted_by="ann"
        )

    def version(self, number: str) -> ModelVersion:
        return self.registry.version(self.name, version=number)

    def champion(self) -> Promotion:
        return rollout.recorded_champion(self.settings, store=self.store)


def mislabelled(samples: list[LabelledText], *, share: float) -> list[LabelledText]:
    rng = random.Random(1)
    labels = sorted({sample.label for sample in samples})
    return [replace(s, label=rng.choice(labels)) if rng.random() < share else s for s in samples]


def test_a_life_of_models(job: Job, material: list[LabelledText], tmp_path: Path) -> None:
    held_out = documents_to_judge_by(job.store, settings=job.settings, registry=job.registry)
    assert len(held_out) >= 20
    assert len(labelled_texts(job.store)) > 5 * len(held_out)

    first = job.train([sample for sample in material if sample.label != "receipt"])
    judged = job.promote(first)
    assert judged.verdict is None
    assert judged.promotion.reason == "the first champion"

    worse = job.train(mislabelled(material, share=0.95))
    with pytest.raises(PromotionRefused, match="not better than the champion's") as refused:
        job.promote(worse)
    assert refused.value.detail["documents"] == len(held_out)
    assert refused.value.detail["champion_version"] == first
    assert job.champion().model_version == first

    better = job.train(material)
    judged = job.promote(better)
    assert judged.verdict is not None
    assert judged.verdict.gain >= judged.verdict.gain_low > 0
    assert job.champion().model_version == better
    newest = job.store.promotions(model_name=job.name)[0]
    assert newest.evidence is not None
    told = newest.evidence["verdict"]
    assert told.items() >= json.loads(json.dumps(judged.verdict.to_dict())).items()
    judges = documents_to_judge_by(job.store, settings=job.settings, registry=job.registry)
    assert told["document_ids"] == sorted(int(one.document_id) for one in judges)
    assert told["documents_digest"] == digest_of_samples(judges)
    assert (told["champion_version"], told["champion_digest"]) == (first, job.version(first).digest)
    assert told["rules"] == job.settings.promotion.model_dump(mode="json")
    assert told["code"] == code_version()
    has_evidence(job, newest, tmp_path)
    assert newest.reason.startswith("better by ")
    assert job.registry.champion(job.name).version == better

    with pytest.raises(PromotionRefused):
        job.promote(first)

    broken = rollout.folder_of(better, settings=job.settings) / "model.json"
    broken.write_text(broken.read_text().replace("{", "{ ", 1))
    spoil_in_s3(job, better)
    (Path(job.settings.effective_blobs_url) / str(newest.files)).write_bytes(b"spoilt")
    with pytest.raises(DigestMismatch):
        rollout.load_champion(job.settings, store=job.store, registry_factory=lambda: job.registry)

    back = rollout.rollback(settings=job.settings, store=job.store, registry=job.registry, promoted_by="bob")
    assert back.model_version == first
    classifier = rollout.load_champion(job.settings, store=job.store)
    assert classifier.model.version == first


def has_evidence(job: Job, promotion: Promotion, folder: Path) -> None:
    """Check the evidence of a promotion that was judged as who looks into the registry finds it."""
    found = download_artifacts(
        run_id=job.registry.version(job.name, version=promotion.model_version).run_id,
        artifact_path="evidence",
        dst_path=str(folder),
        tracking_uri=job.settings.effective_tracking_uri,
    )
    (pack,) = Path(found).iterdir()
    told = json.loads((pack / "promotion.json").read_bytes())
    assert told == promotion.evidence
    assert (told["promoted_by"], told["reason"]) == ("ann", promotion.reason)
    assert datetime.fromisoformat(told["promoted_at"]) == promotion.promoted_at
    assert told["data_digest"] == job.registry.version(job.name, version=promotion.model_version).tags["data_digest"]
    assert told["metrics"]["milliseconds_a_text"] > 0
    assert told["metrics"]["out_of_fold_accuracy"] > 0.5
    assert told["sliced"] == "judged"
    compared = told["verdict"]["slices"]["language eng"]
    assert told["slices"]["language eng"] == {
        "documents": compared["documents"], "accuracy": compared["challenger"]
    }  # fmt: skip
    assert hashlib.sha256((pack / "sbom.cdx.json").read_bytes()).hexdigest() == told["sbom"]
    card = (pack / "model-card.md").read_text(encoding="utf-8")
    assert f"made champion at {told['promoted_at']} by ann" in card
    assert f"Compared with the champion of then, version {told['verdict']['champion_version']}." in card
    assert "document_ids" not in card


def spoil_in_s3(job: Job, version: str) -> None:
    """Change a byte of the version's files where the registry keeps them."""
    s3 = boto3.client("s3", endpoint_url=os.environ["MLFLOW_S3_ENDPOINT_URL"])
    run_id = job.registry.version(job.name, version=version).run_id
    listed = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    (key,) = [one["Key"] for one in listed if run_id in one["Key"] and one["Key"].endswith("model/model.json")]
    body = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    s3.put_object(Bucket=BUCKET, Key=key, Body=body.replace(b"{", b"{ ", 1))


def test_what_a_version_has_learnt_from_never_judges_it_though_its_source_was_corrected(
    job: Job, material: list[LabelledText]
) -> None:
    recipe = Recipe(generated=150, labels_until=datetime.now(UTC))
    gathered = gather(recipe, store=job.store)
    version = train_by(recipe, gathered, settings=job.settings, store=job.store, registry=job.registry).version.version
    learnt = {sample.document_id for sample in gathered.learnt if not sample.is_generated}
    for number in sorted(map(int, learnt))[:60]:
        label_of = job.store.labels.current(number)
        assert label_of is not None
        job.store.labels.add(number, label=label_of.label, who="ann", source=f"sender {number}")
    held_out = hold_out(labelled_texts(job.store), one_in=HELD_OUT_ONE_IN)[1]
    assert {sample.document_id for sample in held_out} & learnt
    judging = documents_to_judge_by(job.store, settings=job.settings, registry=job.registry, version=version)
    assert judging
    assert not {sample.document_id for sample in judging} & learnt
