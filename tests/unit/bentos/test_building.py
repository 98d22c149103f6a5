"""A bundle is built from a source tree, and tried with documents and by every version that it has."""

from __future__ import annotations

import json
import venv
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from bentos.building import build_bundle
from bentos.building.bundle import copy_parts, system_packages
from bentos.building.environment import bill_of_materials
from bentos.building.smoke import MOST_TEXTS, ask_each
from docflow.errors import BundleFailed, RequestError
from docflow.settings import Settings

ROOT = Path(__file__).parents[3]


def service(version_for: Callable[[int], str]) -> httpx.Client:
    """A service whose answer to a text is of the version that is named for the text's number."""

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(json.loads(request.content)["text"].split()[-1])
        return httpx.Response(200, json={"model_version": version_for(number)})

    return httpx.Client(base_url="http://service", transport=httpx.MockTransport(answer))


def test_without_documents_no_bundle_is_built(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no document"):
        build_bundle(Settings(var_dir=tmp_path / "var"), root=ROOT, documents=[])
    assert not (tmp_path / "var").exists()


def test_outside_the_source_tree_no_bundle_is_built(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"no bentofile\.yaml"):
        build_bundle(Settings(var_dir=tmp_path / "var"), root=tmp_path, documents=[tmp_path / "a.pdf"])
    assert not (tmp_path / "var").exists()


def test_every_bundled_version_has_to_answer() -> None:
    ask_each(service(lambda number: "4" if number == MOST_TEXTS - 1 else "1"), versions=["1", "4"])
    with pytest.raises(BundleFailed, match="version 4 was bundled"):
        ask_each(service(lambda number: "1"), versions=["1", "4"])


def test_a_version_that_has_answered_is_not_asked_again() -> None:
    asked: list[int] = []
    ask_each(service(lambda number: asked.append(number) or "1"), versions=["1"])
    assert asked == [0]


def test_the_bill_of_materials_names_what_the_container_asks_debian_for(tmp_path: Path) -> None:
    venv.create(tmp_path / "environment", with_pip=True)
    named = system_packages(ROOT)
    assert "tesseract-ocr" in named
    alone, written = (bill_of_materials(tmp_path / "environment", system_packages=packages) for packages in ((), named))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written.decode()) is None
    installed, listed = (json.loads(bill)["components"] for bill in (alone, written))
    assert "pip" in {one["name"] for one in installed}
    assert [one for one in listed if one not in installed] == [
        {"type": "library", "bom-ref": f"pkg:deb/debian/{name}", "name": name, "purl": f"pkg:deb/debian/{name}"}
        for name in named
    ]


def test_a_bundle_may_ask_debian_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "bentofile.yaml").write_text("service: x\n")
    assert system_packages(tmp_path) == ()


def test_a_bundle_is_built_from_a_copy_of_what_it_names_and_of_nothing_else(tmp_path: Path) -> None:
    named, others = ("app/a.py", "app/deep/b.json", "conf/x.toml", "needs.txt", "README.md"), (".venv/c.py", "setup.py")
    for name in (*named, *others):
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(name)
    asked = {"include": ["app/**/*.py", "app/**/*.json", "conf/*.toml"], "python": {"requirements_txt": "needs.txt"}}
    copy_parts(tmp_path / "tree", tmp_path / "copy", asked=asked)
    copied = {path.relative_to(tmp_path / "copy"): path for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    assert {str(name): path.read_text() for name, path in copied.items()} == {name: name for name in named}
