"""The docs tell the truth: settings, routes, verbs and metrics that exist are there, and nothing else is."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from typer.main import get_command

from docflow.api.schemas import DocumentPredictionAnswer, PredictionAnswer, UploadAnswer
from docflow.cli.app import app as typer_app
from docflow.cli.app import register_verbs
from docflow.monitor import metrics
from scripts import configuration_docs

ROOT = Path(__file__).parents[2]
READMES = ["README.md", "README.ru.md"]


def test_the_configuration_page_is_what_the_settings_say() -> None:
    assert configuration_docs.TARGET.read_text(encoding="utf-8") == configuration_docs.page(), (
        "run `python -m scripts.configuration_docs`"
    )


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_every_verb(name: str) -> None:
    register_verbs()
    text = (ROOT / name).read_text(encoding="utf-8")
    for verb in get_command(typer_app).commands:  # type: ignore[attr-defined]
        assert f"docflow {verb}" in text


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_every_route_of_the_contract(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for route in ("/upload", "/predict/text", "/predict/document/{document_id}", "/upload-and-predict",
                  "/prediction/history/{document_id}", "/document/{document_id}",
                  "/document/{document_id}/output/{format}", "/health", "/metrics"):  # fmt: skip
        assert route in text


def route_rows(name: str) -> dict[str, set[str]]:
    """The code that each row of a README's table of routes has, by its first: the route."""
    rows = [
        re.findall(r"`([^`]+)`", line)
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if re.match(r"\| `(GET|POST|DELETE) ", line)
    ]
    return {row[0]: set(row) for row in rows}


@pytest.mark.parametrize("name", READMES)
def test_a_readme_names_every_key_of_uploads_and_predictions(name: str) -> None:
    rows = route_rows(name)
    text, document = rows["POST /predict/text"], "POST /predict/document/{document_id}?ocr_language=&return_all_scores="
    assert set(UploadAnswer.model_fields) <= rows["POST /upload"]
    assert set(PredictionAnswer.model_fields) - {"document_id"} <= text
    assert set(DocumentPredictionAnswer.model_fields) <= text | rows[document]


def test_the_readmes_have_the_same_routes_settings_and_verbs() -> None:
    assert route_rows("README.md") == route_rows("README.ru.md")
    english, russian = ((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    for pattern in (r"DOCFLOW_[A-Z0-9_]+", r"^\$ docflow [a-z-]+ ?[a-z-]*", r"`ocr\.[a-z_]+`"):
        assert re.findall(pattern, english, re.MULTILINE) == re.findall(pattern, russian, re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "README.ru.md", "docs/operations.md"])
def test_bundles_are_served_with_absolute_paths_and_documents_of_their_own(page: str) -> None:
    # BentoML's workers run in another folder, and a bundle's own folder is none for documents.
    given = re.findall(r"BENTOML_HOME=(.*)", (ROOT / page).read_text(encoding="utf-8"))
    assert given
    assert [one for one in given if not one.startswith('"$PWD/') or ' DOCFLOW_VAR_DIR="$PWD/' not in one] == []


@pytest.mark.parametrize("name", READMES)
def test_a_readmes_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_operations_page_names_every_metric() -> None:
    assert metrics.__doc__
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    ours = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("docflow_")}
    assert len(ours) >= 5
    assert [name for name in sorted(ours) if name not in text] == []


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named
    assert named <= targets


def test_the_benchmarks_page_names_every_benchmark() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    mains = [path for path in (ROOT / "benchmarks").glob("*.py") if "__main__" in path.read_text("utf-8")]
    # Ran by benchmarks.ocr, once for each reader.
    programs = {path.stem for path in mains} - {"ocr_reading"}
    assert {"pipeline", "classification", "service"} <= programs
    assert [name for name in sorted(programs) if f"python -m benchmarks.{name}" not in text] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_the_links_of_a_page_in_docs_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
