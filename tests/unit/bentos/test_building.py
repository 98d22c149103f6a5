"""A bundle is built from a source tree, and tried with documents and by every version that it has."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from bentos.building import build_bundle
from bentos.building.bundle import copy_parts, system_packages
from bentos.building.environment import bill_of_materials
from bentos.building.smoke import MOST_TEXTS, ask, ask_each, smoke_test
from docflow.errors import BundleFailed, RequestError
from docflow.settings import Settings
from docflow.store import RecognitionKey, Store
from docflow.testing import FakeClassifier
from docflow.types import Box, Line, PageText, TextSource, Word

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


SERVING = """#!{python}
import http.server, sys
from pathlib import Path

class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{{"status": "healthy"}}')

server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[-1])), Healthy)
Path("port").write_text(sys.argv[-1])
server.serve_forever()
"""

KILLED = """
import os, signal, sys
from pathlib import Path
from bentos.building.smoke import served

folder = Path(sys.argv[1])
with served("docflow:x", python=folder / "python", environment=os.environ, folder=folder):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_served_bundle_ends_with_who_tries_it_even_where_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text(SERVING.format(python=sys.executable))
    program.chmod(0o755)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    until = time.monotonic() + 10
    while listens(int((tmp_path / "port").read_text())):
        assert time.monotonic() < until
        time.sleep(0.05)


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_every_bundled_version_has_to_answer() -> None:
    ask_each(service(lambda number: "4" if number == MOST_TEXTS - 1 else "1"), versions=["1", "4"])
    with pytest.raises(BundleFailed, match="version 4 was bundled"):
        ask_each(service(lambda number: "1"), versions=["1", "4"])


def test_a_version_that_has_answered_is_not_asked_again() -> None:
    asked: list[int] = []
    ask_each(service(lambda number: asked.append(number) or "1"), versions=["1"])
    assert asked == [0]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Store]:
    """The store of a bundle that has read one document, an invoice."""
    line = Line((Word("INVOICE", Box(0, 0, 9, 9), 0.9),))
    with Store.open(f"sqlite:///{tmp_path}/docflow.db") as store:
        document, _ = store.add_document(
            sha256="a" * 64, filename="a.pdf", media_type="application/pdf", size=1, storage_path="a"
        )
        key = RecognitionKey(engine="e", engine_version="1", languages="eng", settings_digest="")
        page = PageText(1, 9, 9, (line,), TextSource.OCR, "e", "1", "eng")
        store.save_recognition(document.id, key=key, pages=[page], seconds=0.1)
        yield store


def says(kind: str) -> httpx.Client:
    """A service that calls its only document so."""
    said = {
        "predicted_class": kind, "confidence_score": 0.95, "model_version": "1", "document_id": 1, "pages": 1,
        "seconds": 0.1, "ocr": {"confidence": 0.9},
    }  # fmt: skip
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"prediction": said}))
    return httpx.Client(base_url="http://service", transport=transport)


def test_a_document_has_to_be_called_what_the_bundled_model_calls_it(read: Store, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()
    models = {"1": FakeClassifier({"invoice": "INVOICE"})}
    assert ask(says("invoice"), tmp_path / "a.pdf", models=models, store=read).kind == "invoice"
    with pytest.raises(BundleFailed, match=r"calls a\.pdf unknown; version 1 calls it invoice"):
        ask(says("unknown"), tmp_path / "a.pdf", models=models, store=read)


DROPPING = """#!{python}
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{{"status": "healthy"}}')

    def do_POST(self):
        print("out of luck", file=sys.stderr, flush=True)
        self.connection.close()

HTTPServer(("127.0.0.1", int(sys.argv[-1])), Handler).serve_forever()
"""


def test_a_bundle_that_drops_the_connection_has_failed_and_its_log_is_told(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(DROPPING.format(python=sys.executable))
    python.chmod(0o755)
    (tmp_path / "a.pdf").touch()
    with pytest.raises(BundleFailed, match=r"(?s)stopped answering .*out of luck"):
        smoke_test("docflow:x", python=python, home=tmp_path, documents=[tmp_path / "a.pdf"], models=[], variables={})


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
