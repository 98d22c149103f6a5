"""docker-compose.yml: valid, and what it names exists here."""

import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from docflow.settings import NOT_SETTINGS, SAMPLE_SECRET, variables

ROOT = Path(__file__).parents[2]
SAMPLE = dict(
    line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if line and line[0] != "#"
)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return read


def test_every_docflow_variable_names_a_setting(compose: dict[str, Any]) -> None:
    known = {variable for variable, _ in variables()} | NOT_SETTINGS
    named = {
        name
        for service in compose["services"].values()
        for name in service.get("environment", {})
        if name.startswith("DOCFLOW_")
    }
    assert "DOCFLOW_DATABASE_URL" in named
    assert named <= known


def test_every_secret_has_a_sample_and_no_default(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert {name for name, _ in re.findall(r"\$\{([A-Z0-9_]+)(:\?[^}]*)\}", text)} == set(SAMPLE)
    assert re.findall(r"\$\{[A-Z0-9_]+(:-|-|\})", text) == []
    assert SAMPLE["POSTGRES_PASSWORD"] == SAMPLE["S3_SECRET_ACCESS_KEY"] == SAMPLE_SECRET


def test_services_wait_for_services_and_use_volumes_that_there_are(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", [])) <= set(services)
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in compose["volumes"]


def test_who_needs_postgresql_waits_until_it_answers_at_its_address(compose: dict[str, Any]) -> None:
    services = compose["services"]
    named = {name for name, service in services.items() if "@postgres/" in str(service.get("environment", {}))}
    waiting = {
        name
        for name, service in services.items()
        if service.get("depends_on", {}).get("postgres") == {"condition": "service_healthy"}
    }
    assert named == waiting == {"mlflow", "prefect", "flows", "service", "setup"}
    # Its image starts it on a socket alone while it makes the databases.
    assert "--host 127.0.0.1" in " ".join(services["postgres"]["healthcheck"]["test"])


def test_who_can_tell_that_it_answers_is_waited_for_until_it_does(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        for name, waits in service.get("depends_on", {}).items():
            told = "service_healthy" if "healthcheck" in services[name] else "service_started"
            assert waits == {"condition": told}
    assert "http://127.0.0.1:5000/health" in services["mlflow"]["healthcheck"]["test"][-1]


def test_the_inbox_may_be_empty(compose: dict[str, Any]) -> None:
    inbox = compose["services"]["flows"]["environment"]["INBOX"]
    assert inbox.startswith("s3://")
    assert inbox.endswith("/")


def test_secrets_environments_and_caches_stay_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    left_out = {".env", ".git", ".venv", ".venv-torch", ".uv", "var", ".hypothesis", ".mypy_cache", ".ruff_cache"}
    assert [name for name in sorted(left_out) if not any(fnmatch(name, pattern) for pattern in ignored)] == []
    needed = {"docflow", "flows", "bentos", "config", "pyproject.toml", "uv.lock", "README.md", "LICENSE"}
    assert [name for name in sorted(needed) if any(fnmatch(name, pattern) for pattern in ignored)] == []


def test_ports_are_published_to_this_machine_only(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 4
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_has_the_extras_of_the_flows_that_it_offers() -> None:
    installs = re.findall(r"uv sync .*", (ROOT / "Dockerfile").read_text())
    assert len(installs) == 2
    for install in installs:
        assert {"flows", "synth", "drift"} <= set(re.findall(r"--extra (\w+)", install))


def test_docker_compose_accepts_the_file() -> None:
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed")
    checked = subprocess.run(
        [program, "--env-file", ".env.example", "config", "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
