"""What `docflow bundle build` prints of a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from bentos.building import Bundle
from bentos.building.smoke import Tried
from docflow.cli.app import OUT
from docflow.cli.bundle import show_bundle


def test_the_command_that_makes_the_image_is_one_line_to_copy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OUT, "width", 80)
    home, tag = Path("/srv/a folder/of/some/length", "var", "bentoml"), "docflow-service:2026-11-29-and-more-of-it"
    tried = (Tried("invoice-eng.pdf", "invoice", 0.999, 1, 0.1),)
    show_bundle(Bundle(tag, ("docflow 1",), {}, 814_000_000, 200, (), tried), home=home)
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == f"its image: BENTOML_HOME='{home}' bentoml containerize {tag}"
    assert told[1].split() == ["invoice-eng.pdf", "invoice", "0.999", "1", "0.10"]
