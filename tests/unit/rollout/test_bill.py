"""The bill of materials lists what serving installs, and the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from docflow.rollout.bill import REQUIREMENTS, bill_of_materials

PINNED = """
# what serves
numpy==2.4.6 ; python_full_version >= '3.10'
numpy==1.0.0 ; python_full_version < '3.10'
Some_Package.extra==1.2
colorama==0.4.6 ; sys_platform == 'win32'
psycopg[binary]==3.3.9
loose>=1
--index-url https://example.org
"""


def bill(requirements: Path) -> dict[str, Any]:
    written = bill_of_materials("docflow", version="7", digest="d" * 64, requirements=requirements)
    assert written is not None
    told: dict[str, Any] = json.loads(written)
    return told


def test_the_packages_are_those_that_are_pinned_for_this_platform(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(PINNED)
    model, *packages = bill(requirements)["components"]
    assert [package["purl"] for package in packages] == [
        "pkg:pypi/numpy@2.4.6",
        "pkg:pypi/some-package-extra@1.2",
        "pkg:pypi/psycopg@3.3.9",
    ]
    assert (model["type"], model["name"], model["version"]) == ("machine-learning-model", "docflow", "7")
    assert model["properties"] == [{"name": "docflow:digest", "value": "d" * 64}]


def test_the_bill_of_the_bundles_requirements_is_cyclonedx_and_the_same_each_time() -> None:
    written = bill_of_materials("docflow", version="7", digest="d" * 64)
    assert written is not None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written.decode()) is None
    assert written == bill_of_materials("docflow", version="7", digest="d" * 64)
    names = {component["name"] for component in bill(REQUIREMENTS)["components"]}
    assert {"bentoml", "onnxruntime", "scikit-learn"} <= names


def test_without_the_requirements_there_is_no_bill(tmp_path: Path) -> None:
    assert bill_of_materials("docflow", version="7", digest="", requirements=tmp_path / "none.txt") is None
