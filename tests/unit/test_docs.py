"""The docs tell the truth: settings, routes, verbs and metrics that exist are there, and nothing else is."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from typer.main import get_command

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
    programs = {
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        if 'if __name__ == "__main__"' in path.read_text("utf-8")
    }
    assert {"pipeline", "classification", "service"} <= programs
    assert [name for name in sorted(programs) if f"python -m benchmarks.{name}" not in text] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_the_links_of_a_page_in_docs_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
