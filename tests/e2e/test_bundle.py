"""The champion in BentoML's store, and the bundle: built offline from this tree, served from elsewhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import serving

IMPORT_EACH = """
import json, sys
from pathlib import Path
sys.path.insert(0, "tests/e2e")
import serving
from bentos.models import import_champion
from docflow.settings import load_settings

settings = load_settings()
store = settings.var_dir / "bentoml" / "models" / "docflow"
for promoted in ("1", "", "2", "1"):
    if promoted:
        serving.promote_small_model(settings.var_dir, version=promoted)
    tag = import_champion(settings)
    written = (store / tag.split(":")[1]).stat().st_mtime_ns
    print(json.dumps([tag, (store / "latest").read_text(), written]))
"""


@pytest.fixture(scope="module")
def bundle_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to which version 1 was imported twice, then version 2, then version 1 again."""
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


@pytest.fixture(scope="module")
def bundle_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that has what the bundle asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("bundle-env")
    python = folder / "bin" / "python"
    requirements = ["-r", str(serving.ROOT / "requirements-bento.txt")]
    for arguments in (
        ["venv", "--quiet", str(folder)],
        ["pip", "install", "--quiet", "--python", python, *requirements],
    ):
        subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, timeout=240)
    return str(python)


def test_the_bundles_requirements_are_those_of_the_lock_file(tmp_path: Path) -> None:
    written = tmp_path / "requirements.txt"
    options = ["--locked", "--only-group", "serve", "--no-hashes", "--no-annotate", "--no-header", "--quiet", "-o"]
    command = [sys.executable, "-m", "uv", "export", *options, str(written)]
    subprocess.run(command, cwd=serving.ROOT, check=True, timeout=60, capture_output=True)
    assert written.read_text() == (serving.ROOT / "requirements-bento.txt").read_text(), "run `make requirements`"


def test_the_built_bundle_serves_with_its_model(bundle_var: Path, bundle_python: str, tmp_path: Path) -> None:
    serving.run("-m", "bentoml", "build", "--version", "t1", var_dir=bundle_var)
    with serving.serving("docflow:t1", var_dir=bundle_var, cwd=tmp_path, python=bundle_python) as service:
        text = serving.WORDS["receipt"].format(n=5)
        body = service.post("/predict/text", json={"text": text}).json()
        assert (body["predicted_class"], body["model_version"]) == ("receipt", "1")
        assert service.get("/docs").status_code == 200


def test_a_model_that_was_changed_in_bentomls_store_is_never_loaded(bundle_var: Path, tmp_path: Path) -> None:
    var_dir = Path(shutil.copytree(bundle_var, tmp_path / "var", ignore=shutil.ignore_patterns("bentos")))
    with (var_dir / "bentoml/models/docflow/mlflow-v1/model/model.json").open("a") as file:
        file.write(" ")
    with pytest.raises(AssertionError, match="DigestMismatch"):
        serving.run("-c", "from bentos.service import Classifier; Classifier()", var_dir=var_dir)
