"""`docflow serve` says what is in its way before it brings or starts anything."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from command_case import docflow

from bentos.home import hold


def test_a_port_that_is_taken_ends_it_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = docflow("serve", "--host", "127.0.0.1", "--port", str(port), var_dir=tmp_path)
    assert done.returncode == 7
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr
    assert "choose another with --port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_another_service_has_ends_it_too(tmp_path: Path) -> None:
    (tmp_path / "bentoml").mkdir()
    held = hold(tmp_path / "bentoml")
    try:
        done = docflow("serve", "--host", "127.0.0.1", "--port", str(free_port()), var_dir=tmp_path)
    finally:
        os.close(held)
    assert done.returncode == 7
    assert "another service runs on" in done.stderr


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
