"""`docflow ocr-models pull easyocr` as a user runs it, against a real HTTP server."""

import hashlib
import io
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

FILES = ("craft_mlt_25k.pth", "english_g2.pth", "cyrillic_g2.pth")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        return


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "site"
    folder.mkdir()
    for name in FILES:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr(name, f"weights of {name}")
        (folder / f"{name}.zip").write_bytes(held.getvalue())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


def package_listing(folder: Path, address: str, *, wrong: str = "") -> None:
    """A package such as EasyOCR is to who only reads its list of files; importing it fails."""

    def entry(name: str) -> dict[str, str]:
        content = b"something else" if name == wrong else f"weights of {name}".encode()
        digest = hashlib.md5(content).hexdigest()
        return {"filename": name, "url": f"{address}/{name}.zip", "md5sum": digest}

    (folder / "easyocr").mkdir(parents=True)
    (folder / "easyocr" / "__init__.py").write_text("raise RuntimeError('the whole package was imported')\n")
    detector, english, cyrillic = (entry(name) for name in FILES)
    (folder / "easyocr" / "config.py").write_text(
        f"detection_models = {{'craft': {detector!r}}}\n"
        f"recognition_models = {{'gen2': {{'english_g2': {english!r}, 'cyrillic_g2': {cyrillic!r}}}}}\n"
    )


def pull(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DOCFLOW_")}
    environment |= {
        "PYTHONPATH": f"{tmp_path / 'packages'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        "DOCFLOW_OCR__EASYOCR_DIR": str(tmp_path / "weights"),
    }
    return subprocess.run(
        [sys.executable, "-m", "docflow", "ocr-models", "pull", "easyocr", *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_brings_all_files_into_the_folder_of_the_setting(site: str, tmp_path: Path) -> None:
    package_listing(tmp_path / "packages", site)
    done = pull(tmp_path)
    assert done.returncode == 0, done.stderr
    found = {path.name: path.read_text() for path in (tmp_path / "weights").iterdir()}
    assert found == {name: f"weights of {name}" for name in FILES}
    assert all(name in done.stdout for name in FILES)


def test_a_wrong_file_ends_the_command_with_its_error(site: str, tmp_path: Path) -> None:
    package_listing(tmp_path / "packages", site, wrong="english_g2.pth")
    done = pull(tmp_path)
    assert done.returncode == 4
    assert "model_download_failed" in done.stderr
    assert "english_g2.pth" in done.stderr
    assert [path.name for path in (tmp_path / "weights").iterdir()] == ["craft_mlt_25k.pth"]


def test_a_folder_that_is_a_file_ends_the_command_with_its_error(site: str, tmp_path: Path) -> None:
    package_listing(tmp_path / "packages", site)
    (tmp_path / "a-file").touch()
    done = pull(tmp_path, "--folder", str(tmp_path / "a-file"))
    assert done.returncode == 6
    assert "output_unwritable" in done.stderr
