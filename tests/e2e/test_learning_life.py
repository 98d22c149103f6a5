"""The life of a model as its keepers live it, by the command and over HTTP.

On a real MLflow server with its files in a real S3, a PostgreSQL, and a service that runs all the while.
"""

from __future__ import annotations

import getpass
import json
import shutil
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import serving
from integration import commands
from integration.pages import write_pdf
from integration.servers import PostgresServer, aws_environment, running_mlflow

from docflow.settings import S3Settings
from docflow.synth import training_texts

pytestmark = pytest.mark.timeout(600)

KINDS = ("contract", "invoice", "letter", "receipt")
SECONDS = 30.0


class Keeper:
    """Who keeps the models: the command, with the settings of the installation."""

    def __init__(self, var_dir: Path, variables: dict[str, str]) -> None:
        self.var_dir, self.variables = var_dir, variables

    def tell(self, *arguments: str, expect: int = 0) -> str:
        """What `docflow …` prints, or its error; its exit code is the expected one."""
        done = commands.run(
            *arguments, environment=serving.environment(self.var_dir) | self.variables, folder=serving.ROOT
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stderr if expect else done.stdout

    def train(self, *arguments: str) -> str:
        """The number of the new version."""
        printed = self.tell("train", "--generated", "0", *arguments)
        return printed.split(" registered")[0].rsplit(" ", 1)[1]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """English documents of four kinds: `labelled/KIND/SOURCE/…`, and `wrong/` with the kinds mixed up."""
    folder = tmp_path_factory.mktemp("documents")
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for sample in training_texts(1200, seed=11):
        if sample.language == "eng" and sample.label in KINDS:
            by_kind[sample.label].append(sample.text)
    for kind, texts in by_kind.items():
        for number, text in enumerate(texts[:60]):
            write_pdf(folder / "labelled" / kind / f"sender{number}" / f"{number}.pdf", text)
        for number, text in enumerate(texts[60:75]):
            other = KINDS[(KINDS.index(kind) + number) % len(KINDS)]
            write_pdf(folder / "wrong" / other / f"{kind}{number}.pdf", text)
            if kind != "receipt":
                write_pdf(folder / "few" / kind / f"{number}.pdf", text)
    for kind in ("invoice", "receipt"):
        write_pdf(folder / "unseen" / f"{kind}.pdf", by_kind[kind][-1])
    return folder


@pytest.fixture(scope="module")
def keeper(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    s3_settings: S3Settings,
    bundle_environments: Path,
) -> Iterator[Keeper]:
    folder = tmp_path_factory.mktemp("life")
    (folder / "var").mkdir()
    (folder / "var" / "bundle-environments").symlink_to(bundle_environments)
    keys, bucket = aws_environment(s3_settings), f"life-{uuid.uuid4().hex}"
    with running_mlflow(folder, s3=s3_settings, bucket=bucket) as uri:
        variables = keys | {
            "DOCFLOW_DATABASE_URL": postgres_server.new_database(),
            "DOCFLOW_BLOBS_URL": f"s3://{bucket}/blobs",
            "DOCFLOW_S3__ENDPOINT_URL": str(s3_settings.endpoint_url),
            "DOCFLOW_S3__ACCESS_KEY_ID": keys["AWS_ACCESS_KEY_ID"],
            "DOCFLOW_S3__SECRET_ACCESS_KEY": keys["AWS_SECRET_ACCESS_KEY"],
            "DOCFLOW_MLFLOW__TRACKING_URI": uri,
            "DOCFLOW_MLFLOW__ARTIFACTS": f"s3://{bucket}/artifacts",
            "DOCFLOW_PROMOTION__LEAST_DOCUMENTS": "15",
            "DOCFLOW_PROMOTION__MAX_MILLISECONDS": "500",
            "DOCFLOW_ROLLOUT__SHARE": "0",
        }
        yield Keeper(folder / "var", variables)


def until_version(service: httpx.Client, version: str) -> None:
    """Return once the running service answers with this version."""
    end = time.monotonic() + SECONDS
    while service.get("/health").json()["model_version"] != version:
        assert time.monotonic() < end, service.get("/health").text
        time.sleep(0.3)


def until_metric(service: httpx.Client, line: str) -> None:
    """Return once the running service's metrics have this line."""
    end = time.monotonic() + SECONDS
    while line not in service.get("/metrics").text:
        assert time.monotonic() < end, line
        time.sleep(0.3)


def storage(keeper: Keeper) -> tuple[Any, str]:
    """The keeper's S3 and bucket."""
    reached = {
        "endpoint_url": keeper.variables["DOCFLOW_S3__ENDPOINT_URL"],
        "aws_access_key_id": keeper.variables["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": keeper.variables["AWS_SECRET_ACCESS_KEY"],
        "region_name": keeper.variables["AWS_DEFAULT_REGION"],
    }
    return boto3.client("s3", **reached), keeper.variables["DOCFLOW_BLOBS_URL"].split("/")[2]


def all_keys(keeper: Keeper) -> list[str]:
    """The keys of everything in the keeper's bucket."""
    s3, bucket = storage(keeper)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [one["Key"] for page in pages for one in page.get("Contents", [])]


def content(keeper: Keeper, key: str) -> bytes:
    """What lies in the keeper's bucket under this key."""
    s3, bucket = storage(keeper)
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def kept_beside(keeper: Keeper, version: str) -> list[str]:
    """The keys of the files that the registry keeps with the version."""
    run_id = run_of(keeper, version)
    return [key for key in all_keys(keeper) if run_id in key]


def spoil(keeper: Keeper, *, keys: Sequence[str]) -> None:
    """Change a byte of these objects in S3."""
    s3, bucket = storage(keeper)
    listed = all_keys(keeper)
    for wanted in keys:
        (key,) = [one for one in listed if one.endswith(wanted)]
        body = content(keeper, key)
        s3.put_object(Bucket=bucket, Key=key, Body=body[:-1] + bytes([body[-1] ^ 1]))


def test_a_life_of_models(keeper: Keeper, documents: Path, tmp_path: Path) -> None:
    keeper.tell("labels", "import", str(documents / "labelled"))

    first = keeper.train(str(documents / "few"), "--no-labels")
    assert "(the first champion)" in keeper.tell("models", "promote", first, "--reason", "to begin with")
    bundle = json.loads(keeper.tell("bundle", "build", "--json", "--documents", str(documents / "unseen")))
    assert bundle["labels"]["model_version"] == first
    assert [tried["file"] for tried in bundle["tried"]] == ["invoice.pdf", "receipt.pdf"]
    (bill,) = [key for key in kept_beside(keeper, first) if "/bundles/" in key and key.endswith("/sbom.cdx.json")]
    assert len(json.loads(content(keeper, bill))["components"]) == bundle["packages"] + len(bundle["system_packages"])

    # A machine of its own, as a service has: what it knows of models it took from the storage.
    own = tmp_path / "own"
    variables = keeper.variables | {"DOCFLOW_VAR_DIR": str(own)}
    with serving.serving(bundle["tag"], var_dir=keeper.var_dir, cwd=tmp_path, **variables) as service:
        until_version(service, first)
        document_id, said = send(service, documents / "unseen" / "receipt.pdf")
        assert said["model_version"] == first
        for who, label in (("ann", "invoice"), ("bob", "receipt")):
            service.post(f"/documents/{document_id}/label", json={"label": label, "who": who}).raise_for_status()
        labels = [
            json.loads(line) for line in keeper.tell("labels", "history", str(document_id), "--json").splitlines()
        ]
        assert [(one["who"], one["label"], one["replaced"]) for one in labels] == [
            ("bob", "receipt", "invoice"),
            ("ann", "invoice", None),
        ]
        assert {(one["model_version"], one["predicted"]) for one in labels} == {(first, said["predicted_class"])}
        assert labels[0]["when"] >= labels[1]["when"]

        worse = keeper.train(str(documents / "wrong"), "--no-labels")
        assert "promotion_refused" in keeper.tell("models", "promote", worse, expect=8)

        better = keeper.train()
        assert "better by" in keeper.tell("models", "promote", better)
        until_version(service, better)
        again = service.post(f"/predict/document/{document_id}").json()
        assert (again["predicted_class"], again["model_version"]) == ("receipt", better)
        assert service.get("/health").json()["on_trial"] == [first]

        invoice, _ = send(service, documents / "unseen" / "invoice.pdf")
        service.post(f"/documents/{invoice}/label", json={"label": "invoice", "who": "ann"}).raise_for_status()
        service.post("/predict/text", json={"text": "invoice number 7, amount due"}).raise_for_status()
        (verdict,) = [json.loads(line) for line in keeper.tell("models", "verdict", "--dry-run", "--json").splitlines()]
        assert (verdict["version"], verdict["champion"], verdict["outcomes"]) == (first, better, 1)
        assert [one["documents"] for one in verdict["operations"].values()] == [3, 3]

        history = [json.loads(line) for line in keeper.tell("models", "history", "--json").splitlines()]
        assert [(one["alias"], one["version"]) for one in history] == [
            ("champion", better),
            ("shadow", first),
            ("champion", worse),
            ("champion", first),
        ]
        assert [bool(one["refused"]) for one in history] == [False, False, True, False]
        assert history[2]["evidence"]["costs"]["bytes"] > 0
        evidence = history[0]["evidence"]
        assert (evidence["verdict"]["is_better"], evidence["promoted_by"]) == (True, getpass.getuser())
        assert {kept.rpartition("/")[2] for kept in kept_beside(keeper, better) if "/evidence/" in kept} == {
            "model-card.md", "promotion.json", "sbom.cdx.json"
        }  # fmt: skip

        files = last_files(keeper)
        assert f"version {first} is the champion again" in keeper.tell("models", "rollback")
        until_version(service, first)

        spoil(keeper, keys=[files, registered_files(keeper, better)])
        shutil.rmtree(own / "models")
        assert "docflow_model_refused 1.0" not in service.get("/metrics").text
        assert f"version {better} is the champion again" in keeper.tell("models", "rollback")
        until_metric(service, "docflow_model_refused 1.0")
        assert service.get("/health").json()["model_version"] == first
        assert service.post(f"/predict/document/{document_id}").json()["model_version"] == first

        assert f"version {first} is the champion again" in keeper.tell("models", "rollback")
        until_metric(service, "docflow_model_refused 0.0")
        assert service.get("/health").json()["model_version"] == first


def send(service: httpx.Client, path: Path) -> tuple[int, dict[str, Any]]:
    """The id of the document that the service was sent, and what it said that it is."""
    answer = service.post("/upload-and-predict", files={"file": (path.name, path.read_bytes())}).json()
    return answer["upload"]["document_id"], answer["prediction"]


def last_files(keeper: Keeper) -> str:
    """The key of the blob with the champion's published files."""
    code = (
        "from docflow.store import Store; from docflow.settings import load_settings;"
        "print(Store.open(load_settings().effective_database_url).current_promotion(model_name='docflow').files)"
    )
    return serving.run(code, var_dir=keeper.var_dir, **keeper.variables).strip()


def registered_files(keeper: Keeper, version: str) -> str:
    """The key of the description among the version's files in the registry."""
    return f"{run_of(keeper, version)}/artifacts/model/model.json"


def run_of(keeper: Keeper, version: str) -> str:
    """The id of the run that made the version."""
    code = (
        "import sys; from docflow.registry import open_registry; from docflow.settings import load_settings;"
        "print(open_registry(load_settings()).version('docflow', version=sys.argv[1]).run_id)"
    )
    return serving.run(code, version, var_dir=keeper.var_dir, **keeper.variables).strip()
