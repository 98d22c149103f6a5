"""The serving bundle of the models in force: built, its environment measured and listed, and tried."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from bentos.building.environment import bill_of_materials, install, installed_bytes, python_of, run
from bentos.building.smoke import Tried, smoke_test
from bentos.models import import_models, load_stored, serving_environment
from docflow.errors import BundleFailed, RequestError
from docflow.registry import CHAMPION, Registry, code_version
from docflow.settings import MEGABYTE, Settings

BUNDLE = "docflow-service"
"""What BentoML calls our bundles, as bentofile.yaml says; it takes a tag `docflow:…` for the module of that name."""

BENTOFILE = "bentofile.yaml"
BUILD_SECONDS = 300
MOST_INSTALLED = 1000 * MEGABYTE
"""Bytes that the bundle's environment may take: what is larger brought something that serving does not need."""

SBOM = "sbom.cdx.json"

README = "README.md"
"""What BentoML takes as the bundle's description where it is there."""


@dataclass(frozen=True)
class Bundle:
    """A built and tried bundle: its tag, what it serves, and what it takes; `labels` are in its bento.yaml too.

    `packages` counts what is installed for Python; `system_packages` are those that its container asks Debian for.
    """

    tag: str
    models: tuple[str, ...]
    labels: dict[str, str]
    installed_bytes: int
    packages: int
    system_packages: tuple[str, ...]
    tried: tuple[Tried, ...]

    def to_dict(self) -> dict[str, Any]:
        """The bundle as plain JSON."""
        return asdict(self)


def say_nothing(_stage: str) -> None:
    """Progress that nobody follows."""


def build_bundle(
    settings: Settings,
    *,
    root: Path,
    documents: Sequence[Path],
    registry: Registry | None = None,
    version: str | None = None,
    progress: Callable[[str], None] = say_nothing,
) -> Bundle:
    """The bundle of champion and challenger, built from the source tree at `root`, and sent `documents`.

    Where one of them learnt from pages' embeddings, they are made in its image, whatever the settings here.

    Its bill of materials and figures are put beside the champion's version where a `registry` is given. Raises
    `RequestError` without a document, or where `root` has no source tree; `NoChampion`, `DigestMismatch`; and
    `BundleFailed` for one that is not built, is larger than `MOST_INSTALLED`, does not answer, or answers what its
    models do not. It is built and tried aside: one that was not tried to the end is in nobody's way.
    """
    import bentoml

    check(root, documents=documents)
    progress("bringing the models")
    tags = import_models(settings)
    check_new(version)
    models = [load_stored(bentoml.models.get(tag)) for tag in tags.values()]
    champion = bentoml.models.get(tags[CHAMPION]).info.labels
    labels = {
        "model_version": champion["mlflow_version"],
        "model_digest": champion["digest"],
        "data_digest": champion["data_digest"],
        **{f"{alias}_model": tag.replace(":", ".") for alias, tag in tags.items()},
        **code_version(),
    }
    is_seeing = settings.ocr.page_embedding or any(model.looks_at_embeddings for model in models)
    variables = {"DOCFLOW_OCR__PAGE_EMBEDDING": "true"} if is_seeing else {}
    debian = system_packages(root)
    with home_aside(Path(serving_environment(settings)["BENTOML_HOME"])) as home:
        progress("building")
        tag = build(
            root, home=home, models=list(tags.values()), labels=labels, variables=variables, version=version
        )  # fmt: skip
        progress("installing what it asks for")
        environment = install(root / "requirements-bento.txt", under=settings.var_dir.resolve() / "bundle-environments")
        size = installed_bytes(environment)
        if size > MOST_INSTALLED:
            raise BundleFailed(
                f"what it asks for takes {size / MEGABYTE:.0f} MB, and {MOST_INSTALLED / MEGABYTE:.0f} are allowed"
            )
        bill = bill_of_materials(environment, system_packages=debian)
        progress("serving it, and sending it documents")
        tried = smoke_test(
            tag,
            python=python_of(environment),
            home=home,
            documents=documents,
            models=models,
            variables=variables,
        )
        bentoml.bentos.import_bento(str(home / "bentos" / tag.replace(":", "/")), "folder")
    packages = len(json.loads(bill)["components"]) - len(debian)
    bundle = Bundle(tag, tuple(tags.values()), labels, size, packages, debian, tuple(tried))
    if registry is not None:
        described = json.dumps(bundle.to_dict(), ensure_ascii=False, indent=2).encode()
        registry.attach(
            champion["model_name"], version=champion["mlflow_version"],
            files={SBOM: bill, "bundle.json": described}, under=f"bundles/{tag.partition(':')[2]}",
        )  # fmt: skip
    return bundle


@contextmanager
def home_aside(home: Path) -> Iterator[Path]:
    """A BentoML home with the models of `home`, and nothing else of it; removed afterwards.

    A bundle that is served in `home` would remove the metrics of the service that runs there.
    """
    with tempfile.TemporaryDirectory(prefix="docflow-bundle-") as scratch:
        (Path(scratch) / "models").symlink_to(home / "models")
        yield Path(scratch)


def check(root: Path, *, documents: Sequence[Path]) -> None:
    """Raise `RequestError` where there is nothing to build from, or nothing to try the bundle with."""
    if not (root / BENTOFILE).is_file():
        raise RequestError(
            f"there is no {BENTOFILE} in {root.resolve()}", next_step="Build the bundle in DocFlow's source tree."
        )
    if not documents:
        raise RequestError(
            "there is no document to try the bundle with", next_step="Name a folder that has some: --documents DIR."
        )


def check_new(version: str | None) -> None:
    """Raise `RequestError` where there is a bundle of this version already."""
    import bentoml

    if version is not None and f"{BUNDLE}:{version}" in {str(bundle.tag) for bundle in bentoml.bentos.list()}:
        raise RequestError(
            f"there is a bundle {BUNDLE}:{version} already",
            next_step=f"Give another --version, or remove that one: `bentoml delete {BUNDLE}:{version}`.",
        )


def system_packages(root: Path) -> tuple[str, ...]:
    """The Debian packages that the container of a bundle built from the tree at `root` installs by name."""
    asked = yaml.safe_load((root / BENTOFILE).read_text())
    return tuple(asked.get("docker", {}).get("system_packages", ()))


def build(
    root: Path,
    *,
    home: Path,
    models: list[str],
    labels: dict[str, str],
    variables: Mapping[str, str],
    version: str | None = None,
) -> str:
    """The tag of the bundle that `bentoml build` made in `home` of the tree at `root` with these models.

    Raises `BundleFailed` where it made none.

    Its image has these variables of the environment beside those of the bentofile.
    """
    asked = yaml.safe_load((root / BENTOFILE).read_text()) | {"models": models}
    asked["labels"] = asked.get("labels", {}) | labels
    asked["envs"] = [*asked.get("envs", []), *({"name": name, "value": value} for name, value in variables.items())]
    with tempfile.TemporaryDirectory() as scratch:
        bentofile, tree = Path(scratch) / BENTOFILE, Path(scratch) / "tree"
        bentofile.write_text(yaml.safe_dump(asked))
        copy_parts(root, tree, asked=asked)
        options = ["--output", "tag", "-f", str(bentofile), *(["--version", version] if version else [])]
        printed = run(
            [sys.executable, "-m", "bentoml", "build", *options, str(tree)],
            seconds=BUILD_SECONDS, cwd=root, BENTOML_HOME=str(home), BENTOML_DO_NOT_TRACK="true",
        )  # fmt: skip
    marked = [line for line in printed.decode().splitlines() if line.startswith("__tag__:")]
    if not marked:
        raise BundleFailed("`bentoml build` named no bundle")
    return marked[-1].removeprefix("__tag__:")


def copy_parts(root: Path, to: Path, *, asked: Mapping[str, Any]) -> None:
    """Copy what of the tree at `root` a bundle so described may be made of, and nothing else.

    BentoML compares each file below the folder that it builds from with its patterns, and a virtual environment, which
    it leaves out, has tens of thousands.
    """
    to.mkdir()
    parts = {pattern.partition("/")[0] for pattern in asked["include"]}
    for part in sorted({*parts, asked["python"]["requirements_txt"], README}):
        for found in root.glob(part):
            if found.is_dir():
                shutil.copytree(found, to / found.name)
            else:
                shutil.copy2(found, to / found.name)
