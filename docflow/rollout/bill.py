"""The bill of materials of a promotion: the packages that serving asks for, and the model."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from docflow import __version__

REQUIREMENTS = Path(__file__).parents[2] / "requirements-bento.txt"
"""What the serving bundle installs, every package with its version; it lies in the source tree alone."""


def bill_of_materials(name: str, *, version: str, digest: str, requirements: Path = REQUIREMENTS) -> bytes | None:
    """The bundle's packages as its requirements pin them, and the model, as CycloneDX 1.6 in JSON.

    The same for the same requirements and model; without licences, which only what is installed tells. None where the
    requirements are not at hand, as where DocFlow was installed from a wheel.
    """
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    model = {
        "type": "machine-learning-model",
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "properties": [{"name": "docflow:digest", "value": digest}],
    }
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "docflow", "version": __version__}},
        "components": [model, *filter(None, map(package, lines))],
    }
    return json.dumps(bill, ensure_ascii=False, indent=2).encode()


def package(line: str) -> dict[str, Any] | None:
    """The component that a line of the requirements pins; None for any other line, and for another platform's."""
    try:
        asked = Requirement(line.partition("#")[0])
    except InvalidRequirement:
        return None
    pinned = [one.version for one in asked.specifier if one.operator == "=="]
    if not pinned or (asked.marker is not None and not asked.marker.evaluate()):
        return None
    # As PyPI normalises names, which is what a package URL has.
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', asked.name).lower()}@{pinned[0]}"
    return {"type": "library", "bom-ref": purl, "name": asked.name, "version": pinned[0], "purl": purl}
