"""The image that `bentoml containerize` makes of the bundle: built without Docker, run, and sent documents."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import serving

pytestmark = pytest.mark.timeout(900)

BASE = "docker.io/library/python:3.11-slim"
IMAGE = "docflow:tested"
BUILD_SECONDS = 600
START_SECONDS = 90


def engine_is_missing() -> str:
    """Why no image can be built here; empty where it can."""
    for program in ("buildah", "podman", "runc"):
        if shutil.which(program) is None:
            return f"no container engine: {program} is not installed (`make test-image` installs it)"
    found = subprocess.run(["buildah", "inspect", "--type", "image", BASE], capture_output=True, check=False)
    return "" if found.returncode == 0 else f"there is no base image {BASE} (`make test-image` brings or makes it)"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> str:
    """The image of a bundle with a small champion and a challenger, as `docflow bundle build` makes and tries it."""
    if why := engine_is_missing():
        pytest.skip(why)
    # Only now, since it installs hundreds of megabytes.
    bundle_environments: Path = request.getfixturevalue("bundle_environments")
    var_dir = tmp_path_factory.mktemp("image")
    (var_dir / "bundle-environments").symlink_to(bundle_environments)
    serving.promote_small_model(var_dir)
    serving.promote_small_model(var_dir, version="2", seed=1, alias="challenger")
    tag = serving.build_bundle(var_dir, version="i1")["tag"]
    options = ["--backend", "buildah", "--opt", "network=host", "--opt", "isolation=chroot", "-t", IMAGE]
    subprocess.run(
        [sys.executable, "-m", "bentoml", "containerize", tag, *options],
        env=serving.environment(var_dir) | {"BUILDAH_ISOLATION": "chroot"},
        check=True,
        capture_output=True,
        timeout=BUILD_SECONDS,
    )
    return IMAGE


@pytest.fixture(scope="module")
def container(image: str) -> Iterator[httpx.Client]:
    """A client of the running container."""
    port, name = serving.free_port(), "docflow-tested"
    limits = ["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=30000:30000"]
    process = subprocess.Popen(
        ["podman", "--runtime", "runc", "run", "--rm", "--name", name, "--network", "host", *limits,
         "--env", f"DOCFLOW_SERVICE__PORT={port}", "--env", "DOCFLOW_ROLLOUT__SHARE=0.5", image, "serve"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            until = time.monotonic() + START_SECONDS
            while not answers(client):
                assert time.monotonic() < until
                assert process.poll() is None
                time.sleep(0.5)
            yield client
    finally:
        subprocess.run(["podman", "kill", name], capture_output=True, check=False, timeout=60)
        process.wait(60)


def answers(client: httpx.Client) -> bool:
    try:
        return bool(client.get("/health").json()["status"] == "healthy")
    except (httpx.TransportError, ValueError):
        return False


@pytest.mark.parametrize("name", ["contract-rus.pdf", "letter-eng.tiff", "receipt-rus.jpg"])
def test_the_container_reads_documents(container: httpx.Client, name: str) -> None:
    content = (serving.ROOT / "examples" / "documents" / name).read_bytes()
    answer = container.post("/upload-and-predict", files={"file": (name, content)})
    assert answer.status_code == 200, answer.text
    said = answer.json()["prediction"]
    assert said["model_version"] in ("1", "2")
    assert said["ocr"]["confidence"] > 0.5


def test_the_container_answers_with_champion_and_challenger(container: httpx.Client) -> None:
    texts = [serving.WORDS["receipt"].format(n=number) for number in range(64)]
    answers = [container.post("/predict/text", json={"text": text}).json() for text in texts]
    assert {(one["variant"], one["model_version"]) for one in answers} == {("champion", "1"), ("challenger", "2")}


def test_the_container_is_reached_from_outside_of_it(container: httpx.Client) -> None:
    port = container.base_url.port
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    addresses = {line.split()[1].split(":")[0] for line in listening.splitlines() if f":{port:04X} " in line}
    assert "00000000" in addresses
