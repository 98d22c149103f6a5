"""Real servers to test with: PostgreSQL from the system's package, an S3 over HTTP, and MLflow."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import psycopg
import pytest
from pydantic import SecretStr

from docflow.settings import S3Settings

SKIP_POSTGRES = "DOCFLOW_SKIP_POSTGRES"
MISSING = f"there is no PostgreSQL to test with: apt-get install postgresql, or set {SKIP_POSTGRES}=1"


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL that listens on localhost and asks for a password."""

    programs: Path
    data: Path
    port: int
    password: str

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, *, template: str = "template1") -> str:
        """The URL of a database of the caller's own, a copy of `template`."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def start(self) -> None:
        """Make the cluster and wait until it answers."""
        password_file = self.data.with_name("password")
        password_file.write_text(self.password, encoding="utf-8")
        shutil.chown(self.data.parent, *owner())
        shutil.chown(password_file, *owner())
        self._run("initdb", "--auth=scram-sha-256", "--username=postgres", f"--pwfile={password_file}",
                  "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        self.resume()

    def resume(self) -> None:
        """Start it on the data that it has, and wait until it answers."""
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "start", "--wait", "--timeout=60", "--log", str(self.data / "log"), "-o", options)

    def stop(self) -> None:
        """Stop it at once."""
        self._run("pg_ctl", "stop", "--mode=immediate")

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of its programs; as the user `postgres` where we are root, whom it refuses."""
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(self.programs / program), "--pgdata", str(self.data), *arguments]
        # An output that is a pipe would be held open by the server that pg_ctl leaves behind.
        subprocess.run(command, check=True, timeout=90, stdout=subprocess.DEVNULL, cwd="/")


def owner() -> tuple[str | int, str | int]:
    """Who may own a cluster."""
    return ("postgres", "postgres") if os.geteuid() == 0 else (os.geteuid(), os.getegid())


def programs_of_postgres() -> Path:
    """The folder of the newest installed PostgreSQL's programs."""
    if os.environ.get(SKIP_POSTGRES) == "1":
        pytest.skip(f"{SKIP_POSTGRES}=1")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        pytest.fail(MISSING)
    return found[-1].parent


def free_port() -> int:
    """A port on localhost that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of the caller's own, stopped and removed at the end."""
    programs = programs_of_postgres()
    with tempfile.TemporaryDirectory(prefix="docflow-postgres-") as folder:
        server = PostgresServer(programs, Path(folder) / "data", free_port(), secrets.token_hex(8))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL, stopped and removed at the end."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of an empty database of the test's own, password included."""
    return postgres_server.new_database()


@pytest.fixture(scope="session")
def s3_settings() -> Iterator[S3Settings]:
    """How a running S3 is reached."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield S3Settings(
            endpoint_url=f"http://{host}:{port}",
            access_key_id=SecretStr("test"),
            secret_access_key=SecretStr("a secret key"),
        )
    finally:
        server.stop()


@pytest.fixture
def bucket_url() -> str:
    """An `s3://` URL with a prefix in a bucket of the test's own, which is not made yet."""
    return f"s3://test-{uuid.uuid4().hex}/documents"


def aws_environment(s3: S3Settings) -> dict[str, str]:
    """The variables by which boto3 and MLflow reach this S3."""
    assert s3.access_key_id is not None
    assert s3.secret_access_key is not None
    return {
        "AWS_ACCESS_KEY_ID": s3.access_key_id.get_secret_value(),
        "AWS_SECRET_ACCESS_KEY": s3.secret_access_key.get_secret_value(),
        "AWS_DEFAULT_REGION": "us-east-1",
        "MLFLOW_S3_ENDPOINT_URL": str(s3.endpoint_url),
    }


@contextmanager
def running_mlflow(folder: Path, *, s3: S3Settings, bucket: str) -> Iterator[str]:
    """The URI of an MLflow server of the caller's own on SQLite, whose artefacts lie in a new bucket of this S3."""
    port, keys = free_port(), aws_environment(s3)
    client = boto3.client(
        "s3",
        endpoint_url=s3.endpoint_url,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        region_name=keys["AWS_DEFAULT_REGION"],
    )
    client.create_bucket(Bucket=bucket)
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder / 'server.db'}", "--no-serve-artifacts",
        "--default-artifact-root", f"s3://{bucket}/default",
    ]  # fmt: skip
    # Its runner of jobs is eight more processes that nobody here has work for, and that outlive it.
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=os.environ | keys | quiet)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", server, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the URL answers; fail with the server's log where it never does."""
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text()[-3000:])
