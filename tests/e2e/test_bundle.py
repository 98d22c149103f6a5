"""The champion in BentoML's store, and the bundle: built offline from this tree, served from elsewhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import serving
    var_dir = tmp_path_factory.mktemp("bundle")
    (var_dir / "imports.jsonl").write_text(serving.run("-c", IMPORT_EACH, var_dir=var_dir))
    return var_dir


@pytest.fixture(scope="module")
def imports(bundle_var: Path) -> list[tuple[str, str, int]]:
    """Tag, latest version, and time of writing, as each import left them."""
    lines = (bundle_var / "imports.jsonl").read_text().splitlines()
    return [tuple(json.loads(line)) for line in lines if line.startswith("[")]


def test_importing_the_champion_again_changes_nothing(imports: list[tuple[str, str, int]]) -> None:
    assert imports[0][0] == "docflow:mlflow-v1"
    assert imports[1] == imports[0]


def test_a_version_rolled_back_to_is_the_latest_again(imports: list[tuple[str, str, int]]) -> None:
    assert [tag for tag, _, _ in imports[1:]] == [f"docflow:mlflow-v{version}" for version in (1, 2, 1)]
    assert [latest for _, latest, _ in imports[1:]] == [f"mlflow-v{version}" for version in (1, 2, 1)]


def test_the_built_bundle_serves_with_its_model(bundle_var: Path, tmp_path: Path) -> None:
    serving.run("-m", "bentoml", "build", "--version", "t1", var_dir=bundle_var)
    with serving.serving("docflow:t1", var_dir=bundle_var, cwd=tmp_path) as service:
        body = service.post("/predict/text", json={"text": serving.WORDS["receipt"].format(n=5)}).json()
        assert body["predicted_class"] == "receipt"
        assert body["model_version"] == "1"
        assert service.get("/docs").status_code == 200


def test_a_model_that_was_changed_in_bentomls_store_is_never_loaded(bundle_var: Path, tmp_path: Path) -> None:
    var_dir = Path(shutil.copytree(bundle_var, tmp_path / "var", ignore=shutil.ignore_patterns("bentos")))
    with (var_dir / "bentoml/models/docflow/mlflow-v1/model/model.json").open("a") as file:
        file.write(" ")
    with pytest.raises(AssertionError, match="DigestMismatch"):
        serving.run("-c", "from bentos.service import Classifier; Classifier()", var_dir=var_dir)
