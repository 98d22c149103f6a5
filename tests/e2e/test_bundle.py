"""The champion in BentoML's store, and the bundle: built offline from this tree, served from elsewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import serving
import yaml

from docflow.embedding import embedding_of
from docflow.store import Store

IMPORT_EACH = """
import json, sys
from pathlib import Path
sys.path[:0] = ["tests", "tests/e2e"]
import serving
from bentos.models import import_models
from docflow.settings import load_settings

settings = load_settings()
store = settings.var_dir / "bentoml" / "models" / "docflow"
for promoted in ("1", "", "2", "1"):
    if promoted:
        serving.promote_small_model(settings.var_dir, version=promoted)
    tag = import_models(settings)["champion"]
    written = (store / tag.split(":")[1]).stat().st_mtime_ns
    print(json.dumps([tag, (store / "latest").read_text(), written]))
"""


@pytest.fixture(scope="module")
def bundle_var(tmp_path_factory: pytest.TempPathFactory, bundle_environments: Path) -> Path:
    """A folder to which version 1 was imported twice, then version 2, then version 1 again."""
    var_dir = tmp_path_factory.mktemp("bundle")
    (var_dir / "bundle-environments").symlink_to(bundle_environments)
    (var_dir / "imports.jsonl").write_text(serving.run(IMPORT_EACH, var_dir=var_dir))
    return var_dir


@pytest.fixture(scope="module")
def imports(bundle_var: Path) -> list[tuple[str, str, int]]:
    """Tag, latest version, and time of writing, as each import left them."""
    lines = (bundle_var / "imports.jsonl").read_text().splitlines()
    return [tuple(json.loads(line)) for line in lines if line.startswith("[")]


def copy_without_bundles(bundle_var: Path, to: Path) -> Path:
    """A copy whose models may be spoilt; without what they were bundled in, which is hundreds of megabytes."""
    return Path(shutil.copytree(bundle_var, to, ignore=shutil.ignore_patterns("bentos", "bundle-environments")))


def test_importing_the_champion_again_changes_nothing(imports: list[tuple[str, str, int]]) -> None:
    assert imports[0][0] == "docflow:mlflow-v1"
    assert imports[1] == imports[0]


def test_a_version_rolled_back_to_is_the_latest_again(imports: list[tuple[str, str, int]]) -> None:
    assert [tag for tag, _, _ in imports[1:]] == [f"docflow:mlflow-v{version}" for version in (1, 2, 1)]
    assert [latest for _, latest, _ in imports[1:]] == [f"mlflow-v{version}" for version in (1, 2, 1)]


def test_a_stored_model_that_was_changed_is_stored_anew(bundle_var: Path, tmp_path: Path) -> None:
    var_dir = copy_without_bundles(bundle_var, tmp_path / "var")
    stored = var_dir / "bentoml/models/docflow/mlflow-v1/model/model.json"
    right = stored.read_bytes()
    stored.write_bytes(right + b" ")
    assert serving.import_champion(var_dir) == "docflow:mlflow-v1"
    assert stored.read_bytes() == right


def test_a_challenger_that_is_not_what_was_tried_keeps_no_champion_from_serving(
    bundle_var: Path, tmp_path: Path
) -> None:
    var_dir = copy_without_bundles(bundle_var, tmp_path / "var")
    for version, spoilt in (("5", False), ("6", True)):
        serving.promote_small_model(var_dir, version=version, seed=5, alias="challenger", spoilt=spoilt)
        assert serving.import_champion(var_dir) == "docflow:mlflow-v1"
        stored = list((var_dir / "bentoml/models").glob("docflow-challenger/mlflow-v*"))
        assert [path.name for path in stored] == ([] if spoilt else [f"mlflow-v{version}"])


def test_the_bundles_requirements_are_those_of_the_lock_file(tmp_path: Path) -> None:
    written = tmp_path / "requirements.txt"
    options = ["--locked", "--only-group", "serve", "--no-hashes", "--no-annotate", "--no-header", "--quiet", "-o"]
    command = [sys.executable, "-m", "uv", "export", *options, str(written)]
    subprocess.run(command, cwd=serving.ROOT, check=True, timeout=60, capture_output=True)
    assert written.read_text() == (serving.ROOT / "requirements-bento.txt").read_text(), "run `make requirements`"


METRICS = Path("bentoml/prometheus_multiproc_dir/counter_1.db")

SPOIL_CHALLENGER = """
from pathlib import Path
import bentoml, bentos.building.bundle as bundle
build = bundle.build

def build_and_spoil(*arguments, **more):
    tag = build(*arguments, **more)
    with Path(bentoml.models.get("docflow-challenger:latest").path, "model/model.json").open("a") as file:
        file.write(" ")
    return tag

bundle.build = build_and_spoil
"""

INTERRUPT = """
import bentos.building.bundle as bundle

def interrupted(*_, **__):
    raise KeyboardInterrupt

bundle.smoke_test = interrupted
"""


@pytest.fixture(scope="module")
def built(bundle_var: Path) -> dict[str, Any]:
    """The bundle of champion and challenger, as `docflow bundle build` makes and tries it."""
    serving.promote_small_model(bundle_var, version="4", seed=4, alias="challenger", candidate="multimodal")
    (bundle_var / METRICS).parent.mkdir()
    (bundle_var / METRICS).write_bytes(b"")
    return serving.build_bundle(bundle_var, version="t1")


def test_the_bundle_was_served_by_what_it_asks_for_alone_and_read_real_documents(built: dict[str, Any]) -> None:
    assert built["tag"] == "docflow-service:t1"
    assert [tried["file"] for tried in built["tried"]] == ["invoice-eng.pdf", "receipt-rus.jpg"]
    assert all(tried["pages"] == 1 for tried in built["tried"])
    assert 100 < built["installed_bytes"] / 1e6 < 1000


def test_the_metrics_of_the_service_that_runs_meanwhile_were_left_alone(
    built: dict[str, Any], bundle_var: Path
) -> None:
    assert (bundle_var / METRICS).is_file()


def test_a_version_that_is_taken_is_refused_before_anything_is_built(built: dict[str, Any], bundle_var: Path) -> None:
    with pytest.raises(AssertionError, match="RequestError: there is a bundle docflow-service:t1 already"):
        serving.build_bundle(bundle_var, version="t1")


def test_the_bundle_says_what_it_serves(built: dict[str, Any], bundle_var: Path) -> None:
    (described,) = (bundle_var / "bentoml" / "bentos" / "docflow-service").glob("t1/bento.yaml")
    bento = yaml.safe_load(described.read_text())
    assert bento["labels"]["model_version"] == "1"
    assert len(bento["labels"]["model_digest"]) == len(bento["labels"]["data_digest"]) == 64
    assert [model["tag"] for model in bento["models"]] == ["docflow:mlflow-v1", "docflow-challenger:mlflow-v4"]
    # The challenger learnt what pages look like.
    assert {"DOCFLOW_OCR__PAGE_EMBEDDING": "true"}.items() <= {
        env["name"]: env["value"] for env in bento["envs"]
    }.items()


def test_the_bundle_answers_with_what_it_was_built_with_without_any_database_whatever_was_promoted_since(
    built: dict[str, Any], bundle_var: Path, tmp_path: Path
) -> None:
    since = tmp_path / "since"
    shutil.copytree(bundle_var, since, ignore=shutil.ignore_patterns("tmp", "bundle-environments"))
    serving.promote_small_model(since, version="9", seed=9)
    serving.promote_small_model(since, version="10", seed=10, alias="challenger", spoilt=True)
    assert serving.import_champion(since) == "docflow:mlflow-v9"
    # As in a registry that was made anew, where numbers begin again.
    serving.promote_small_model(since, version="1", seed=77)
    assert re.fullmatch("docflow:mlflow-v1-[0-9a-f]{8}", serving.import_champion(since))
    home = tmp_path / "var" / "bentoml"
    shutil.copytree(since / "bentoml", home)
    # As in the source tree, where another DocFlow than the bundle's own can be imported.
    (tmp_path / "docflow").mkdir()
    (tmp_path / "docflow" / "__init__.py").write_text("raise SystemExit('not what was bundled')")
    (environment,) = (bundle_var / "bundle-environments").iterdir()
    python = str(environment / "bin" / "python")
    with (
        serving.serving(
            "docflow-service:t1",
            var_dir=tmp_path / "var",
            cwd=tmp_path,
            python=python,
            DOCFLOW_OCR__PAGE_EMBEDDING="true",
        ) as service,
        Store.open(f"sqlite:///{tmp_path}/var/docflow.db") as store,
    ):
        texts = [serving.WORDS["receipt"].format(n=number) for number in range(40)]
        bodies = [service.post("/predict/text", json={"text": text}).json() for text in texts]
        assert {body["predicted_class"] for body in bodies} == {"receipt"}
        assert {(body["variant"], body["model_version"]) for body in bodies} == {
            ("champion", "1"),
            ("challenger", "4"),
        }
        assert service.get("/docs").status_code == 200
        with (serving.ROOT / "examples" / "documents" / "receipt-rus.jpg").open("rb") as file:
            answer = service.post("/upload-and-predict", files={"file": ("receipt.jpg", file)}).json()
        recognition = store.latest_recognition(answer["prediction"]["document_id"])
        assert recognition is not None
        # What the bundle asks for is enough to embed pages, too.
        assert embedding_of(store.thumbnail(recognition.id)) is not None


def test_a_bundle_that_cannot_read_documents_is_refused_and_removed(bundle_var: Path) -> None:
    with pytest.raises(AssertionError, match="BundleFailed: the bundle answered 415"):
        serving.build_bundle(bundle_var, version="t2", documents=("../__init__.py",))
    assert not (bundle_var / "bentoml" / "bentos" / "docflow-service" / "t2").exists()


def test_a_bundle_that_nobody_waited_for_is_removed_and_the_one_before_is_the_latest(
    built: dict[str, Any], bundle_var: Path
) -> None:
    with pytest.raises(AssertionError, match="KeyboardInterrupt"):
        serving.build_bundle(bundle_var, version="t4", first=INTERRUPT)
    bundles = bundle_var / "bentoml" / "bentos" / "docflow-service"
    assert not (bundles / "t4").exists()
    assert (bundles / "latest").read_text() == "t1"


def test_a_bundle_whose_challenger_does_not_load_is_refused_and_removed(
    built: dict[str, Any], bundle_var: Path
) -> None:
    with pytest.raises(AssertionError, match="version 4 was bundled, and did not answer"):
        serving.build_bundle(bundle_var, version="t3", first=SPOIL_CHALLENGER)
    assert not (bundle_var / "bentoml" / "bentos" / "docflow-service" / "t3").exists()
    serving.import_champion(bundle_var)


def test_a_model_that_was_changed_in_bentomls_store_is_never_loaded(bundle_var: Path, tmp_path: Path) -> None:
    var_dir = copy_without_bundles(bundle_var, tmp_path / "var")
    with (var_dir / "bentoml/models/docflow/mlflow-v1/model/model.json").open("a") as file:
        file.write(" ")
    with pytest.raises(AssertionError, match="DigestMismatch"):
        serving.run("from bentos.service import Classifier; Classifier()", var_dir=var_dir)
